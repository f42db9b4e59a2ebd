using KernelEngine.Gpu;
using KernelEngine.Tests.Recipes;

namespace KernelEngine.Tests.Gpu;

/// <summary>Recipes as functions compile in every dialect.</summary>
public class SourceFunctionTests
{
    /// <summary>Every recipe, by its name.</summary>
    internal static IReadOnlyList<Primitive> Recipes { get; } =
    [
        .. RecipeCatalog.Unary.Values.Select(r => r.Recipe(Expr.Input(0, ValueKind.Float32)).Primitive),
        .. RecipeCatalog.Binary.Values.Select(r =>
            r.Recipe(Expr.Input(0, ValueKind.Float32), Expr.Input(1, ValueKind.Float32)).Primitive),
    ];

    [Theory]
    [InlineData(ValueKind.Float32)]
    [InlineData(ValueKind.Float64)]
    public void In_OpenCL(ValueKind kind) =>
        SourceCompilers.OpenCl(SourceFunctions.Render(Dialect.OpenCl, Recipes, kind));

    [Fact]
    public void What_two_functions_share_is_there_once()
    {
        var text = SourceFunctions.Render(Dialect.OpenCl, Recipes, ValueKind.Float32, ["k_rem_i64"]);
        foreach (var name in (string[])["k_fma_f32(float", "float k_exp_f32(", "k_rem_i64(long"])
            Assert.Equal(text.IndexOf(name, StringComparison.Ordinal), text.LastIndexOf(name, StringComparison.Ordinal));
    }
}
