using static KernelEngine.MatrixArguments;

namespace KernelEngine;

/// <content>Linear algebra that PyTorch has beside <see cref="Linalg"/>.</content>
public partial class Tensor
{
    /// <summary>The inverse of square matrices. As <c>torch.inverse</c>.</summary>
    /// <inheritdoc cref="Linalg.Inv"/>
    public Tensor Inverse() => Linalg.Inv(this);

    /// <summary>The determinant of square matrices. As <c>torch.det</c>.</summary>
    /// <inheritdoc cref="Linalg.Det"/>
    public Tensor Det() => Linalg.Det(this);

    /// <summary>The determinant's sign and the logarithm of its absolute value. As <c>torch.slogdet</c>.</summary>
    /// <inheritdoc cref="Linalg.Slogdet(Tensor)"/>
    public (Tensor Sign, Tensor Logabsdet) Slogdet() => Linalg.Slogdet(this);

    /// <summary>
    /// The logarithm of the determinant of square matrices: NaN where it is negative. As <c>torch.logdet</c>.
    /// </summary>
    /// <exception cref="TensorException">The matrices are not square, or neither float32 nor float64.</exception>
    public Tensor Logdet()
    {
        var (sign, logarithm) = Linalg.Slogdet(this, "logdet");
        return Where(sign.Eq(-1), double.NaN, logarithm);
    }

    /// <summary>The triangular factor of positive-definite matrices. As <c>torch.cholesky</c>.</summary>
    /// <inheritdoc cref="Linalg.Cholesky(Tensor, bool)"/>
    public Tensor Cholesky(bool upper = false) => ElementCount == 0 && Rank > 1 ? Clone()
        : Linalg.Cholesky(this, upper, FactorFault.TensorCholesky).L;

    /// <summary>
    /// The X of A·X = this, for A = L·Lᵀ, or Uᵀ·U where upper. As <c>torch.cholesky_solve</c>.
    /// </summary>
    /// <param name="factor">L or U, […, N, N]; only one triangle is read.</param>
    /// <param name="upper">Whether it is U.</param>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public Tensor CholeskySolve(Tensor factor, bool upper = false)
    {
        if (Rank < 2)
            throw new TensorRuntimeException($"b should have at least 2 dimensions, but has {Rank} dimensions instead");
        if (factor.Rank < 2)
        {
            throw new TensorRuntimeException(
                $"u should have at least 2 dimensions, but has {factor.Rank} dimensions instead");
        }

        if (!ReferenceEquals(Device, factor.Device))
            throw new DeviceMismatchException(Device, factor.Device);
        if (DType != factor.DType)
        {
            throw new TensorRuntimeException(
                $"Expected b and A to have the same dtype, but found b of type {DType.LegacyName} and A of type " +
                $"{factor.DType.LegacyName} instead.");
        }

        if (factor.Shape[^1] != factor.Shape[^2])
        {
            throw new TensorRuntimeException(
                $"A must be batches of square matrices, but they are {factor.Shape[^2]} by {factor.Shape[^1]} " +
                "matrices");
        }

        if (factor.Shape[^1] != Shape[^2])
        {
            throw new TensorRuntimeException(
                $"Incompatible matrix sizes for cholesky_solve: each A matrix is {factor.Shape[^1]} by " +
                $"{factor.Shape[^1]} but each b matrix is {Shape[^2]} by {Shape[^1]}");
        }

        CheckWide(this, "cholesky_solve_cpu");
        var lead = Shape.Broadcast(Lead(Shape), Lead(factor.Shape));
        var shape = WithMatrix(lead, Shape[^2], Shape[^1]);
        var x = Allocate(Device, Layout.Contiguous(shape), DType);
        Detach().Expand(shape).CopyTo(x);
        var lower = upper ? factor.Detach().Mt : factor.Detach();
        TriangularSystem.SolveInPlace(lower, x, upper: false, unit: false);
        TriangularSystem.SolveInPlace(lower.Mt, x, upper: true, unit: false);
        if (ShouldRecord(this, factor))
        {
            var (shapeB, shapeA) = (Shape, factor.Shape);
            var needsFactor = factor.RequiresGrad;
            x.SetHistory(Recorded("CholeskySolveBackward0", [factor, x], (g, saved) =>
            {
                var gradient = g[0]!.CholeskySolve(saved[0], upper);
                var own = needsFactor
                    ? OfFactor((-gradient.Matmul(saved[1].Mt)).SumToSize(shapeA), saved[0], upper) : null;
                return [gradient.SumToSize(shapeB), own];
            }, this, factor), 0);
        }

        return x;
    }

