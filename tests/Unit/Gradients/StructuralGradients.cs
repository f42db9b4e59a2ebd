namespace KernelEngine.Tests;

/// <summary>Running sums, softmax and products of matrices.</summary>
internal static class StructuralGradients
{
    public static IEnumerable<GradientCase> Cases =>
    [
        new("Cumsum", [[3, 4]], x => x[0].Cumsum(1)),
        new("Cumsum: first dimension", [[3, 4]], x => x[0].Cumsum(0)),
        new("Softmax", [[3, 4]], x => x[0].Softmax(-1)),
        new("Softmax: first dimension", [[3, 4]], x => x[0].Softmax(0)),
        new("LogSoftmax", [[3, 4]], x => x[0].LogSoftmax(1)),
        new("Matmul", [[3, 4], [4, 2]], x => x[0].Matmul(x[1])),
        new("Matmul: batched", [[2, 3, 4], [4, 2]], x => x[0].Matmul(x[1])),
    ];
}
