using static KernelEngine.MatrixArguments;

namespace KernelEngine;

/// <content>Inverses and determinants, from A = P · L · U.</content>
public static partial class Linalg
{
    /// <summary>The inverse of square matrices. As <c>torch.linalg.inv</c>.</summary>
    /// <param name="a">[…, N, N], float32 or float64.</param>
    /// <exception cref="SingularMatrixException">A matrix is singular.</exception>
    /// <exception cref="TensorException">The matrices are not square, or of another dtype.</exception>
    public static Tensor Inv(Tensor a) => Inverse(a, FactorFault.Inv).Inverse;

    /// <summary>
    /// The inverse of square matrices, and for each the number, from 1, of the diagonal element of U that is zero, or
    /// 0. As <c>torch.linalg.inv_ex</c>.
    /// </summary>
    /// <param name="a">[…, N, N], float32 or float64.</param>
    /// <param name="checkErrors">Whether a singular matrix throws.</param>
    /// <exception cref="TensorException">The matrices are not square, or of another dtype.</exception>
    public static (Tensor Inverse, Tensor Info) InvEx(Tensor a, bool checkErrors = false) =>
        Inverse(a, checkErrors ? FactorFault.InvEx : FactorFault.None);

    /// <summary>The determinant of square matrices. As <c>torch.linalg.det</c>.</summary>
    /// <remarks>The gradient of a singular matrix is its adjugate's, not zero.</remarks>
    /// <param name="a">[…, N, N], float32 or float64.</param>
    /// <returns>The leading dimensions.</returns>
    /// <exception cref="TensorException">The matrices are not square, or of another dtype.</exception>
    public static Tensor Det(Tensor a)
    {
        CheckSquare(a, "linalg.det");
        CheckFloating(a, "linalg.det");
        var (factors, pivots, _) = LuFactors.Of(a, FactorFault.None);
        var result = factors.Diagonal(0, -2, -1).Prod(-1) * LuFactors.Parity(pivots);
        if (Tensor.ShouldRecord(a))
        {
            result.SetHistory(Tensor.Recorded("LinalgDetBackward0", [a], (g, saved) =>
                [Adjugate(saved[0], g[0]!, factors, pivots)], a), 0);
        }

        return result;
    }

    /// <summary>
    /// The sign of the determinant of square matrices, and the logarithm of its absolute value. As
    /// <c>torch.linalg.slogdet</c>.
    /// </summary>
    /// <param name="a">[…, N, N], float32 or float64.</param>
    /// <returns>1, -1, or 0 where singular; the logarithm, minus infinity where singular.</returns>
    /// <exception cref="TensorException">The matrices are not square, or of another dtype.</exception>
    public static (Tensor Sign, Tensor Logabsdet) Slogdet(Tensor a) => Slogdet(a, "linalg.slogdet");

    internal static (Tensor Sign, Tensor Logabsdet) Slogdet(Tensor a, string function)
    {
        CheckSquare(a, function);
        CheckFloating(a, function, allowNarrow: false);
        var (factors, pivots, _) = LuFactors.Of(a, FactorFault.None);
        var diagonal = factors.Diagonal(0, -2, -1);
        var sign = diagonal.Sign().Prod(-1) * LuFactors.Parity(pivots);
        var logarithm = diagonal.Abs().Log().Sum(-1);
        if (Tensor.ShouldRecord(a))
        {
            var node = Tensor.Recorded("LinalgSlogdetBackward0", [a], (g, saved) =>
            {
                if (g[1] is not { } gradient)
                    return [null];
                var inverse = Tensor.ShouldRecord(gradient, saved[0])
                    ? Inverse(saved[0], FactorFault.None).Inverse.Mt
                    : LuFactors.Solve(factors, pivots, Identity(saved[0]), left: true, transposed: true);
                return [inverse * gradient.Unsqueeze(-1).Unsqueeze(-1)];
            }, a);
            node.OutputCount = 2;
            sign.SetHistory(node, 0);
            logarithm.SetHistory(node, 1);
        }

        return (sign, logarithm);
    }

    /// <summary>One unit matrix for all of a batch.</summary>
    internal static Tensor Identity(Tensor like) => Tensor.Eye(like.Shape[^1], null, like.DType, like.Device);

    private static (Tensor Inverse, Tensor Info) Inverse(Tensor a, FactorFault fault)
    {
        CheckSquare(a, "linalg.inv");
        CheckFloating(a, "linalg.inv", allowNarrow: false);
        var (factors, pivots, info) = LuFactors.Of(a, fault);
        var result = LuFactors.Solve(factors, pivots, Identity(a), left: true, transposed: false);
        if (Tensor.ShouldRecord(a))
        {
            result.SetHistory(Tensor.Recorded("LinalgInvExBackward0", [result], (g, saved) =>
            {
                var transposed = saved[0].Mt;
                return [-transposed.Matmul(g[0]!).Matmul(transposed)];
            }, a), 0);
        }

        return (result, info);
    }

    /// <summary>The gradient of the determinant: the adjugate, transposed.</summary>
    /// <remarks>
    /// It is det(A) · A⁻ᵀ, and a polynomial of A's elements: where U has zeros on its diagonal, it is that of a matrix
    /// which is so close that the difference cannot be told.
    /// </remarks>
    private static Tensor? Adjugate(Tensor a, Tensor gradient, Tensor factors, Tensor pivots)
    {
        if (a.ElementCount == 0)
            return null;
        var diagonal = factors.Diagonal(0, -2, -1);
        var scale = diagonal.Abs().Amax([-1], true);
        scale = Tensor.Where(scale.Gt(0), scale, 1.0);
        var epsilon = Math.ScaleB(1, a.DType == DType.Float64 ? -52 : -23);
        var recorded = Tensor.ShouldRecord(a, gradient);

        // The second derivative is a difference of terms as large as the inverse of the smallest pivot.
        var least = recorded ? scale * Math.Sqrt(epsilon) : scale * epsilon;
        var isSmall = recorded ? diagonal.Abs().Lt(least) : diagonal.Eq(0);
        var shift = Tensor.Where(isSmall, least.CopySign(diagonal) - diagonal, 0.0);
        var outer = gradient.Unsqueeze(-1).Unsqueeze(-1);
        if (!recorded)
        {
            var changed = factors + shift.DiagEmbed();
            var determinant = changed.Diagonal(0, -2, -1).Prod(-1) * LuFactors.Parity(pivots);
            var inverse = LuFactors.Solve(changed, pivots, Identity(a), left: true, transposed: true);
            return inverse * (outer * determinant.Unsqueeze(-1).Unsqueeze(-1));
        }

        var (permutation, lower, _) = Unpack(factors, pivots);
        var near = a + permutation.Matmul(lower.Matmul(shift.DiagEmbed()));
        return Inverse(near, FactorFault.None).Inverse.Mt * (outer * Det(near).Unsqueeze(-1).Unsqueeze(-1));
    }
}
