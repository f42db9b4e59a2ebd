using System.Reflection;
using System.Runtime.CompilerServices;
using KernelEngine.Nn;

namespace KernelEngine.Tests;

/// <summary>No differentiable function of the public API is without a check of its derivatives.</summary>
public sealed class GradientCoverageTests
{
    // What has no derivative, by reason; names of methods, those in place are left out anyway.
    internal static readonly Dictionary<string, string[]> None = new()
    {
        ["makes a tensor of numbers"] =
        [
            "Arange", "Empty", "EmptyLike", "Eye", "FromArray", "FromSpan", "Full", "FullLike", "Linspace", "Logspace",
            "NewEmpty", "NewFull", "NewOnes", "NewZeros", "Of", "Ones", "OnesLike", "TrilIndices", "TriuIndices",
            "Zeros", "ZerosLike",
        ],
        ["draws"] =
        [
            "Bernoulli", "Multinomial", "Normal", "Poisson", "Rand", "Randint", "RandintLike", "RandLike", "Randn", "RandnLike", "Randperm",
        ],
        ["gives truth values or whole numbers"] =
        [
            "All", "Any", "Argmax", "Argmin", "Argsort", "ArgWhere", "Bincount", "Bucketize", "CountNonzero", "Isin",
            "MatrixRank", "NonZero", "OneHot", "Searchsorted",
        ],
        ["counts, or chooses elements that differ, which PyTorch has no gradient for"] =
        [
            "Histc", "Histogram", "Unique", "UniqueConsecutive",
        ],
        ["rounds to a dtype too coarse for differences, or cuts the history"] =
        [
            "BFloat16", "Bool", "Byte", "Char", "Detach", "Float", "Half", "Int", "Long", "Short",
        ],
    };

    [Fact]
    public void EveryFunctionIsCheckedOrListed()
    {
        var covered = GradientCatalog.All.Values.Select(c => c.Method)
            .Concat(OpCatalog.All.OfType<PointwiseOperator>().Select(o => Pascal(o.Name)))
            .Concat(None.Values.SelectMany(n => n))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var missing = Functions().Where(n => !covered.Contains(n)).Order();
        Assert.True(!missing.Any(), "unchecked: " + string.Join(" ", missing));
    }

    /// <summary>The names of the public functions that give tensors, those in place left out.</summary>
    internal static IEnumerable<string> Functions() => new[] { typeof(Tensor), typeof(Linalg), typeof(Functional) }
        .SelectMany(t => t.GetMethods(
            BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Where(m => !m.IsSpecialName && HasTensor(m.ReturnType) && !m.Name.EndsWith('_'))
        .Select(m => m.Name).Distinct();

    /// <summary>The method that is named as an operator is.</summary>
    internal static string Pascal(string name) => name.Replace("special_", "").Replace("_", "");

    private static bool HasTensor(Type type) =>
        type == typeof(Tensor) || type == typeof(Tensor[]) ||
        (typeof(ITuple).IsAssignableFrom(type) && type.GetGenericArguments().Any(HasTensor));
}
