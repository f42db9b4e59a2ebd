using static KernelEngine.Conformance.BinaryBindings;

namespace KernelEngine.Conformance;

/// <summary>Matrix products and linear algebra.</summary>
internal static class LinalgBindings
{
    public static readonly BindingTable Table = new()
    {
        { "matmul __matmul__ @", Tensors((x, y) => x.Matmul(y)) },
        { "__rmatmul__", Tensors((x, y) => y.Matmul(x)) },
        { "mm", Tensors((x, y) => x.Mm(y), "mat2") },
        { "bmm", Tensors((x, y) => x.Bmm(y), "mat2") },
        { "mv", Tensors((x, y) => x.Mv(y), "vec") },
        { "dot", Tensors((x, y) => x.Dot(y), "tensor") },
        { "vdot", Tensors((x, y) => x.Vdot(y)) },
        { "inner", Tensors((x, y) => x.Inner(y)) },
        { "outer ger", Tensors((x, y) => x.Outer(y), "vec2") },
        {
            "addmm",
            Added("mat1", "mat2", (t, x, y, beta, alpha) => t.Addmm(x, y, beta, alpha)),
            Added("mat1", "mat2", (t, x, y, beta, alpha) => t.Addmm_(x, y, beta, alpha))
        },
        {
            "addmv",
            Added("mat", "vec", (t, x, y, beta, alpha) => t.Addmv(x, y, beta, alpha)),
            Added("mat", "vec", (t, x, y, beta, alpha) => t.Addmv_(x, y, beta, alpha))
        },
        {
            "addbmm",
            Added("batch1", "batch2", (t, x, y, beta, alpha) => t.Addbmm(x, y, beta, alpha)),
            Added("batch1", "batch2", (t, x, y, beta, alpha) => t.Addbmm_(x, y, beta, alpha))
        },
        {
            "baddbmm",
            Added("batch1", "batch2", (t, x, y, beta, alpha) => t.Baddbmm(x, y, beta, alpha)),
            Added("batch1", "batch2", (t, x, y, beta, alpha) => t.Baddbmm_(x, y, beta, alpha))
        },
        {
            "addr",
            Added("vec1", "vec2", (t, x, y, beta, alpha) => t.Addr(x, y, beta, alpha)),
            Added("vec1", "vec2", (t, x, y, beta, alpha) => t.Addr_(x, y, beta, alpha))
        },
        { "einsum", a => Tensor.Einsum(a.Text(0, "equation"), a.Tensors(1, "operands")) },
        {
            "tensordot",
            a => a.Any(2, "dims") switch
            {
                null => a.Self.Tensordot(a.Tensor(1, "other")),
                long count => a.Self.Tensordot(a.Tensor(1, "other"), (int)count),
                object?[] { Length: 2 } lists => a.Self.Tensordot(a.Tensor(1, "other"), Ints(lists[0]), Ints(lists[1])),
                TupleValue { Items: [var own, var others] } =>
                    a.Self.Tensordot(a.Tensor(1, "other"), Ints(own), Ints(others)),
                _ => throw a.Wrong("dims", "is neither a number nor two lists"),
            }
        },
        { "kron", Tensors((x, y) => x.Kron(y)) },
        { "cross", a => a.Self.Cross(a.Tensor(1, "other"), a.IntOrNull(2, "dim")) },
        { "trace", a => a.Self.Trace() },
        { "block_diag", a => Tensor.BlockDiag(a.Tensors(0, "tensors")) },
        { "vander", a => a.Tensor(0, "x").Vander(a.LongOrNull(1, "N"), a.Flag(2, "increasing")) },
        { "chain_matmul", a => Tensor.ChainMatmul(a.Tensors(0, "matrices")) },
        { "matrix_power", a => a.Self.MatrixPower(a.Long(1, "n")) },
        { "linalg.cross", a => Linalg.Cross(a.Self, a.Tensor(1, "other"), a.Int(-1, "dim", -1)) },
        { "linalg.vecdot", a => Linalg.Vecdot(a.Tensor(0, "x"), a.Tensor(1, "y"), a.Int(-1, "dim", -1)) },
        { "linalg.vander", a => Linalg.Vander(a.Tensor(0, "x"), a.LongOrNull(-1, "N")) },
        { "linalg.multi_dot", a => Linalg.MultiDot(a.Tensors(0, "tensors")) },
        { "linalg.matrix_power", a => Linalg.MatrixPower(a.Tensor(0, "A"), a.Long(1, "n")) },
    };

    private static int[] Ints(object? value) => value switch
    {
        object?[] items => Array.ConvertAll(items, item => (int)(long)item!),
        TupleValue tuple => Array.ConvertAll(tuple.Items, item => (int)(long)item!),
        _ => [(int)(long)value!],
    };

    /// <summary>A row of <c>beta * input + alpha * product</c>.</summary>
    private static Binding Added(
        string first, string second, Func<Tensor, Tensor, Tensor, Scalar?, Scalar?, Tensor> call) => a => call(
        a.Self, a.Tensor(1, first), a.Tensor(2, second), a.ScalarOrNull(-1, "beta"),
        a.ScalarOrNull(-1, "alpha"));
}
