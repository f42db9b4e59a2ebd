using static KernelEngine.MatrixArguments;

namespace KernelEngine;

/// <content>A = P · L · U, and what is solved with it.</content>
public static partial class Linalg
{
    /// <summary>
    /// The factors of matrices in one: U and, below its diagonal, L. As <c>torch.linalg.lu_factor</c>.
    /// </summary>
    /// <param name="a">[…, M, N], float32 or float64.</param>
    /// <param name="pivot">Whether rows are exchanged; without is not implemented.</param>
    /// <returns>[…, M, N], and [..., min(M, N)] of int32: the row, from 1, that each was exchanged with.</returns>
    /// <exception cref="TensorException">There is a zero on U's diagonal, or the dtype is another.</exception>
    public static (Tensor LU, Tensor Pivots) LuFactor(Tensor a, bool pivot = true)
    {
        var (factors, pivots, _) = LuFactor(a, pivot, FactorFault.LuFactor);
        return (factors, pivots);
    }

    /// <summary>
    /// As <see cref="LuFactor(Tensor, bool)"/>, with the number, from 1, of the first zero on U's diagonal, or 0. As
    /// <c>torch.linalg.lu_factor_ex</c>.
    /// </summary>
    /// <param name="a">[…, M, N], float32 or float64.</param>
    /// <param name="pivot">Whether rows are exchanged; without is not implemented.</param>
    /// <param name="checkErrors">Whether a zero throws.</param>
    /// <exception cref="TensorException">The dtype is another, or there are no matrices.</exception>
    public static (Tensor LU, Tensor Pivots, Tensor Info) LuFactorEx(
        Tensor a, bool pivot = true, bool checkErrors = false) =>
        LuFactor(a, pivot, checkErrors ? FactorFault.LuFactorEx : FactorFault.None);

    /// <summary>The factors of matrices: P · L · U = A. As <c>torch.linalg.lu</c>.</summary>
    /// <param name="a">[…, M, N], float32 or float64.</param>
    /// <param name="pivot">Whether rows are exchanged; without is not implemented.</param>
    /// <returns>[…, M, M], […, M, K] and […, K, N], where K is the smaller of M and N.</returns>
    /// <exception cref="TensorException">The dtype is another, or there are no matrices.</exception>
    public static (Tensor P, Tensor L, Tensor U) Lu(Tensor a, bool pivot = true)
    {
        if (a.Rank < 2)
        {
            throw new TensorRuntimeException(
                $"linalg.lu: Expected tensor with 2 or more dimensions. Got size: {a.Shape.ToListText()} instead");
        }

        CheckPivot(pivot);
        var (factors, pivots, _) = LuFactors.Of(a, FactorFault.None);
        var (p, lower, upper) = Unpack(factors, pivots);
        if (Tensor.ShouldRecord(a))
        {
            var node = Tensor.Recorded("LinalgLuBackward0", [lower, upper], (g, saved) =>
                [DifferentiateLu(p, saved[0], saved[1], g[1], g[2])], a);
            node.OutputCount = 3;
            lower.SetHistory(node, 1);
            upper.SetHistory(node, 2);
        }

        return (p, lower, upper);
    }

    /// <summary>
    /// The X of A·X = B from the factors of A: all four forms. As <c>torch.linalg.lu_solve</c>.
    /// </summary>
    /// <param name="lu">The factors of A, […, N, N].</param>
    /// <param name="pivots">How rows were exchanged, […, N] of int32.</param>
    /// <param name="b">[…, N, K]; [..., K, N] where not left.</param>
    /// <param name="left">Whether A stands left of X; else X·A = B is solved.</param>
    /// <param name="adjoint">Whether A's transpose stands in its place.</param>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public static Tensor LuSolve(Tensor lu, Tensor pivots, Tensor b, bool left = true, bool adjoint = false)
    {
        const string Function = "linalg.lu_solve";
        CheckFloating(lu, Function);
        CheckSameType(lu, b, Function, "LU", "B");
        if (!ReferenceEquals(lu.Device, pivots.Device))
            throw new DeviceMismatchException(lu.Device, pivots.Device);
        if (pivots.DType != DType.Int32)
        {
            throw new TensorRuntimeException(
                "linalg.lu_solve: pivots should be a Tensor of scalar type torch.int32");
        }

        CheckSquare(lu, Function, "LU");
        CheckFit(lu, b, left, Function, "LU");
        if (pivots.Rank == 0 || pivots.Shape[^1] != lu.Shape[^1])
        {
            throw new TensorRuntimeException(
                "linalg.lu_solve: Number of pivots per batch should be same as the dimension of the matrix");
        }

        if (Shape.Create(pivots.Shape.AsSpan()[..^1]) != Lead(lu.Shape))
        {
            throw new TensorRuntimeException(
                "linalg.lu_solve: Expected LU.shape[:-1] and pivots.shape to be the same, but got pivots with shape " +
                $"{pivots.Shape.ToListText()} instead");
        }

        CheckWide(lu, "lu_solve_cpu");
        var result = LuFactors.Solve(lu, pivots, b, left, adjoint);
        if (Tensor.ShouldRecord(lu, b))
        {
            var (shapeLu, shapeB) = (lu.Shape, b.Shape);
            var needsLu = lu.RequiresGrad;
            result.SetHistory(Tensor.Recorded("LinalgLuSolveBackward0", [lu, result], (g, saved) =>
            {
                var gradient = LuSolve(saved[0], pivots, g[0]!, left, !adjoint);
                Tensor? own = null;
                if (needsLu)
                {
                    var (x, p) = (saved[1], PermutationOf(saved[0], pivots));
                    var (first, second) = left ? (gradient, x.Mt) : (x.Mt, gradient);
                    var matrix = -(adjoint ? second.Mt.Matmul(first.Mt) : first.Matmul(second));
                    matrix = p.Mt.Matmul(matrix.SumToSize(shapeLu));
                    own = matrix.Matmul(saved[0].Triu().Mt).Tril(-1) +
                        (saved[0].Tril(-1) + Identity(saved[0])).Mt.Matmul(matrix).Triu();
                }

                return [own, gradient.SumToSize(shapeB)];
            }, lu, b), 0);
        }

        return result;
    }

