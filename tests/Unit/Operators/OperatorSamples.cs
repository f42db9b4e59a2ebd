namespace KernelEngine.Tests;

/// <summary>A call of each function that the gradient table does not call, having no derivative.</summary>
internal static class OperatorSamples
{
    private static readonly Shape[] Matrix = [[3, 4]];

    /// <summary>The calls, over tensors that are drawn between -2 and 2.</summary>
    public static IEnumerable<GradientCase> Cases =>
    [
        new("All", Matrix, x => x[0].All()),
        new("Any", Matrix, x => x[0].Any()),
        new("Arange", [[1]], x => Tensor.Arange(3, device: x[0].Device)),
        new("Argmax", Matrix, x => x[0].Argmax(1)),
        new("Argmin", Matrix, x => x[0].Argmin(1)),
        new("Argsort", Matrix, x => x[0].Argsort()),
        new("ArgWhere", Matrix, x => x[0].ArgWhere()),
        new("Bernoulli", Matrix, x => x[0].Abs().Clamp(0, 1).Bernoulli()),
        new("BFloat16", Matrix, x => x[0].BFloat16()),
        new("Bincount", [[5]], x => x[0].Abs().Long().Bincount()),
        new("Bool", Matrix, x => x[0].Bool()),
        new("Bucketize", [[3, 4], [4]], x => x[0].Bucketize(x[1].Sort().Values)),
        new("Byte", Matrix, x => x[0].Byte()),
        new("Char", Matrix, x => x[0].Char()),
        new("CountNonzero", Matrix, x => x[0].CountNonzero()),
        new("Detach", Matrix, x => x[0].Detach()),
        new("EmptyLike", Matrix, x => Tensor.EmptyLike(x[0])),
        new("Eye", [[1]], x => Tensor.Eye(3, device: x[0].Device)),
        new("Float", Matrix, x => x[0].Float()),
        new("Full", [[1]], x => Tensor.Full([3], 2, device: x[0].Device)),
        new("FullLike", Matrix, x => Tensor.FullLike(x[0], 2)),
        new("Half", Matrix, x => x[0].Half()),
        new("Histc", Matrix, x => x[0].Histc(4)),
        new("Histogram", Matrix, x => x[0].Histogram(4).Counts),
        new("Int", Matrix, x => x[0].Int()),
        new("Isin", [[3, 4], [3]], x => Tensor.Isin(x[0], x[1])),
        new("Linspace", [[1]], x => Tensor.Linspace(0, 1, 5, device: x[0].Device)),
        new("Logspace", [[1]], x => Tensor.Logspace(0, 1, 5, device: x[0].Device)),
        new("Long", Matrix, x => x[0].Long()),
        new("MatrixRank", Matrix, x => Linalg.MatrixRank(x[0])),
        new("Multinomial", [[4]], x => x[0].Abs().Multinomial(2)),
        new("NonZero", Matrix, x => x[0].NonZero()),
        new("Normal", Matrix, x => Tensor.Normal(x[0], x[0].Abs())),
        new("OneHot", [[4]], x => x[0].Abs().Long().OneHot()),
        new("Ones", [[1]], x => Tensor.Ones([3], device: x[0].Device)),
        new("OnesLike", Matrix, x => Tensor.OnesLike(x[0])),
        new("Poisson", Matrix, x => x[0].Abs().Poisson()),
        new("Rand", [[1]], x => Tensor.Rand([3], device: x[0].Device)),
        new("Randint", [[1]], x => Tensor.Randint(0, 9, [3], device: x[0].Device)),
        new("RandLike", Matrix, x => Tensor.RandLike(x[0])),
        new("Randn", [[1]], x => Tensor.Randn([3], device: x[0].Device)),
        new("RandnLike", Matrix, x => Tensor.RandnLike(x[0])),
        new("Randperm", [[1]], x => Tensor.Randperm(9, device: x[0].Device)),
        new("Searchsorted", [[4], [3]], x => x[0].Sort().Values.Searchsorted(x[1])),
        new("Short", Matrix, x => x[0].Short()),
        new("TrilIndices", [[1]], x => Tensor.TrilIndices(3, 3, device: x[0].Device)),
        new("TriuIndices", [[1]], x => Tensor.TriuIndices(3, 3, device: x[0].Device)),
        new("Unique", Matrix, x => x[0].Unique()),
        new("UniqueConsecutive", Matrix, x => x[0].UniqueConsecutive().Values),
        new("Zeros", [[1]], x => Tensor.Zeros([3], device: x[0].Device)),
        new("ZerosLike", Matrix, x => Tensor.ZerosLike(x[0])),
    ];
}
