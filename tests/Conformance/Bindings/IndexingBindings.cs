using static KernelEngine.Conformance.UnaryBindings;

namespace KernelEngine.Conformance;

/// <summary>Indexing, gathering and scattering, sorting and searching.</summary>
internal static class IndexingBindings
{
    public static readonly BindingTable Table = new()
    {
        { "index_select", a => a.Self.IndexSelect(a.Int(1, "dim"), a.Tensor(2, "index")) },
        { "gather", a => a.Self.Gather(a.Int(1, "dim"), Dense(a, a.Tensor(2, "index"))) },
        {
            "scatter",
            a => a.Self.Scatter(a.Int(1, "dim"), a.Tensor(2, "index"), Source(a), a.TextOrNull(-1, "reduce")),
            a => a.Self.Scatter_(a.Int(1, "dim"), a.Tensor(2, "index"), Source(a), a.TextOrNull(-1, "reduce"))
        },
        {
            "scatter_add",
            a => a.Self.ScatterAdd(a.Int(1, "dim"), a.Tensor(2, "index"), a.Tensor(3, "src")),
            a => a.Self.ScatterAdd_(a.Int(1, "dim"), a.Tensor(2, "index"), a.Tensor(3, "src"))
        },
        {
            "scatter_reduce",
            a => a.Self.ScatterReduce(a.Int(1, "dim"), a.Tensor(2, "index"), a.Tensor(3, "src"), a.Text(4, "reduce"),
                a.Flag(-1, "include_self", true)),
            a => a.Self.ScatterReduce_(a.Int(1, "dim"), a.Tensor(2, "index"), a.Tensor(3, "src"), a.Text(4, "reduce"),
                a.Flag(-1, "include_self", true))
        },
        {
            "index_add",
            a => a.Self.IndexAdd(a.Int(1, "dim"), a.Tensor(2, "index"), a.Tensor(3, "source"),
                a.ScalarOrNull(-1, "alpha")),
            a => a.Self.IndexAdd_(a.Int(1, "dim"), a.Tensor(2, "index"), a.Tensor(3, "source"),
                a.ScalarOrNull(-1, "alpha"))
        },
        {
            "index_copy",
            a => a.Self.IndexCopy(a.Int(1, "dim"), a.Tensor(2, "index"), a.Tensor(3, "source")),
            a => a.Self.IndexCopy_(a.Int(1, "dim"), a.Tensor(2, "index"), a.Tensor(3, "source"))
        },
        {
            "index_fill",
            a => a.Self.IndexFill(a.Int(1, "dim"), a.Tensor(2, "index"), a.Argument(3, "value")),
            a => a.Self.IndexFill_(a.Int(1, "dim"), a.Tensor(2, "index"), a.Argument(3, "value"))
        },
        {
            "index_put",
            a => a.Self.IndexPut(TensorIndices.Tensors(a.Any(1, "indices")), a.Tensor(2, "values"),
                a.Flag(3, "accumulate")),
            a => a.Self.IndexPut_(TensorIndices.Tensors(a.Any(1, "indices")), a.Tensor(2, "values"),
                a.Flag(3, "accumulate"))
        },
        {
            "masked_fill",
            a => a.Self.MaskedFill(a.Tensor(1, "mask"), a.Argument(2, "value")),
            a => a.Self.MaskedFill_(a.Tensor(1, "mask"), a.Argument(2, "value"))
        },
        {
            "masked_scatter",
            a => a.Self.MaskedScatter(a.Tensor(1, "mask"), a.Tensor(2, "source")),
            a => a.Self.MaskedScatter_(a.Tensor(1, "mask"), a.Tensor(2, "source"))
        },
        { "masked_select", a => a.Self.MaskedSelect(a.Tensor(1, "mask")) },
        { "take", a => a.Self.Take(a.Tensor(1, "index")) },
        {
            "put",
            a => a.Self.Put(a.Tensor(1, "index"), a.Tensor(2, "source"), a.Flag(3, "accumulate")),
            a => a.Self.Put_(a.Tensor(1, "index"), a.Tensor(2, "source"), a.Flag(3, "accumulate"))
        },
        { "take_along_dim", a => a.Self.TakeAlongDim(a.Tensor(1, "indices"), a.IntOrNull(2, "dim")) },
        { "__getitem__", a => a.Self[TensorIndices.Of(a.Any(1, "index"), a.Self.Device)] },
        { "__setitem__", SetItem },
        { "nonzero", a => a.Flag(-1, "as_tuple") ? Tensor.Where(a.Self) : a.Self.NonZero() },
        { "argwhere", Unary(t => t.ArgWhere()) },
        { "nn.functional.one_hot", a => a.Self.OneHot(a.Long(1, "num_classes", -1)) },
        {
            "fill",
            a => a.IsTensor(1, "value") ? a.Self.Fill(a.Tensor(1, "value")) : a.Self.Fill(a.Scalar(1, "value"))
        },
    };

    /// <summary>The engine has no sparse gradients.</summary>
    private static Tensor Dense(Arguments a, Tensor index) => a.Flag(-1, "sparse_grad")
        ? throw a.Wrong("sparse_grad", "is set")
        : index;

    /// <summary>What is scattered: a tensor under one name, a number under another.</summary>
    private static Argument Source(Arguments a) =>
        a.IsTensor(3, "src") ? a.Tensor(3, "src") : a.Argument(3, a.Has(3, "value") ? "value" : "src");

    private static object? SetItem(Arguments a)
    {
        var self = a.Self;
        var index = TensorIndices.Of(a.Any(1, "index"), self.Device);
        self[index] = a.Any(2, "value") switch
        {
            Tensor tensor => tensor,
            bool truth => truth,
            long whole => whole,
            double real => real,
            var list => CreationBindings.Of(list, null, self.Device),
        };
        return null;
    }
}