    /// <summary>P, L and U from the factors in one; not recorded.</summary>
    internal static (Tensor P, Tensor L, Tensor U) Unpack(Tensor factors, Tensor pivots)
    {
        var (rows, columns) = (factors.Shape[^2], factors.Shape[^1]);
        var least = Math.Min(rows, columns);
        factors = factors.Detach();
        var lower = factors.Narrow(-1, 0, least).Tril(-1) +
            Tensor.Eye(rows, least, factors.DType, factors.Device);
        return (PermutationOf(factors, pivots), lower, factors.Narrow(-2, 0, least).Triu());
    }

    /// <summary>The permutation matrices of pivots.</summary>
    internal static Tensor PermutationOf(Tensor factors, Tensor pivots)
    {
        var rows = factors.Shape[^2];
        var p = Tensor.Allocate(
            factors.Device, Layout.Contiguous(WithMatrix(Lead(factors.Shape), rows, rows)), factors.DType);
        p.Copy_(Tensor.Eye(rows, null, factors.DType, factors.Device));
        LuFactors.Swap(p, pivots, reverse: true, unpack: true);
        return p;
    }

    /// <summary>The gradient of A = P · L · U from those of L and U.</summary>
    internal static Tensor? DifferentiateLu(Tensor p, Tensor lower, Tensor upper, Tensor? gLower, Tensor? gUpper)
    {
        if (gLower is null && gUpper is null)
            return null;
        var gl = (gLower ?? Tensor.ZerosLike(lower)).Tril(-1);
        var gu = (gUpper ?? Tensor.ZerosLike(upper)).Triu();
        var least = lower.Shape[^1];
        Tensor? below = null, right = null;
        if (lower.Shape[^2] > least)
        {
            // A₂ = L₂ · U.
            var rest = lower.Shape[^2] - least;
            below = TriangularSystem.Solve(upper.Mt, gl.Narrow(-2, least, rest), false, false, false);
            gu -= lower.Narrow(-2, least, rest).Mt.Matmul(below).Triu();
            (lower, gl) = (lower.Narrow(-2, 0, least), gl.Narrow(-2, 0, least));
        }
        else if (upper.Shape[^1] > least)
        {
            // A₂ = L · U₂.
            var rest = upper.Shape[^1] - least;
            right = TriangularSystem.Solve(lower.Mt, gu.Narrow(-1, least, rest), true, true, true);
            gl -= right.Matmul(upper.Narrow(-1, least, rest).Mt).Tril(-1);
            (upper, gu) = (upper.Narrow(-1, 0, least), gu.Narrow(-1, 0, least));
        }

        var inner = lower.Mt.Matmul(gl).Tril(-1) + gu.Matmul(upper.Mt).Triu();
        inner = TriangularSystem.Solve(lower.Mt, inner, upper: true, left: true, unit: true);
        inner = TriangularSystem.Solve(upper.Mt, inner, upper: false, left: false, unit: false);
        if (below is not null)
            inner = Tensor.Cat([inner, below], -2);
        else if (right is not null)
            inner = Tensor.Cat([inner, right], -1);
        return p.Matmul(inner);
    }

    private static (Tensor Factors, Tensor Pivots, Tensor Info) LuFactor(Tensor a, bool pivot, FactorFault fault)
    {
        if (a.Rank < 2)
        {
            throw new TensorRuntimeException(
                "torch.lu_factor: Expected tensor with 2 or more dimensions. Got size: " +
                $"{a.Shape.ToListText()} instead");
        }

        CheckPivot(pivot);
        var (factors, pivots, info) = LuFactors.Of(a, fault);
        if (Tensor.ShouldRecord(a))
        {
            factors.SetHistory(Tensor.Recorded("LinalgLuFactorExBackward0", [factors], (g, saved) =>
            {
                var (gradient, both) = (g[0]!, saved[0]);
                var (rows, least) = (both.Shape[^2], Math.Min(both.Shape[^2], both.Shape[^1]));
                var lower = both.Narrow(-1, 0, least).Tril(-1) + Tensor.Eye(rows, least, both.DType, both.Device);
                return
                [
                    DifferentiateLu(
                        PermutationOf(both, pivots), lower, both.Narrow(-2, 0, least).Triu(),
                        gradient.Narrow(-1, 0, least), gradient.Narrow(-2, 0, least)),
                ];
            }, a), 0);
        }

        return (factors, pivots, info);
    }

    private static void CheckPivot(bool pivot)
    {
        if (!pivot)
            throw new TensorRuntimeException("linalg.lu_factor: LU without pivoting is not implemented on the CPU");
    }
}
