namespace KernelEngine.Conformance;

/// <summary>Inverses, determinants, factorisations and what is solved with them.</summary>
internal static class FactorisationBindings
{
    public static readonly BindingTable Table = new()
    {
        { "linalg.inv", a => Linalg.Inv(a.Tensor(0, "A")) },
        { "linalg.inv_ex", a => Linalg.InvEx(a.Tensor(0, "A"), a.Flag(-1, "check_errors")) },
        { "inverse", a => a.Self.Inverse() },
        { "linalg.det", a => Linalg.Det(a.Tensor(0, "A")) },
        { "det", a => a.Self.Det() },
        { "linalg.slogdet", a => Linalg.Slogdet(a.Tensor(0, "A")) },
        { "slogdet", a => a.Self.Slogdet() },
        { "logdet", a => a.Self.Logdet() },
        {
            "linalg.solve",
            a => Linalg.Solve(a.Tensor(0, "A"), a.Tensor(1, "B"), a.Flag(-1, "left", true))
        },
        {
            "linalg.solve_ex",
            a => Linalg.SolveEx(
                a.Tensor(0, "A"), a.Tensor(1, "B"), a.Flag(-1, "left", true), a.Flag(-1, "check_errors"))
        },
        {
            "linalg.solve_triangular",
            a => Linalg.SolveTriangular(
                a.Self, a.Tensor(1, "B"), a.Flag(-1, "upper"), a.Flag(-1, "left", true), a.Flag(-1, "unitriangular"))
        },
        {
            "triangular_solve",
            a => a.Self.TriangularSolve(
                a.Tensor(1, "A"), a.Flag(2, "upper", true), a.Flag(3, "transpose"), a.Flag(4, "unitriangular"))
        },
        { "linalg.cholesky", a => Linalg.Cholesky(a.Tensor(0, "A"), a.Flag(-1, "upper")) },
        {
            "linalg.cholesky_ex",
            a => Linalg.CholeskyEx(a.Tensor(0, "A"), a.Flag(-1, "upper"), a.Flag(-1, "check_errors"))
        },
        { "cholesky", a => a.Self.Cholesky(a.Flag(1, "upper")) },
        { "cholesky_solve", a => a.Self.CholeskySolve(a.Tensor(1, "input2"), a.Flag(2, "upper")) },
        { "cholesky_inverse", a => a.Self.CholeskyInverse(a.Flag(1, "upper")) },
        { "linalg.lu_factor", a => Linalg.LuFactor(a.Tensor(0, "A"), a.Flag(-1, "pivot", true)) },
        {
            "linalg.lu_factor_ex",
            a => Linalg.LuFactorEx(a.Tensor(0, "A"), a.Flag(-1, "pivot", true), a.Flag(-1, "check_errors"))
        },
        { "linalg.lu", a => Linalg.Lu(a.Tensor(0, "A"), a.Flag(-1, "pivot", true)) },
        { "lu_solve", a => a.Self.LuSolve(a.Tensor(1, "LU_data"), a.Tensor(2, "LU_pivots")) },
        {
            "linalg.lu_solve",
            a => Linalg.LuSolve(
                a.Tensor(0, "LU"), a.Tensor(1, "pivots"), a.Tensor(2, "B"), a.Flag(-1, "left", true),
                a.Flag(-1, "adjoint"))
        },
        {
            "lu_unpack",
            a => Tensor.LuUnpack(
                a.Tensor(0, "LU_data"), a.Tensor(1, "LU_pivots"), a.Flag(2, "unpack_data", true),
                a.Flag(3, "unpack_pivots", true))
        },
        { "linalg.qr", a => Linalg.Qr(a.Tensor(0, "A"), a.Text(1, "mode", "reduced")) },
        { "qr", a => a.Self.Qr(a.Flag(1, "some", true)) },
        { "linalg.eigh", a => Linalg.Eigh(a.Tensor(0, "A"), a.Text(1, "UPLO", "L")) },
        { "linalg.eigvalsh", a => Linalg.Eigvalsh(a.Tensor(0, "A"), a.Text(1, "UPLO", "L")) },
        { "linalg.svd", a => Linalg.Svd(a.Tensor(0, "A"), a.Flag(1, "full_matrices", true)) },
        { "linalg.svdvals", a => Linalg.Svdvals(a.Tensor(0, "A")) },
        { "svd", a => a.Self.Svd(a.Flag(1, "some", true), a.Flag(2, "compute_uv", true)) },
        {
            "linalg.pinv",
            a => Linalg.Pinv(
                a.Tensor(0, "A"), a.RealOrNull(-1, "atol"), a.RealOrNull(1, "rcond") ?? a.RealOrNull(-1, "rtol"),
                a.Flag(2, "hermitian"))
        },
        { "pinverse", a => a.Self.Pinverse(a.Real(1, "rcond", 1e-15)) },
        {
            "linalg.lstsq",
            a => Linalg.Lstsq(
                a.Tensor(0, "A"), a.Tensor(1, "B"), a.RealOrNull(2, "rcond"), a.Text(-1, "driver", "gelsy"))
        },
        {
            "linalg.matrix_rank",
            a => Linalg.MatrixRank(
                a.Tensor(0, "A"), a.RealOrNull(-1, "atol") ?? a.RealOrNull(1, "tol"), a.RealOrNull(-1, "rtol"),
                a.Flag(2, "hermitian"))
        },
        {
            "linalg.cond",
            a => a.IsText(1, "p") ? Linalg.Cond(a.Tensor(0, "A"), a.Text(1, "p"))
                : Linalg.Cond(a.Tensor(0, "A"), a.RealOrNull(1, "p"))
        },
        {
            "linalg.matrix_norm",
            a => a.IsNumber(1, "ord")
                ? Linalg.MatrixNorm(
                    a.Tensor(0, "A"), a.Real(1, "ord"), a.IntsOrNull(2, "dim") ?? [], a.Flag(3, "keepdim"),
                    a.DType(-1, "dtype"))
                : Linalg.MatrixNorm(
                    a.Tensor(0, "A"), a.Text(1, "ord", "fro"), a.IntsOrNull(2, "dim") ?? [], a.Flag(3, "keepdim"),
                    a.DType(-1, "dtype"))
        },
        {
            "linalg.norm",
            a => a.IsText(1, "ord")
                ? Linalg.Norm(
                    a.Tensor(0, "A"), a.Text(1, "ord"), a.IntsOrNull(2, "dim") ?? [], a.Flag(3, "keepdim"),
                    a.DType(-1, "dtype"))
                : Linalg.Norm(
                    a.Tensor(0, "A"), a.RealOrNull(1, "ord"), a.IntsOrNull(2, "dim") ?? [], a.Flag(3, "keepdim"),
                    a.DType(-1, "dtype"))
        },
        { "matrix_exp linalg.matrix_exp", a => a.Self.MatrixExp() },
        { "linalg.tensorinv", a => Linalg.TensorInv(a.Tensor(0, "A"), a.Int(1, "ind", 2)) },
        {
            "linalg.tensorsolve",
            a => Linalg.TensorSolve(a.Tensor(0, "A"), a.Tensor(1, "B"), a.IntsOrNull(2, "dims") ?? [])
        },
    };
}
