using static KernelEngine.MatrixArguments;

namespace KernelEngine;

/// <content>Systems of equations.</content>
public static partial class Linalg
{
    /// <summary>
    /// The X of A·X = B for square matrices; leading dimensions broadcast. As <c>torch.linalg.solve</c>.
    /// </summary>
    /// <param name="a">[…, N, N], float32 or float64.</param>
    /// <param name="b">
    /// [N] or […, N] with the leading dimensions of <paramref name="a"/>: vectors; else [..., N, K], or [..., K, N]
    /// where not left.
    /// </param>
    /// <param name="left">Whether A stands left of X; else X·A = B is solved.</param>
    /// <exception cref="SingularMatrixException">A matrix is singular.</exception>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public static Tensor Solve(Tensor a, Tensor b, bool left = true) => Solve(a, b, left, FactorFault.Solve).Result;

    /// <summary>
    /// As <see cref="Solve(Tensor, Tensor, bool)"/>, with the number, from 1, of the first zero on the diagonal of
    /// U, or 0. As <c>torch.linalg.solve_ex</c>.
    /// </summary>
    /// <param name="a">[…, N, N], float32 or float64.</param>
    /// <param name="b">The right side, as for <see cref="Solve(Tensor, Tensor, bool)"/>.</param>
    /// <param name="left">Whether A stands left of X; else X·A = B is solved.</param>
    /// <param name="checkErrors">Whether a singular matrix throws.</param>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public static (Tensor Result, Tensor Info) SolveEx(
        Tensor a, Tensor b, bool left = true, bool checkErrors = false) =>
        Solve(a, b, left, checkErrors ? FactorFault.SolveEx : FactorFault.None);

    /// <summary>
    /// The X of A·X = B for triangular matrices; leading dimensions broadcast. As
    /// <c>torch.linalg.solve_triangular</c>.
    /// </summary>
    /// <param name="a">[…, N, N], float32 or float64; only one triangle is read.</param>
    /// <param name="b">[…, N, K]; [..., K, N] where not left.</param>
    /// <param name="upper">Whether the upper triangle is read.</param>
    /// <param name="left">Whether A stands left of X; else X·A = B is solved.</param>
    /// <param name="unitriangular">Whether the diagonal is 1, and not read.</param>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public static Tensor SolveTriangular(
        Tensor a, Tensor b, bool upper, bool left = true, bool unitriangular = false)
    {
        CheckSquare(a, "linalg.solve_triangular");
        CheckFit(a, b, left, "linalg.solve_triangular", "A");
        CheckWide(a, "triangular_solve_cpu");
        CheckSameType(a, b, "linalg.solve_triangular");
        return TriangularSystem.Solve(a, b, upper, left, unitriangular);
    }

    /// <summary>The lower, or upper, triangular factor of positive-definite matrices. As
    /// <c>torch.linalg.cholesky</c>.</summary>
    /// <param name="a">[…, N, N], float32 or float64; only one triangle is read.</param>
    /// <param name="upper">Whether Uᵀ·U = A is found, from A's upper triangle; else L·Lᵀ = A.</param>
    /// <exception cref="SingularMatrixException">A matrix is not positive-definite.</exception>
    /// <exception cref="TensorException">The matrices are not square, or of another dtype.</exception>
    public static Tensor Cholesky(Tensor a, bool upper = false) => Cholesky(a, upper, FactorFault.Cholesky).L;

    /// <summary>
    /// As <see cref="Cholesky(Tensor, bool)"/>, with the order of the first leading minor that is not positive, or 0.
    /// As <c>torch.linalg.cholesky_ex</c>.
    /// </summary>
    /// <param name="a">[…, N, N], float32 or float64; only one triangle is read.</param>
    /// <param name="upper">Whether Uᵀ·U = A is found, from A's upper triangle; else L·Lᵀ = A.</param>
    /// <param name="checkErrors">Whether a matrix that is not positive-definite throws.</param>
    /// <exception cref="TensorException">The matrices are not square, or of another dtype.</exception>
    public static (Tensor L, Tensor Info) CholeskyEx(Tensor a, bool upper = false, bool checkErrors = false) =>
        Cholesky(a, upper, checkErrors ? FactorFault.CholeskyEx : FactorFault.None);

    /// <summary>The inverse with respect to <see cref="Tensor.Tensordot(Tensor, int)"/>. As
    /// <c>torch.linalg.tensorinv</c>.</summary>
    /// <param name="a">A tensor whose first dimensions have as many elements as the others.</param>
    /// <param name="count">How many the first dimensions are.</param>
    /// <exception cref="TensorException">The sizes do not agree, or it is singular.</exception>
    public static Tensor TensorInv(Tensor a, int count = 2)
    {
        if (count <= 0)
            throw new TensorRuntimeException($"Expected a strictly positive integer for 'ind', but got {count}");
        count = Math.Min(count, a.Rank);
        Shape first = Shape.Create(a.Shape.AsSpan()[..count]), last = Shape.Create(a.Shape.AsSpan()[count..]);
        if (first.ElementCount != last.ElementCount)
        {
            throw new TensorRuntimeException(
                "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got " +
                $"{last.ElementCount} != {first.ElementCount}");
        }

        return Inv(a.Reshape([last.ElementCount, first.ElementCount]))
            .Reshape([.. last.AsSpan(), .. first.AsSpan()]);
    }

    /// <summary>
    /// The X with <c>tensordot(A, X, X.Rank) = B</c>. As <c>torch.linalg.tensorsolve</c>.
    /// </summary>
    /// <param name="a">The dimensions of <paramref name="b"/>, then those of the result.</param>
    /// <param name="b">The right side.</param>
    /// <param name="dimensions">Dimensions of <paramref name="a"/> that are moved behind the others first.</param>
    /// <exception cref="TensorException">The sizes do not agree, or it is singular.</exception>
    public static Tensor TensorSolve(Tensor a, Tensor b, ReadOnlySpan<int> dimensions = default)
    {
        if (dimensions.Length > 0)
            a = a.Movedim(dimensions, [.. Enumerable.Range(a.Rank - dimensions.Length, dimensions.Length)]);
        var count = Math.Min(b.Rank, a.Rank);
        Shape first = Shape.Create(a.Shape.AsSpan()[..count]), last = Shape.Create(a.Shape.AsSpan()[count..]);
        if (first.ElementCount != last.ElementCount)
        {
            throw new TensorRuntimeException(
                "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == " +
                $"prod(self.shape[:other.ndim]), but got {last.ElementCount} != {first.ElementCount}");
        }

        return Solve(a.Reshape([first.ElementCount, last.ElementCount]), b.Reshape([-1])).Reshape(last);
    }

    internal static (Tensor L, Tensor Info) Cholesky(Tensor a, bool upper, FactorFault fault)
    {
        var function = fault == FactorFault.TensorCholesky ? "cholesky" : "linalg.cholesky";
        CheckSquare(a, function);
        if (fault != FactorFault.TensorCholesky)
            CheckFloating(a, function);
        return CholeskyFactor.Of(a, upper, fault);
    }

    /// <summary>That a right side fits a matrix.</summary>
    private static void CheckFit(Tensor a, Tensor b, bool left, string function, string name)
    {
        CheckMatrix(b, function, "B");
        if (a.Shape[^1] != b.Shape[left ? ^2 : ^1])
            throw Misfit(a.Shape, b.Shape[^2], b.Shape[^1], left, function, name);
        Shape.Broadcast(Lead(b.Shape), Lead(a.Shape));
    }

    private static TensorRuntimeException Misfit(
        Shape a, long rows, long columns, bool left, string function, string name) => new(
        $"{function}: Incompatible shapes of {name} and B for the equation {(left ? $"{name}X" : $"X{name}")} = B " +
        $"({a[^2]}x{a[^1]} and {rows}x{columns})");

    private static (Tensor Result, Tensor Info) Solve(Tensor a, Tensor b, bool left, FactorFault fault)
    {
        const string Function = "linalg.solve";
        CheckFloating(a, Function);
        CheckSameType(a, b, Function);
        CheckSquare(a, Function);
        var isVector = b.Rank == 1 || (b.Rank == a.Rank - 1 && b.Shape == Shape.Create(a.Shape.AsSpan()[..^1]));
        if (isVector && (!left || b.Shape[^1] != a.Shape[^1]))
            throw Misfit(a.Shape, b.Shape[^1], 1, left, Function, "A");
        var right = isVector ? b.Detach().Unsqueeze(-1) : b.Detach();
        CheckFit(a, right, left, Function, "A");
        var (factors, pivots, info) = LuFactors.Of(a, fault);
        var solved = LuFactors.Solve(factors, pivots, right, left, transposed: false);
        var result = isVector ? solved.Squeeze(-1) : solved;
        if (isVector)
            result = new(solved.Storage, result.Layout, solved.DType);
        if (Tensor.ShouldRecord(a, b))
        {
            var (shapeA, shapeB) = (a.Shape, b.Shape);
            var needsA = a.RequiresGrad;
            result.SetHistory(Tensor.Recorded("LinalgSolveExBackward0", [a, result], (g, saved) =>
            {
                var gradient = isVector ? g[0]!.Unsqueeze(-1) : g[0]!;
                gradient = Tensor.ShouldRecord(saved[0], gradient)
                    ? Solve(saved[0].Mt, gradient, left, FactorFault.None).Result
                    : LuFactors.Solve(factors, pivots, gradient, left, transposed: true);
                Tensor? own = null;
                if (needsA)
                {
                    var x = (isVector ? saved[1].Unsqueeze(-1) : saved[1]).Mt;
                    own = (-(left ? gradient.Matmul(x) : x.Matmul(gradient))).SumToSize(shapeA);
                }

                return [own, (isVector ? gradient.Squeeze(-1) : gradient).SumToSize(shapeB)];
            }, a, b), 0);
        }

        return (result, info);
    }
}
