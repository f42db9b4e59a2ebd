namespace KernelEngine.Tests;

/// <summary>Products of matrices and vectors, and what is made of them.</summary>
internal static class LinearGradients
{
    public static IEnumerable<GradientCase> Cases =>
    [
        new("Addbmm", [[2, 3], [2, 2, 2], [2, 2, 3]], x => x[0].Addbmm(x[1], x[2], 0.5, 2)),
        new("Addmm", [[3], [2, 4], [4, 3]], x => x[0].Addmm(x[1], x[2], 0.5, 2)),
        new("Addmv", [[2], [2, 3], [3]], x => x[0].Addmv(x[1], x[2], 0.5, 2)),
        new("Addr", [[2, 3], [2], [3]], x => x[0].Addr(x[1], x[2], 0.5, 2)),
        new("Baddbmm", [[1, 3], [2, 2, 2], [2, 2, 3]], x => x[0].Baddbmm(x[1], x[2], 0.5, 2)),
        new("Bmm", [[2, 2, 3], [2, 3, 2]], x => x[0].Bmm(x[1])),
        new("Dot", [[4], [4]], x => x[0].Dot(x[1])),
        new("Ger", [[3], [2]], x => x[0].Ger(x[1])),
        new("Inner", [[2, 3], [2, 3]], x => x[0].Inner(x[1])),
        new("Ldexp", [[2, 3], [3]], x => x[0].Ldexp(x[1])),
        new("Linear", [[2, 3], [4, 3], [4]], x => x[0].Linear(x[1], x[2])),
        new("Matmul", [[3, 4], [4, 2]], x => x[0].Matmul(x[1])),
        new("Matmul: batched", [[2, 3, 4], [4, 2]], x => x[0].Matmul(x[1])),
        new("Matmul: vector", [[4], [2, 4, 2]], x => x[0].Matmul(x[1])),
        new("Mm", [[3, 4], [4, 2]], x => x[0].Mm(x[1])),
        new("Mv", [[3, 4], [4]], x => x[0].Mv(x[1])),
        new("Outer", [[3], [2]], x => x[0].Outer(x[1])),
        new("Vdot", [[4], [4]], x => x[0].Vdot(x[1])),
    ];
}