    /// <summary>The inverse of A = L·Lᵀ, or Uᵀ·U where upper; this is L or U. As <c>torch.cholesky_inverse</c>.
    /// </summary>
    /// <param name="upper">Whether it is U.</param>
    /// <exception cref="TensorException">The matrices are not square, or neither float32 nor float64.</exception>
    public Tensor CholeskyInverse(bool upper = false)
    {
        CheckSquare(this, "cholesky_inverse");
        CheckWide(this, "cholesky_inverse_out_cpu");
        var result = Linalg.Identity(this).CholeskySolve(Detach(), upper);
        if (ShouldRecord(this))
        {
            result.SetHistory(Recorded("CholeskyInverseBackward0", [this, result], (g, saved) =>
                [OfFactor(-saved[1].Matmul(g[0]!).Matmul(saved[1]), saved[0], upper)], this), 0);
        }

        return result;
    }

    /// <summary>
    /// The X of A·X = this for triangular A, and A. As <c>torch.triangular_solve</c>, which
    /// <see cref="Linalg.SolveTriangular"/> replaces.
    /// </summary>
    /// <param name="a">[…, N, N]; only one triangle is read.</param>
    /// <param name="upper">Which triangle.</param>
    /// <param name="transpose">Whether A's transpose stands in its place.</param>
    /// <param name="unitriangular">Whether the diagonal is 1, and not read.</param>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public (Tensor Solution, Tensor ClonedCoefficient) TriangularSolve(
        Tensor a, bool upper = true, bool transpose = false, bool unitriangular = false)
    {
        if (Rank < 2)
        {
            throw new TensorRuntimeException(
                $"torch.triangular_solve: Expected b to have at least 2 dimensions, but it has {Rank} dimensions " +
                "instead");
        }

        if (a.Rank < 2)
        {
            throw new TensorRuntimeException(
                $"torch.triangular_solve: Expected A to have at least 2 dimensions, but it has {a.Rank} dimensions " +
                "instead");
        }

        if (a.Shape[^1] != a.Shape[^2])
        {
            throw new TensorRuntimeException(
                $"A must be batches of square matrices, but they are {a.Shape[^2]} by {a.Shape[^1]} matrices");
        }

        if (a.Shape[^1] != Shape[^2])
        {
            throw new TensorRuntimeException(
                $"Incompatible matrix sizes for triangular_solve: each A matrix is {a.Shape[^1]} by {a.Shape[^1]} " +
                $"but each b matrix is {Shape[^2]} by {Shape[^1]}");
        }

        CheckWide(this, "triangular_solve_cpu");
        MatrixArguments.CheckSameType(this, a, "torch.triangular_solve", "b", "A");
        const string Name = "TriangularSolveBackward0";
        var shape = WithMatrix(Shape.Broadcast(Lead(Shape), Lead(a.Shape)), a.Shape[^1], a.Shape[^1]);
        return (transpose ? TriangularSystem.Solve(a.Mt, this, !upper, true, unitriangular, Name)
            : TriangularSystem.Solve(a, this, upper, true, unitriangular, Name), a.Expand(shape).Clone());
    }

    /// <summary>The X of A·X = this from the factors of A. As <c>torch.lu_solve</c>.</summary>
    /// <inheritdoc cref="Linalg.LuSolve"/>
    public Tensor LuSolve(Tensor lu, Tensor pivots) => Linalg.LuSolve(lu, pivots, this);

    /// <summary>P, L and U from the factors in one. As <c>torch.lu_unpack</c>.</summary>
    /// <param name="lu">[…, M, N].</param>
    /// <param name="pivots">[…, min(M, N)] of int32.</param>
    /// <param name="unpackData">Whether L and U are wanted; else they are empty.</param>
    /// <param name="unpackPivots">Whether P is wanted; else it is empty.</param>
    /// <exception cref="TensorRuntimeException">A pivot is out of range, or they are not of int32 or on another device.
    /// </exception>
    public static (Tensor P, Tensor L, Tensor U) LuUnpack(
        Tensor lu, Tensor pivots, bool unpackData = true, bool unpackPivots = true)
    {
        CheckMatrix(lu, "lu_unpack", "LU");
        if (unpackPivots && !ReferenceEquals(lu.Device, pivots.Device))
            throw new DeviceMismatchException(lu.Device, pivots.Device);
        if (unpackPivots && pivots.DType != DType.Int32)
        {
            throw new TensorRuntimeException(
                "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.",
                "give them as lu_factor returns them");
        }

        var (rows, columns) = (lu.Shape[^2], lu.Shape[^1]);
        var least = Math.Min(rows, columns);
        if (unpackPivots && pivots.Shape != Shape.Create([.. lu.Shape.AsSpan()[..^2], least]))
        {
            throw new TensorRuntimeException(
                "pivots passed to lu_unpack must be between 1 and LU.size(-2) inclusive.Did you properly pass the " +
                "result of lu_factor?",
                $"their shape is {pivots.Shape.ToListText()}, LU's is {lu.Shape.ToListText()}");
        }

        var p = unpackPivots ? Linalg.PermutationOf(lu, pivots) : Empty([0], lu.DType, lu.Device);
        if (!unpackData)
            return (p, Empty([0], lu.DType, lu.Device), Empty([0], lu.DType, lu.Device));
        return (p, lu.Narrow(-1, 0, least).Tril(-1) + Eye(rows, least, lu.DType, lu.Device),
            lu.Narrow(-2, 0, least).Triu());
    }

    /// <summary>A = Q · R. As <c>torch.qr</c>.</summary>
    /// <param name="some">Whether Q has only min(M, N) columns.</param>
    /// <exception cref="TensorException">There are no matrices, or they are neither float32 nor float64.</exception>
    public (Tensor Q, Tensor R) Qr(bool some = true) => Linalg.Qr(this, some ? "reduced" : "complete");

    /// <summary>A = U · diag(S) · Vᵀ; V itself, not its transpose, is given. As <c>torch.svd</c>.</summary>
    /// <param name="some">Whether U and V have only min(M, N) columns.</param>
    /// <param name="computeUV">Whether they are wanted; else they are zero.</param>
    /// <exception cref="TensorException">There are no matrices, or they are neither float32 nor float64.</exception>
    public (Tensor U, Tensor S, Tensor V) Svd(bool some = true, bool computeUV = true)
    {
        if (Rank < 2)
        {
            throw new TensorRuntimeException(
                $"linalg.svd: input should have at least 2 dimensions, but has {Rank} dimensions instead");
        }

        if (!computeUV)
        {
            var lead = Lead(Shape);
            return (Zeros(WithMatrix(lead, Shape[^2], Shape[^2]), DType, Device), Linalg.Svdvals(this),
                Zeros(WithMatrix(lead, Shape[^1], Shape[^1]), DType, Device));
        }

        var (u, s, vh) = Linalg.Svd(this, !some);
        return (u, s, vh.Mt);
    }

    /// <summary>The pseudo-inverse. As <c>torch.pinverse</c>.</summary>
    /// <param name="rcond">Singular values up to this, relative to the largest, count as 0.</param>
    /// <exception cref="TensorException">There are no matrices, or they are neither float32 nor float64.</exception>
    public Tensor Pinverse(double rcond = 1e-15) => Linalg.Pinv(this, null, rcond);

    /// <summary>The exponential of square matrices. As <c>torch.matrix_exp</c>.</summary>
    /// <inheritdoc cref="Linalg.MatrixExp"/>
    public Tensor MatrixExp() => Linalg.MatrixExp(this);

    // The gradient of L, or U, from that of A = L·Lᵀ, or Uᵀ·U.
    private static Tensor OfFactor(Tensor gradient, Tensor factor, bool upper)
    {
        var both = gradient + gradient.Mt;
        return upper ? factor.Triu().Matmul(both).Triu() : both.Matmul(factor.Tril()).Tril();
    }
}
