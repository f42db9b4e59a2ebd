namespace KernelEngine.Conformance;

/// <summary>Sorting, searching, and what follows from order.</summary>
internal static class SortingBindings
{
    public static readonly BindingTable Table = new()
    {
        { "sort", a => a.Self.Sort(a.Int(1, "dim", -1), a.Flag(2, "descending"), a.FlagOrNull(-1, "stable")) },
        { "argsort", a => a.Self.Argsort(a.Int(1, "dim", -1), a.Flag(2, "descending"), a.Flag(-1, "stable")) },
        { "msort", a => a.Self.Msort() },
        {
            "topk",
            a => a.Self.Topk(a.Long(1, "k"), a.Int(2, "dim", -1), a.Flag(3, "largest", true), a.Flag(4, "sorted", true))
        },
        { "kthvalue", a => a.Self.Kthvalue(a.Long(1, "k"), a.Int(2, "dim", -1), a.Flag(3, "keepdim")) },
        { "median", a => Middle(a, t => t.Median(), (t, dim, keep) => t.Median(dim, keep)) },
        { "nanmedian", a => Middle(a, t => t.Nanmedian(), (t, dim, keep) => t.Nanmedian(dim, keep)) },
        { "mode", a => a.Self.Mode(a.Int(1, "dim", -1), a.Flag(2, "keepdim")) },
        { "unique", a => Listed(
            a.Self.Unique(a.Flag(1, "sorted", true), a.Flag(2, "return_inverse"), a.Flag(3, "return_counts"),
                a.IntOrNull(4, "dim"))) },
        { "unique_consecutive", a => Listed(
            a.Self.UniqueConsecutive(a.Flag(1, "return_inverse"), a.Flag(2, "return_counts"), a.IntOrNull(3, "dim"))) },
        {
            "searchsorted",
            a => a.Tensor(0, "sorted_sequence").Searchsorted(a.Argument(1, a.Has(1, "self") ? "self" : "input"),
                a.Flag(-1, "out_int32"), a.Flag(-1, "right"), a.TextOrNull(-1, "side"), a.TensorOrNull(-1, "sorter"))
        },
        {
            "bucketize",
            a => a.IsTensor(0, "input")
                ? a.Self.Bucketize(a.Tensor(1, "boundaries"), a.Flag(-1, "out_int32"), a.Flag(-1, "right"))
                : a.Tensor(1, "boundaries").Searchsorted(a.Scalar(0, a.Has(0, "self") ? "self" : "input"),
                    a.Flag(-1, "out_int32"), a.Flag(-1, "right"))
        },
        {
            "isin",
            a => Tensor.Isin(a.Argument(0, a.Has(0, "element") ? "element" : "elements"),
                a.Argument(1, a.Has(1, "test_element") ? "test_element" : "test_elements"),
                a.Flag(-1, "assume_unique"), a.Flag(-1, "invert"))
        },
        { "histc", a => a.Self.Histc(a.Long(1, "bins", 100), a.Real(2, "min", 0), a.Real(3, "max", 0)) },
        { "histogram", Histogram },
        { "bincount", a => a.Self.Bincount(a.TensorOrNull(1, "weights"), a.Long(2, "minlength", 0)) },
        {
            "quantile",
            a => Quantile(a, (t, q, d, k, i) => t.Quantile(q, d, k, i), (t, q, d, k, i) => t.Quantile(q, d, k, i))
        },
        {
            "nanquantile",
            a => Quantile(a, (t, q, d, k, i) => t.Nanquantile(q, d, k, i), (t, q, d, k, i) => t.Nanquantile(q, d, k, i))
        },
        { "trapezoid trapz", a => Integral(a, (y, dx, d) => y.Trapezoid(dx, d), (y, x, d) => y.Trapezoid(x, d)) },
        {
            "cumulative_trapezoid",
            a => Integral(a, (y, dx, d) => y.CumulativeTrapezoid(dx, d), (y, x, d) => y.CumulativeTrapezoid(x, d))
        },
        {
            "diff",
            a => a.Self.Diff(a.Long(1, "n", 1), a.Int(2, "dim", -1), a.TensorOrNull(3, "prepend"),
                a.TensorOrNull(4, "append"))
        },
        {
            "cov",
            a => a.Self.Cov(a.Int(-1, "correction", 1), a.TensorOrNull(-1, "fweights"), a.TensorOrNull(-1, "aweights"))
        },
        { "corrcoef", a => a.Self.Corrcoef() },
        {
            "index_reduce",
            a => a.Self.IndexReduce(a.Int(1, "dim"), a.Tensor(2, "index"), a.Tensor(3, "source"), a.Text(4, "reduce"),
                a.Flag(-1, "include_self", true)),
            a => a.Self.IndexReduce_(a.Int(1, "dim"), a.Tensor(2, "index"), a.Tensor(3, "source"), a.Text(4, "reduce"),
                a.Flag(-1, "include_self", true))
        },
        { "multinomial", a => a.Self.Multinomial(a.Long(1, "num_samples"), a.Flag(2, "replacement")) },
        { "poisson", a => a.Self.Poisson() },
        { "exponential_", a => a.Self.Exponential_(a.Real(1, "lambd", 1)) },
        { "cauchy_", a => a.Self.Cauchy_(a.Real(1, "median", 0), a.Real(2, "sigma", 1)) },
        { "log_normal_", a => a.Self.LogNormal_(a.Real(1, "mean", 1), a.Real(2, "std", 2)) },
        {
            "random_",
            a => a.LongOrNull(2, "to") is { } to ? a.Self.Random_(a.Long(1, "from"), to)
                : a.LongOrNull(1, "from") is { } high ? a.Self.Random_(high) : a.Self.Random_()
        },
        { "geometric_", a => a.Self.Geometric_(a.Real(1, "p")) },
        {
            "normal",
            a => a.IsTensor(0, "mean") || a.IsTensor(1, "std")
                ? Tensor.Normal(a.Argument(0, "mean"), a.ArgumentOrNull(1, "std") ?? 1.0)
                : Tensor.Normal(
                    a.Real(0, "mean"), a.Real(1, "std"), Shape.Create(a.Longs(2, "size")), a.DType(-1, "dtype"))
        },
        {
            "slice_scatter",
            a => a.Self.SliceScatter(a.Tensor(1, "src"), a.Int(2, "dim", 0), a.LongOrNull(3, "start"),
                a.LongOrNull(4, "end"), a.Long(5, "step", 1))
        },
    };

