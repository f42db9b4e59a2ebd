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

    [Theory]
    [InlineData(ValueKind.Float32)]
    [InlineData(ValueKind.Float64)]
    public void In_CUDA(ValueKind kind)
    {
        var calls = string.Join("\n", Recipes.Select(r =>
            $"    sum += {SourceFunctions.NameOf(r, kind)}({string.Join(", ", Enumerable.Repeat("*x", r.Arity))});"));
        var type = Dialect.Cuda.Type(kind);
        var ptx = SourceCompilers.Cuda(ShaderTexts.Read(CudaDialect.LanguageText) +
            SourceFunctions.Render(Dialect.Cuda, Recipes, kind) +
            $"extern \"C\" __global__ void k_main({type}* x)\n" +
            $"{{\n    {type} sum = 0;\n{calls}\n    *x = sum;\n}}\n");
        Assert.DoesNotContain(".extern", ptx, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ValueKind.Float32)]
    [InlineData(ValueKind.Float64)]
    public void In_GLSL(ValueKind kind) => SourceCompilers.Glsl(
        "#version 460\n#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require\n" +
        SourceFunctions.Render(Dialect.Glsl, Recipes, kind) +
        "layout(local_size_x = 1) in;\nvoid main() { }\n");

    [Theory]
    [InlineData(ValueKind.Float32)]
    [InlineData(ValueKind.Float64)]
    public void In_HLSL(ValueKind kind) => SourceCompilers.Hlsl(
        SourceFunctions.Render(Dialect.Hlsl, Recipes, kind) +
        "[numthreads(1, 1, 1)] void k_main(uint3 id : SV_DispatchThreadID) { }\n");

    /// <summary>Every function of the libraries, also those that no recipe needs.</summary>
    [Fact]
    public void Whole_libraries_compile()
    {
        SourceCompilers.OpenCl(Dialect.OpenCl.Library.Render(Dialect.OpenCl.Library.Functions));
        SourceCompilers.Cuda(ShaderTexts.Read(CudaDialect.LanguageText) +
            Dialect.Cuda.Library.Render(Dialect.Cuda.Library.Functions));
        SourceCompilers.Glsl("#version 460\n#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require\n" +
            Dialect.Glsl.Library.Render(Dialect.Glsl.Library.Functions) +
            "layout(local_size_x = 1) in;\nvoid main() { }\n");
        SourceCompilers.Hlsl(Dialect.Hlsl.Library.Render(Dialect.Hlsl.Library.Functions) +
            "[numthreads(1, 1, 1)] void k_main(uint3 id : SV_DispatchThreadID) { }\n");
    }

    [Fact]
    public void What_two_functions_share_is_there_once()
    {
        var text = SourceFunctions.Render(Dialect.OpenCl, Recipes, ValueKind.Float32, ["k_rem_i64"]);
        foreach (var name in (string[])["k_fma_f32(float", "float k_exp_f32(", "k_rem_i64(long"])
            Assert.Equal(2, text.Split(name).Length);
    }
}
