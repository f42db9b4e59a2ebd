namespace KernelEngine.Tests;

/// <summary>Linear algebra: products, factorisations, norms.</summary>
internal static class LinalgGradients
{
    public static IEnumerable<GradientCase> Cases => [.. Products, .. Factors, .. Orthogonal, .. Norms];

    private static IEnumerable<GradientCase> Products =>
    [
        new("Einsum: product", [[2, 3, 4], [4, 3]], x => Tensor.Einsum("bij,jk->kbi", x[0], x[1])),
        new("Einsum: sums and diagonals", [[3, 2, 3], [2, 4]], x => Tensor.Einsum("iji,jk->j", x[0], x[1])),
        new("Einsum: outer", [[3], [2]], x => Tensor.Einsum("i,j", x[0], x[1])),
        new("Einsum: three operands", [[2, 3], [3, 4], [2, 4]], x => Tensor.Einsum("ij,jk,ik->i", x[0], x[1], x[2])),
        new("Einsum: ellipsis", [[2, 3, 4], [4, 2]], x => Tensor.Einsum("...ij,j...->...i", x[0], x[1])),
        new("Einsum: broadcast", [[2, 3], [1, 3]], x => Tensor.Einsum("ij,ij->i", x[0], x[1])),
        new("Tensordot", [[2, 3, 4], [3, 4, 2]], x => x[0].Tensordot(x[1])),
        new("Tensordot: pairs", [[2, 3, 4], [4, 5, 2]], x => x[0].Tensordot(x[1], [0, -1], [2, 0])),
        new("Kron", [[2, 3], [2, 1, 2]], x => x[0].Kron(x[1])),
        new("Cross", [[2, 3], [2, 3]], x => x[0].Cross(x[1])),
        new("Cross: broadcast", [[3, 1], [3, 2]], x => Linalg.Cross(x[0], x[1], 0)),
        new("Trace", [[2, 3]], x => x[0].Trace()),
        new("BlockDiag", [[2, 3], [2], [1, 2]], x => Tensor.BlockDiag(x)),
        new("Vander", [[3]], x => x[0].Vander(4)),
        new("Vander: of vectors", [[2, 3]], x => Linalg.Vander(x[0], 3)),
        new("MultiDot", [[2, 3], [3, 1], [1, 4]], x => Linalg.MultiDot(x)),
        new("MultiDot: vectors", [[3], [3, 2], [2]], x => Linalg.MultiDot(x)),
        new("MatrixPower: 3", [[2, 2, 2]], x => x[0].MatrixPower(3)) { Low = -1, High = 1 },
        new("MatrixPower: -2", [[2, 2]], x => Regular(x[0]).MatrixPower(-2)),
        new("ChainMatmul", [[2, 3], [3, 1], [1, 4]], x => Tensor.ChainMatmul(x)),
        new("Mm: products", [[2, 3], [3, 4]], x => x[0].Mm(x[1])),
        new("Bmm: products", [[2, 2, 3], [2, 3, 2]], x => x[0].Bmm(x[1])),
        new("Mv: products", [[2, 3], [3]], x => x[0].Mv(x[1])),
        new("Dot: products", [[3], [3]], x => x[0].Dot(x[1])),
        new("Vdot: products", [[3], [3]], x => x[0].Vdot(x[1])),
        new("Outer: products", [[3], [2]], x => x[0].Outer(x[1])),
        new("Ger: products", [[3], [2]], x => x[0].Ger(x[1])),
        new("Inner: products", [[2, 3], [4, 3]], x => x[0].Inner(x[1])),
        new("Addmm: products", [[4], [2, 3], [3, 4]], x => x[0].Addmm(x[1], x[2], 2, 3)),
        new("Addmv: products", [[2], [2, 3], [3]], x => x[0].Addmv(x[1], x[2], 2, 3)),
        new("Addr: products", [[2, 3], [2], [3]], x => x[0].Addr(x[1], x[2], 2, 3)),
        new("Addbmm: products", [[2, 4], [2, 2, 3], [2, 3, 4]], x => x[0].Addbmm(x[1], x[2], 2, 3)),
        new("Baddbmm: products", [[2, 4], [2, 2, 3], [2, 3, 4]], x => x[0].Baddbmm(x[1], x[2], 2, 3)),
        new("Vecdot", [[2, 3], [1, 3]], x => Linalg.Vecdot(x[0], x[1])),
    ];

