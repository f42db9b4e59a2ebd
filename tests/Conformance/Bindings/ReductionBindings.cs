namespace KernelEngine.Conformance;

/// <summary>Reductions and scans over dimensions.</summary>
internal static class ReductionBindings
{
    public static readonly BindingTable Table = new()
    {
        { "sum", a => a.Self.Sum(Dims(a), a.Flag(2, "keepdim"), a.DType(-1, "dtype")) },
        { "mean", a => a.Self.Mean(Dims(a), a.Flag(2, "keepdim"), a.DType(-1, "dtype")) },
        { "nansum", a => a.Self.Nansum(Dims(a), a.Flag(2, "keepdim"), a.DType(-1, "dtype")) },
        { "nanmean", a => a.Self.Nanmean(Dims(a), a.Flag(2, "keepdim"), a.DType(-1, "dtype")) },
        {
            "prod",
            a => a.IntOrNull(1, "dim") is { } dim
                ? a.Self.Prod(dim, a.Flag(2, "keepdim"), a.DType(-1, "dtype"))
                : a.Self.Prod(a.DType(-1, "dtype"))
        },
        { "amax", a => a.Self.Amax(Dims(a), a.Flag(2, "keepdim")) },
        { "amin", a => a.Self.Amin(Dims(a), a.Flag(2, "keepdim")) },
        { "aminmax", a => a.Self.Aminmax(a.IntOrNull(-1, "dim"), a.Flag(-1, "keepdim")) },
        { "max", a => Extreme(a, t => t.Max(), (t, dim, keep) => t.Max(dim, keep), (t, other) => t.Maximum(other)) },
        { "min", a => Extreme(a, t => t.Min(), (t, dim, keep) => t.Min(dim, keep), (t, other) => t.Minimum(other)) },
        { "argmax", a => a.Self.Argmax(a.IntOrNull(1, "dim"), a.Flag(2, "keepdim")) },
        { "argmin", a => a.Self.Argmin(a.IntOrNull(1, "dim"), a.Flag(2, "keepdim")) },
        { "all", a => a.Self.All(Dims(a), a.Flag(2, "keepdim")) },
        { "any", a => a.Self.Any(Dims(a), a.Flag(2, "keepdim")) },
        { "var", Moment((t, dims, correction, keep) => t.Var(dims, correction, keep)) },
        { "std", Moment((t, dims, correction, keep) => t.Std(dims, correction, keep)) },
        { "var_mean", Moment((t, dims, correction, keep) => t.VarMean(dims, correction, keep)) },
        { "std_mean", Moment((t, dims, correction, keep) => t.StdMean(dims, correction, keep)) },
        { "logsumexp special.logsumexp", a => a.Self.Logsumexp(a.Ints(1, "dim"), a.Flag(2, "keepdim")) },
        {
            "norm",
            a => a.IsText(1, "p")
                ? a.Self.Norm(a.Text(1, "p"), a.IntsOrNull(2, "dim") ?? [], a.Flag(3, "keepdim"))
                : a.Self.Norm(
                    a.Real(1, "p", 2), a.IntsOrNull(2, "dim") ?? [], a.Flag(3, "keepdim"), a.DType(-1, "dtype"))
        },
        { "count_nonzero", a => a.Self.CountNonzero(Dims(a)) },
        {
            "cumsum",
            a => a.Self.Cumsum(a.Int(1, "dim"), a.DType(-1, "dtype")),
            a => a.Self.Cumsum_(a.Int(1, "dim"), a.DType(-1, "dtype"))
        },
        {
            "cumprod",
            a => a.Self.Cumprod(a.Int(1, "dim"), a.DType(-1, "dtype")),
            a => a.Self.Cumprod_(a.Int(1, "dim"), a.DType(-1, "dtype"))
        },
        { "cummax", a => a.Self.Cummax(a.Int(1, "dim")) },
        { "cummin", a => a.Self.Cummin(a.Int(1, "dim")) },
        { "logcumsumexp", a => a.Self.Logcumsumexp(a.Int(1, "dim")) },
        {
            "linalg.vector_norm",
            a => a.Tensor(0, "x").VectorNorm(a.Real(1, "ord", 2), a.IntsOrNull(2, "dim") ?? [], a.Flag(3, "keepdim"),
                a.DType(-1, "dtype"))
        },
        { "sum_to_size", a => a.Self.SumToSize(a.Longs(1, "size")) },
    };

    private static int[] Dims(Arguments a) => a.IntsOrNull(1, "dim") ?? [];

    /// <summary><c>max(x)</c>, <c>max(x, dim, keepdim)</c>, <c>max(x, other)</c>.</summary>
    private static object Extreme(
        Arguments a, Func<Tensor, Tensor> all, Func<Tensor, int, bool, (Tensor, Tensor)> along,
        Func<Tensor, Tensor, Tensor> binary)
    {
        if (a.IsTensor(1, "other"))
            return binary(a.Self, a.Tensor(1, "other"));
        return a.IntOrNull(1, "dim") is { } dim ? along(a.Self, dim, a.Flag(2, "keepdim")) : all(a.Self);
    }

    /// <summary>
    /// A row of <c>var(x, unbiased)</c>, <c>var(x, dim, unbiased, keepdim)</c>, <c>var(x, dim, correction=…)</c>.
    /// </summary>
    private static Binding Moment<T>(Func<Tensor, int[], double, bool, T> call) => a =>
    {
        var isShort = a.Any(1, "dim") is bool;
        var dims = isShort ? [] : Dims(a);
        var unbiased = isShort ? a.Flag(1, "unbiased") : a.Flag(2, "unbiased", true);
        var correction = a.RealOrNull(-1, "correction") ?? (unbiased ? 1 : 0);
        return call(a.Self, dims, correction, a.Flag(3, "keepdim"));
    };
}