    /// <summary><c>median(x)</c>, <c>median(x, dim, keepdim)</c>.</summary>
    private static object Middle(
        Arguments a, Func<Tensor, Tensor> all, Func<Tensor, int, bool, (Tensor, Tensor)> along) =>
        a.IntOrNull(1, "dim") is { } dim ? along(a.Self, dim, a.Flag(2, "keepdim")) : all(a.Self);

    /// <summary>One tensor where no more are wanted, else those that are.</summary>
    private static object Listed((Tensor Values, Tensor? Inverse, Tensor? Counts) result)
    {
        Tensor?[] given = [result.Values, result.Inverse, result.Counts];
        Tensor[] all = [.. given.OfType<Tensor>()];
        return all.Length == 1 ? all[0] : all;
    }

    private static object Histogram(Arguments a)
    {
        var weight = a.TensorOrNull(-1, "weight");
        var density = a.Flag(-1, "density");
        if (a.IsTensor(1, "bins"))
            return a.Self.Histogram(a.Tensor(1, "bins"), weight, density);
        var range = a.RealsOrNull(-1, "range");
        return a.Self.Histogram(
            a.Long(1, "bins", 100), range is [var low, var high] ? (low, high) : null, weight, density);
    }

    private static object Quantile(
        Arguments a, Func<Tensor, double, int?, bool, string, Tensor> one,
        Func<Tensor, Tensor, int?, bool, string, Tensor> many)
    {
        var (d, keep, how) = (a.IntOrNull(2, "dim"), a.Flag(3, "keepdim"), a.Text(-1, "interpolation", "linear"));
        return a.IsTensor(1, "q")
            ? many(a.Self, a.Tensor(1, "q"), d, keep, how)
            : one(a.Self, a.Real(1, "q"), d, keep, how);
    }

    /// <summary><c>trapezoid(y, x, dim)</c>, <c>trapezoid(y, dx, dim)</c>.</summary>
    private static object Integral(
        Arguments a, Func<Tensor, double, int, Tensor> even, Func<Tensor, Tensor, int, Tensor> over)
    {
        var (y, d) = (a.Tensor(0, "y"), a.Int(-1, "dim", -1));
        if (a.TensorOrNull(1, "x") is { } x)
            return over(y, x, d);
        return even(y, a.Real(-1, "dx", 1), d);
    }
}
