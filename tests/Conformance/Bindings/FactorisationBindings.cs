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
        { "linalg.tensorinv", a => Linalg.TensorInv(a.Tensor(0, "A"), a.Int(1, "ind", 2)) },
        {
            "linalg.tensorsolve",
            a => Linalg.TensorSolve(a.Tensor(0, "A"), a.Tensor(1, "B"), a.IntsOrNull(2, "dims") ?? [])
        },
    };
}
