using static KernelEngine.Conformance.UnaryBindings;

namespace KernelEngine.Conformance;

/// <summary>Views, and what joins, splits and rearranges.</summary>
internal static class ShapeBindings
{
    public static readonly BindingTable Table = new()
    {
        { "view", a => a.Any(1, "dtype") is DType dtype ? a.Self.View(dtype) : a.Self.View(a.Longs(1, "size")) },
        { "view_as", a => a.Self.ViewAs(a.Tensor(1, "other")) },
        { "reshape", a => a.Self.Reshape(a.Longs(1, "shape")) },
        { "reshape_as", a => a.Self.ReshapeAs(a.Tensor(1, "other")) },
        { "permute", a => a.Self.Permute(Dims(a, 1, "dims")) },
        {
            "transpose swapaxes swapdims",
            a => a.Self.Transpose(a.Int(1, "dim0"), a.Int(2, "dim1")),
            a => a.Self.Transpose_(a.Int(1, "dim0"), a.Int(2, "dim1"))
        },
        { "t", Unary(t => t.Transpose()), Unary(t => t.Transpose_()) },
        { "T", Unary(t => t.T) },
        { "mT", Unary(t => t.Mt) },
        { "movedim moveaxis", a => a.Self.Movedim(a.Ints(1, "source"), a.Ints(2, "destination")) },
        { "expand", a => a.Self.Expand(a.Longs(1, "size")) },
        { "expand_as", a => a.Self.Expand(a.Tensor(1, "other").Shape) },
        { "broadcast_to", a => a.Self.BroadcastTo(a.Longs(1, "size")) },
        { "broadcast_tensors", a => Tensor.BroadcastTensors(a.Tensors(0, "tensors")) },
        { "cat concat concatenate", a => Tensor.Cat(a.Tensors(0, "tensors"), a.Int(1, "dim", 0)) },
        { "stack", a => Tensor.Stack(a.Tensors(0, "tensors"), a.Int(1, "dim", 0)) },
        { "hstack", a => Tensor.HStack(a.Tensors(0, "tensors")) },
        { "vstack row_stack", a => Tensor.VStack(a.Tensors(0, "tensors")) },
        { "dstack", a => Tensor.DStack(a.Tensors(0, "tensors")) },
        { "column_stack", a => Tensor.ColumnStack(a.Tensors(0, "tensors")) },
        {
            "split",
            a => a.IsList(1, "split_size_or_sections")
                ? a.Self.Split(a.Longs(1, "split_size_or_sections"), a.Int(2, "dim", 0))
                : a.Self.Split(a.Long(1, "split_size_or_sections"), a.Int(2, "dim", 0))
        },
        { "split_with_sizes", a => a.Self.SplitWithSizes(a.Longs(1, "split_sizes"), a.Int(2, "dim", 0)) },
        { "chunk", a => a.Self.Chunk(a.Int(1, "chunks"), a.Int(2, "dim", 0)) },
        { "tensor_split", a => TensorSplit(a) },
        {
            "hsplit",
            a => a.IsList(1, "indices_or_sections")
                ? a.Self.HSplit(a.Longs(1, "indices_or_sections"))
                : a.Self.HSplit(a.Long(1, "indices_or_sections"))
        },
        {
            "vsplit",
            a => a.IsList(1, "indices_or_sections")
                ? a.Self.VSplit(a.Longs(1, "indices_or_sections"))
                : a.Self.VSplit(a.Long(1, "indices_or_sections"))
        },
        {
            "dsplit",
            a => a.IsList(1, "indices_or_sections")
                ? a.Self.DSplit(a.Longs(1, "indices_or_sections"))
                : a.Self.DSplit(a.Long(1, "indices_or_sections"))
        },
        { "unbind", a => a.Self.Unbind(a.Int(1, "dim", 0)) },
        {
            "squeeze",
            a => a.IntOrNull(1, "dim") is { } dim ? a.Self.Squeeze(dim) : a.Self.Squeeze(),
            a => a.IntOrNull(1, "dim") is { } dim ? a.Self.Squeeze_(dim) : a.Self.Squeeze_()
        },
        { "unsqueeze", a => a.Self.Unsqueeze(a.Int(1, "dim")), a => a.Self.Unsqueeze_(a.Int(1, "dim")) },
        { "flatten", a => a.Self.Flatten(a.Int(1, "start_dim", 0), a.Int(2, "end_dim", -1)) },
        { "unflatten", a => a.Self.Unflatten(a.Int(1, "dim"), a.Longs(2, "sizes")) },
        { "ravel", Unary(t => t.Ravel()) },
        { "flip", a => a.Self.Flip(Dims(a, 1, "dims")) },
        { "fliplr", Unary(t => t.FlipLR()) },
        { "flipud", Unary(t => t.FlipUD()) },
        { "roll", a => a.Self.Roll(ListOrOne(a, 1, "shifts"), a.IntsOrNull(2, "dims") ?? []) },
        { "rot90", a => a.Self.Rot90(a.Int(1, "k", 1), a.IntsOrNull(2, "dims") ?? [0, 1]) },
        { "repeat", a => a.Self.Repeat(a.Longs(1, "repeats")) },
        { "tile", a => a.Self.Tile(a.Longs(1, "dims")) },
        { "repeat_interleave", RepeatInterleave },
        { "narrow", a => a.Self.Narrow(a.Int(1, "dim"), a.Long(2, "start"), a.Long(3, "length")) },
        { "select", a => a.Self.Select(a.Int(1, "dim"), a.Long(2, "index")) },
        { "unfold", a => a.Self.Unfold(a.Int(1, "dimension"), a.Long(2, "size"), a.Long(3, "step")) },
        {
            "as_strided",
            a => a.Self.AsStrided(a.Longs(1, "size"), ListOrOne(a, 2, "stride"), a.LongOrNull(3, "storage_offset"))
        },
        { "meshgrid", a => Tensor.MeshGrid(a.Tensors(0, "tensors"), a.Text(-1, "indexing", "ij")) },
        { "atleast_1d", a => AtLeast(a, t => t.AtLeast1D()) },
        { "atleast_2d", a => AtLeast(a, t => t.AtLeast2D()) },
        { "atleast_3d", a => AtLeast(a, t => t.AtLeast3D()) },
        { "diagonal", a => a.Self.Diagonal(a.Long(1, "offset", 0), a.Int(2, "dim1", 0), a.Int(3, "dim2", 1)) },
        { "diag", a => a.Self.Diag(a.Long(1, "diagonal", 0)) },
        { "diag_embed", a => a.Self.DiagEmbed(a.Long(1, "offset", 0), a.Int(2, "dim1", -2), a.Int(3, "dim2", -1)) },
        { "diagflat", a => a.Self.DiagFlat(a.Long(1, "offset", 0)) },
        { "tril", a => a.Self.Tril(a.Long(1, "diagonal", 0)), a => a.Self.Tril_(a.Long(1, "diagonal", 0)) },
        { "triu", a => a.Self.Triu(a.Long(1, "diagonal", 0)), a => a.Self.Triu_(a.Long(1, "diagonal", 0)) },
        {
            "tril_indices",
            a => Tensor.TrilIndices(a.Long(0, "row"), a.Long(1, "col"), a.Long(2, "offset", 0), a.DType(-1, "dtype"),
                a.Device(-1, "device"))
        },
        {
            "triu_indices",
            a => Tensor.TriuIndices(a.Long(0, "row"), a.Long(1, "col"), a.Long(2, "offset", 0), a.DType(-1, "dtype"),
                a.Device(-1, "device"))
        },
        { "cartesian_prod", a => Tensor.CartesianProd(a.Tensors(0, "tensors")) },
        { "combinations", a => a.Self.Combinations(a.Int(1, "r", 2), a.Flag(2, "with_replacement")) },
        { "select_scatter", a => a.Self.SelectScatter(a.Tensor(1, "src"), a.Int(2, "dim"), a.Long(3, "index")) },
        {
            "diagonal_scatter",
            a => a.Self.DiagonalScatter(a.Tensor(1, "src"), a.Long(2, "offset", 0), a.Int(3, "dim1", 0),
                a.Int(4, "dim2", 1))
        },
        { "constant_pad_nd", a => a.Self.ConstantPad(a.Longs(1, "pad"), a.Scalar(2, "value", 0)) },
    };

