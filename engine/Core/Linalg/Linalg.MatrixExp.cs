using static KernelEngine.MatrixArguments;

namespace KernelEngine;

/// <content>The exponential of matrices.</content>
public static partial class Linalg
{
    // 2⁻¹ to the power of the next, over its factorial, is below the precision.
    private const int Terms32 = 8;
    private const int Terms64 = 14;

    /// <summary>
    /// The exponential series of square matrices: of a part of them, squared as often as it takes. As
    /// <c>torch.linalg.matrix_exp</c>.
    /// </summary>
    /// <param name="a">[…, N, N], float32 or float64.</param>
    /// <exception cref="TensorException">The matrices are not square, or of another dtype.</exception>
    public static Tensor MatrixExp(Tensor a)
    {
        CheckSquare(a, "linalg.matrix_exp");
        CheckFloating(a, "matrix_exp");
        CheckWide(a, "log2_vml_cpu");
        var matrix = a.Detach();
        var result = a.ElementCount == 0 ? matrix.Clone() : Exponential(matrix);
        if (Tensor.ShouldRecord(a))
        {
            result.SetHistory(Tensor.Recorded("LinalgMatrixExpBackward0", [a], (g, saved) =>
            {
                // The derivative in a direction stands beside the exponential in that of a block matrix: Mathias,
                // SIAM J. Matrix Anal. Appl. 17 (1996).
                var (turned, gradient) = (saved[0].Mt, g[0]!);
                var size = turned.Shape[^1];
                var blocks = Tensor.Cat(
                    [
                        Tensor.Cat([turned, gradient], -1), Tensor.Cat([Tensor.ZerosLike(turned), turned], -1),
                    ], -2);
                return [MatrixExp(blocks).Narrow(-2, 0, size).Narrow(-1, size, size)];
            }, a), 0);
        }

        return result;
    }

    private static Tensor Exponential(Tensor a)
    {
        // How often it is squared decides how many operators there are, so the host has to know.
        var norm = a.Abs().Sum(-2).Max().Item<double>();
        var squarings = norm > 0.5 && double.IsFinite(norm) ? Math.ILogB(norm) + 2 : 0;
        var part = a * Math.ScaleB(1, -squarings);
        var identity = Identity(a);
        var terms = a.DType == DType.Float64 ? Terms64 : Terms32;
        var result = identity + (part / terms);
        for (var i = terms - 1; i > 0; i--)
            result = identity + (part.Matmul(result) / i);
        for (var i = 0; i < squarings; i++)
            result = result.Matmul(result);
        return result;
    }
}
