using static KernelEngine.MatrixArguments;

namespace KernelEngine;

/// <content>Pseudo-inverses and least squares.</content>
public static partial class Linalg
{
    /// <summary>The pseudo-inverse of matrices, from their singular values. As <c>torch.linalg.pinv</c>.</summary>
    /// <param name="a">[…, M, N], float32 or float64.</param>
    /// <param name="atol">Singular values up to this count as 0; 0 where null.</param>
    /// <param name="rtol">
    /// The same relative to the largest; where null, 0 if the other is given, else the dtype's precision times the
    /// larger of M and N.
    /// </param>
    /// <param name="hermitian">Whether the matrices are symmetric: eigenvalues are found then.</param>
    /// <returns>[…, N, M].</returns>
    /// <exception cref="TensorException">The dtype is another, or there are no matrices.</exception>
    public static Tensor Pinv(Tensor a, double? atol = null, double? rtol = null, bool hermitian = false)
    {
        if (a.Rank < 2 || (a.DType != DType.Float32 && a.DType != DType.Float64))
        {
            throw new TensorRuntimeException(
                $"linalg.pinv({a.DType.LegacyName}{{{a.Shape.ToListText()}}}): expected a tensor with 2 or more " +
                "dimensions of float, double, cfloat or cdouble types");
        }

        var matrix = a.Detach();
        Tensor result;
        if (a.ElementCount == 0)
            result = Tensor.Zeros(WithMatrix(Lead(a.Shape), a.Shape[^1], a.Shape[^2]), a.DType, a.Device);
        else if (hermitian)
        {
            var (values, vectors) = Eigh(matrix);
            var kept = values.Abs().Gt(BoundOf(a, values.Abs(), atol, rtol));
            var inverse = Tensor.Where(kept, values.Reciprocal(), 0.0);
            result = (vectors * inverse.Unsqueeze(-2)).Matmul(vectors.Mt);
        }
        else
        {
            var (u, values, vt) = Svd(matrix, fullMatrices: false);
            var inverse = Tensor.Where(values.Gt(BoundOf(a, values, atol, rtol)), values.Reciprocal(), 0.0);
            result = (vt.Mt * inverse.Unsqueeze(-2)).Matmul(u.Mt);
        }

        if (Tensor.ShouldRecord(a))
        {
            result.SetHistory(Tensor.Recorded("LinalgPinvBackward0", [a, result], (g, saved) =>
                [DifferentiatePinv(saved[0], saved[1], g[0]!)], a), 0);
        }

        return result;
    }

    /// <summary>
    /// The X for which the length of A·X - B is the smallest; of several the shortest. As <c>torch.linalg.lstsq</c>.
    /// </summary>
    /// <param name="a">[…, M, N], float32 or float64.</param>
    /// <param name="b">[…, M, K], or vectors [..., M].</param>
    /// <param name="rcond">Singular values up to this, relative to the largest, count as 0.</param>
    /// <param name="driver">
    /// LAPACK's name of the routine whose results are given: <c>gelsy</c>, <c>gelsd</c>, <c>gelss</c> or <c>gels</c>,
    /// which takes the rank for full. All are computed from singular values.
    /// </param>
    /// <returns>
    /// X; the squared lengths of what is left over, where A has more rows than columns and full rank and the driver is
    /// not gelsy; the rank, unless the driver is gels; singular values, for gelsd and gelss. What is not given is
    /// empty.
    /// </returns>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public static (Tensor Solution, Tensor Residuals, Tensor Rank, Tensor SingularValues) Lstsq(
        Tensor a, Tensor b, double? rcond = null, string driver = "gelsy")
    {
        const string Function = "torch.linalg.lstsq";
        if (a.Rank < 2)
            throw new TensorRuntimeException($"{Function}: input must have at least 2 dimensions.");
        if (b.Rank < 1)
            throw new TensorRuntimeException($"{Function}: other must have at least 1 dimension.");
        if (a.DType != b.DType)
        {
            throw new TensorRuntimeException(
                $"{Function}: Expected input and other to have the same dtype, but got input's dtype " +
                $"{a.DType.LegacyName} and other's dtype {b.DType.LegacyName}");
        }

        if (a.Rank - b.Rank is not (0 or 1))
        {
            throw new TensorRuntimeException(
                $"{Function}: input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) " +
                "<= 1");
        }

        var isVector = a.Rank > b.Rank;
        var right = isVector ? b.Unsqueeze(-1) : b;
        if (a.Shape[^2] != right.Shape[^2])
        {
            throw new TensorRuntimeException(isVector
                ? $"{Function}: input.size(-2) should match other.size(-1)"
                : $"{Function}: input.size(-2) should match other.size(-2)");
        }

        if (driver is not ("gels" or "gelsy" or "gelsd" or "gelss"))
        {
            throw new TensorRuntimeException(
                $"{Function}: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)");
        }

        CheckWide(a, "linalg_lstsq_cpu");
        var (rows, columns) = (a.Shape[^2], a.Shape[^1]);
        var values = Svdvals(a.Detach());
        var rank = values.ElementCount == 0 ? Tensor.Zeros(Lead(a.Shape), DType.Int64, a.Device)
            : values.Gt(BoundOf(a, values, null, rcond)).Sum(-1);
        var solution = Pinv(a, null, driver == "gels" ? 0 : rcond).Matmul(right);
        Tensor Nothing(DType dtype) => Tensor.Empty([0], dtype, a.Device);
        var residuals = Nothing(a.DType);

        // Whether there are residuals depends on the data, in PyTorch too.
        if (rows > columns && driver != "gelsy" && (driver == "gels" || rank.Eq(columns).All().Item().ToBoolean()))
        {
            residuals = (a.Detach().Matmul(solution.Detach()) - right.Detach()).Square().Sum(-2);
        }

        return (isVector ? solution.Squeeze(-1) : solution, residuals,
            driver == "gels" ? Nothing(DType.Int64) : rank, driver is "gelsd" or "gelss" ? values : Nothing(a.DType));
    }

    /// <summary>Golub and Pereyra, SIAM J. Numer. Anal. 10 (1973).</summary>
    private static Tensor DifferentiatePinv(Tensor a, Tensor inverse, Tensor gradient)
    {
        // With P for the inverse: Pᵀ·Pᵀ… and so on are grouped so that the products stay small.
        var (g, p) = (gradient.Mt, inverse.Mt);
        if (a.Shape[^2] <= a.Shape[^1])
        {
            var inner = g.Matmul(inverse);
            var turned = inner.Matmul(p);
            return turned - inverse.Matmul(inner).Mt - a.Matmul(inverse).Matmul(turned) +
                p.Matmul(inverse).Matmul(g - inner.Matmul(a));
        }
        else
        {
            var inner = inverse.Matmul(g);
            var turned = p.Matmul(inner);
            return turned - inner.Matmul(inverse).Mt - turned.Matmul(inverse).Matmul(a) +
                (g - a.Matmul(inner)).Matmul(inverse).Matmul(p);
        }
    }
}