    private static IEnumerable<GradientCase> Factors =>
    [
        new("Inv", [[2, 3, 3]], x => Linalg.Inv(Regular(x[0]))),
        new("Inverse", [[3, 3]], x => Regular(x[0]).Inverse()),
        new("InvEx", [[3, 3]], x => Linalg.InvEx(Regular(x[0])).Inverse),
        new("SolveEx", [[3, 3], [3, 2]], x => Linalg.SolveEx(Regular(x[0]), x[1]).Result),
        new("CholeskyEx", [[3, 3]], x => Linalg.CholeskyEx(Positive(x[0])).L),
        new("LuFactorEx", [[2, 4]], x => Linalg.LuFactorEx(Diagonal(x[0])).LU),
        new("LuUnpack", [[3, 3]], x => Tensor.LuUnpack(x[0], Pivots(x[0])) is var (_, l, u) ? [l, u] : []),
        new("TensorInv", [[4, 2, 2]], x => Linalg.TensorInv(Regular(x[0].Reshape([4, 4])).Reshape([4, 2, 2]), 1)),
        new("TensorSolve", [[4, 4], [2, 2]], x => Linalg.TensorSolve(Regular(x[0]).Reshape([2, 2, 4]), x[1])),
        new("Det", [[2, 3, 3]], x => Linalg.Det(x[0])) { Low = -1, High = 1 },
        new("Det: regular", [[4, 4]], x => Linalg.Det(Regular(x[0]))) { Low = -1, High = 1 },
        new("Slogdet", [[2, 3, 3]], x => Linalg.Slogdet(Regular(x[0])).Logabsdet),
        new("Logdet", [[3, 3]], x => Positive(x[0]).Logdet()),
        new("Solve", [[2, 3, 3], [2, 3, 2]], x => Linalg.Solve(Regular(x[0]), x[1])),
        new("Solve: vectors", [[2, 3, 3], [2, 3]], x => Linalg.Solve(Regular(x[0]), x[1])),
        new("Solve: broadcast", [[3, 3], [2, 3, 1]], x => Linalg.Solve(Regular(x[0]), x[1])),
        new("Solve: right", [[3, 3], [2, 3]], x => Linalg.Solve(Regular(x[0]), x[1], left: false)),
        new("SolveTriangular", [[3, 3], [2, 3, 2]], x => Linalg.SolveTriangular(Regular(x[0]), x[1], true)),
        new("SolveTriangular: lower right unit", [[2, 3, 3], [2, 3]],
            x => Linalg.SolveTriangular(x[0], x[1], false, false, true)),
        new("Cholesky", [[2, 3, 3]], x => Linalg.Cholesky(Positive(x[0]))),
        new("Cholesky: upper", [[3, 3]], x => Linalg.Cholesky(Positive(x[0]), upper: true)),
        new("CholeskySolve", [[3, 2], [2, 3, 3]], x => x[0].CholeskySolve(Regular(x[1]))),
        new("CholeskySolve: upper", [[3, 2], [3, 3]], x => x[0].CholeskySolve(Regular(x[1]), true)),
        new("CholeskyInverse", [[3, 3]], x => Regular(x[0]).CholeskyInverse()),
        new("Lu", [[2, 3, 3]], x => Linalg.Lu(Regular(x[0])) is var (_, l, u) ? [l, u] : []),
        new("Lu: tall", [[4, 2]], x => Linalg.Lu(Diagonal(x[0])) is var (_, l, u) ? [l, u] : []),
        new("Lu: wide", [[2, 4]], x => Linalg.Lu(Diagonal(x[0])) is var (_, l, u) ? [l, u] : []),
        new("LuFactor", [[2, 3, 3]], x => Linalg.LuFactor(Regular(x[0])).LU),
        new("LuSolve", [[3, 3], [3, 2]], x => Linalg.LuSolve(Regular(x[0]), Pivots(x[0]), x[1])),
        new("LuSolve: right adjoint", [[3, 3], [2, 3]],
            x => Linalg.LuSolve(Regular(x[0]), Pivots(x[0]), x[1], left: false, adjoint: true)),
        new("LuSolve: adjoint", [[3, 3], [3, 2]],
            x => Linalg.LuSolve(Regular(x[0]), Pivots(x[0]), x[1], adjoint: true)),
        new("LuSolve: right", [[3, 3], [2, 3]],
            x => Linalg.LuSolve(Regular(x[0]), Pivots(x[0]), x[1], left: false)),
        new("TriangularSolve", [[3, 2], [3, 3]],
            x => x[0].TriangularSolve(Regular(x[1]), upper: false, transpose: true).Solution),
    ];