    /// <summary>Dimensions as a list, or as positional arguments.</summary>
    private static int[] Dims(Arguments a, int position, string keyword) =>
        Array.ConvertAll(a.Longs(position, keyword), d => checked((int)d));

    /// <summary>Whole numbers as a list, or one alone; what follows is another argument.</summary>
    private static long[] ListOrOne(Arguments a, int position, string keyword) =>
        a.IsList(position, keyword) ? a.Longs(position, keyword) : [a.Long(position, keyword)];

    private static Tensor RepeatInterleave(Arguments a)
    {
        // The size of the output is only a hint.
        _ = a.LongOrNull(-1, "output_size");
        var dim = a.IntOrNull(2, "dim");
        if (!a.Has(1, "repeats"))
        {
            // Of repeats alone: each place as often.
            var repeats = a.Tensor(0, "repeats");
            return Tensor.Arange(repeats.ElementCount, device: repeats.Device).RepeatInterleave(repeats, 0);
        }

        return a.IsTensor(1, "repeats")
            ? a.Self.RepeatInterleave(a.Tensor(1, "repeats"), dim)
            : a.Self.RepeatInterleave(a.Long(1, "repeats"), dim);
    }

    private static Tensor[] TensorSplit(Arguments a)
    {
        var (x, dim) = (a.Self, a.Int(2, "dim", 0));
        if (a.IsTensor(1, "tensor_indices_or_sections"))
            return x.TensorSplit(a.Tensor(1, "tensor_indices_or_sections"), dim);
        return a.IsList(1, "indices_or_sections")
            ? x.TensorSplit(a.Longs(1, "indices_or_sections"), dim)
            : x.TensorSplit(a.Long(1, "indices_or_sections"), dim);
    }

    private static object AtLeast(Arguments a, Func<Tensor, Tensor> call) => a.Count == 1 && a.IsTensor(0, "tensors")
        ? call(a.Tensor(0, "tensors"))
        : Array.ConvertAll(a.Tensors(0, "tensors"), t => call(t));
}
