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
    };

    /// <summary>A row of <c>beta * input + alpha * product</c>.</summary>
    private static Binding Added(
        string first, string second, Func<Tensor, Tensor, Tensor, Scalar?, Scalar?, Tensor> call) => a => call(
        a.Self, a.Tensor(1, first), a.Tensor(2, second), a.ScalarOrNull(-1, "beta"),
        a.ScalarOrNull(-1, "alpha"));
}