    // Singular values and eigenvalues that are far apart.
    private static IEnumerable<GradientCase> Orthogonal =>
    [
        new("Qr", [[2, 3, 3]], x => Linalg.Qr(Regular(x[0])) is var (q, r) ? [q, r] : []),
        new("Qr: tall", [[4, 2]], x => Linalg.Qr(Diagonal(x[0])) is var (q, r) ? [q, r] : []),
        new("Qr: wide", [[2, 4]], x => Linalg.Qr(Diagonal(x[0])) is var (q, r) ? [q, r] : []),
        new("Qr: R alone", [[3, 4]], x => Linalg.Qr(Diagonal(x[0])).R),
        new("Qr: Q alone", [[2, 4]], x => Linalg.Qr(Diagonal(x[0])).Q),
        new("Qr: complete", [[2, 4]], x => Linalg.Qr(Diagonal(x[0]), "complete") is var (q, r) ? [q, r] : []),
        new("Eigh", [[2, 3, 3]], x => Linalg.Eigh(Symmetric(x[0])) is var (l, v) ? [l, v] : []),
        new("Eigh: upper", [[3, 3]], x => Linalg.Eigh(Symmetric(x[0]), "U").Eigenvectors),
        new("Eigvalsh", [[3, 3]], x => Linalg.Eigvalsh(Symmetric(x[0]))),
        new("Svd", [[2, 3, 3]], x => Linalg.Svd(Spread(x[0])) is var (u, s, v) ? [u, s, v] : []),
        new("Svd: tall", [[4, 2]], x => Linalg.Svd(Spread(x[0]), false) is var (u, s, v) ? [u, s, v] : []),
        new("Svd: wide", [[2, 3]], x => Linalg.Svd(Spread(x[0]), false) is var (u, s, v) ? [u, s, v] : []),
        new("Svdvals", [[2, 4]], x => Linalg.Svdvals(Spread(x[0]))),
        new("Pinv", [[4, 2]], x => Linalg.Pinv(Spread(x[0]))),
        new("Pinv: wide", [[2, 2, 3]], x => Linalg.Pinv(Spread(x[0]))),
        new("Pinverse", [[3, 2]], x => Spread(x[0]).Pinverse()),
        new("Lstsq", [[4, 2], [4, 3]], x => Linalg.Lstsq(Spread(x[0]), x[1]).Solution),
        new("Cond", [[3, 3]], x => Linalg.Cond(Spread(x[0]))),
        new("Cond: fro", [[3, 3]], x => Linalg.Cond(Spread(x[0]), "fro")),
        new("Cond: nuc", [[3, 3]], x => Linalg.Cond(Spread(x[0]), "nuc")),
        new("MatrixExp", [[2, 2, 2]], x => x[0].MatrixExp()),
    ];

    private static IEnumerable<GradientCase> Norms =>
    [
        new("MatrixNorm: fro", [[2, 3, 4]], x => Linalg.MatrixNorm(x[0])),
        new("MatrixNorm: nuc", [[2, 2, 3]], x => Linalg.MatrixNorm(Spread(x[0]), "nuc", [0, 2], true))
        {
            AllowsTies = false,
        },
        new("MatrixNorm: 1", [[2, 3]], x => Linalg.MatrixNorm(x[0], 1)) { AllowsTies = false },
        new("MatrixNorm: -1", [[2, 3]], x => Linalg.MatrixNorm(x[0], -1)) { AllowsTies = false },
        new("MatrixNorm: inf", [[2, 3, 2]], x => Linalg.MatrixNorm(x[0], double.PositiveInfinity, [2, 0]))
        {
            AllowsTies = false,
        },
        new("MatrixNorm: 2", [[3, 3]], x => Linalg.MatrixNorm(Spread(x[0]), 2)),
        new("MatrixNorm: -2", [[3, 2]], x => Linalg.MatrixNorm(Spread(x[0]), -2)),
        new("VectorNorm: linalg", [[2, 3]], x => Linalg.VectorNorm(x[0], 3, [0])),
        new("Norm: linalg", [[2, 3]], x => Linalg.Norm(x[0], 3, [1])),
        new("Norm: nuc", [[2, 3]], x => Spread(x[0]).Norm("nuc")),
    ];

    private static Tensor Symmetric(Tensor x) => Regular(x) + Regular(x).Mt;

    private static Tensor Spread(Tensor x) => Diagonal(x * 0.3);

    private static Tensor Pivots(Tensor x) => Tensor.FromArray([2, 3, 3]).To(x.Device);

    /// <summary>Far from singular, whatever was drawn.</summary>
    private static Tensor Regular(Tensor x) => (x * 0.3) + Diagonal(Tensor.ZerosLike(x));

    private static Tensor Positive(Tensor x) => Regular(x).Matmul(Regular(x).Mt);

    /// <summary>The numbers from 2 on added to the diagonal.</summary>
    private static Tensor Diagonal(Tensor x) => x + (Tensor.Eye(x.Shape[^2], x.Shape[^1], x.DType, x.Device) *
        Tensor.Arange(2, x.Shape[^1] + 2, dtype: x.DType, device: x.Device));
}
