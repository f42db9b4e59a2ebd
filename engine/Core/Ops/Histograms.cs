using static KernelEngine.Pointwise;

namespace KernelEngine;

/// <summary>In which of some bins an element lies; what lies in none is in one more behind them.</summary>
internal static class Histograms
{
    /// <summary>(x, lowest, highest, bins): bins of equal width; the highest number is in the last one.</summary>
    public static readonly PointwiseOperator EvenBin = new(
        "histc", 4, (_, a) => Bins(a[0].DType), x => [Outside(x[0], x[1], x[2], x[3],
            Min(Trunc((x[0] - x[1]) * x[3] / (x[2] - x[1])), x[3] - 1))], isDifferentiable: false, isListed: false);

    /// <summary>(x, lowest, highest, bins, place): from how many edges are not above it.</summary>
    public static readonly PointwiseOperator EdgeBin = new(
        "histogram", 5, (_, a) => Bins(a[0].DType, last: true), x => [Outside(x[0], x[1], x[2], x[3],
            Convert(Min(x[4], Convert(x[3], ValueKind.Int64)) - 1, x[0].Kind))],
        isDifferentiable: false, isListed: false);

    private static Expr Outside(Expr x, Expr low, Expr high, Expr bins, Expr bin) =>
        Convert(Select((x >= low) & (x <= high), bin, bins), ValueKind.Int64);

    private static PointwiseTypes Bins(DType dtype, bool last = false)
    {
        var kind = dtype.Register;
        return new(last ? [kind, kind, kind, kind, ValueKind.Int64] : [kind, kind, kind, kind], [DType.Int64]);
    }
}
