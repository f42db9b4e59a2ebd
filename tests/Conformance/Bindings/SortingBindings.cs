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
    };

    /// <summary><c>median(x)</c>, <c>median(x, dim, keepdim)</c>.</summary>
    private static object Middle(Arguments a, Func<Tensor, Tensor> all, Func<Tensor, int, bool, (Tensor, Tensor)> along) =>
        a.IntOrNull(1, "dim") is { } dim ? along(a.Self, dim, a.Flag(2, "keepdim")) : all(a.Self);
}
