namespace KernelEngine.Nn;

/// <content>Products and distances of pairs.</content>
public static partial class Functional
{
    /// <summary>x1^T A x2 + b, for each row of the weight.</summary>
    /// <param name="input1">(…, in1).</param>
    /// <param name="input2">(…, in2).</param>
    /// <param name="weight">(out, in1, in2).</param>
    /// <param name="bias">(out), what is added; nothing where null.</param>
    /// <returns>(…, out).</returns>
    /// <exception cref="TensorException">Shapes or dtypes do not go together.</exception>
    public static Tensor Bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias = null)
    {
        ArgumentNullException.ThrowIfNull(input1);
        ArgumentNullException.ThrowIfNull(input2);
        ArgumentNullException.ThrowIfNull(weight);
        CheckBilinear(input1, input2, weight, bias);
        var (outputs, first, second) = (weight.Shape[0], weight.Shape[1], weight.Shape[2]);
        Shape outer = [.. input1.Shape.AsSpan()[..^1], outputs];
        var count = Shape.Create(input1.Shape.AsSpan()[..^1]).ElementCount;
        var turned = input1.Reshape([count, first])
            .Matmul(weight.Permute(1, 0, 2).Reshape([first, outputs * second]));
        var product = turned.View([count, outputs, second])
            .Matmul(input2.Reshape([count, second, 1])).Reshape(outer);
        return bias is null ? product : product + bias;
    }

    /// <summary>The cosine of the angle between vectors along a dimension.</summary>
    /// <param name="x1">Vectors.</param>
    /// <param name="x2">Others; they broadcast.</param>
    /// <param name="dim">The dimension.</param>
    /// <param name="eps">The smallest norm to divide by.</param>
    /// <exception cref="TensorException">The shapes do not broadcast, or the dtypes have no fractions.</exception>
    public static Tensor CosineSimilarity(Tensor x1, Tensor x2, int dim = 1, double eps = 1e-8) =>
        x1.CosineSimilarity(x2, dim, eps);

    /// <summary>The norms of the differences of vectors along the last dimension.</summary>
    /// <param name="x1">Vectors.</param>
    /// <param name="x2">Others; they broadcast.</param>
    /// <param name="p">The exponent of the norm.</param>
    /// <param name="eps">What is added to the differences, so that the norm has a gradient.</param>
    /// <param name="keepdim">Whether the last dimension stays, with size 1.</param>
    /// <exception cref="TensorException">The shapes do not broadcast.</exception>
    public static Tensor PairwiseDistance(
        Tensor x1, Tensor x2, double p = 2, double eps = 1e-6, bool keepdim = false) =>
        x1.PairwiseDistance(x2, p, eps, keepdim);

    /// <summary>The distances of every row of a matrix from every later one.</summary>
    /// <param name="input">(N, M).</param>
    /// <param name="p">The exponent of the norm of the differences.</param>
    /// <returns>(N (N - 1) / 2).</returns>
    /// <exception cref="TensorRuntimeException">The input is no real matrix, or p is negative.</exception>
    public static Tensor Pdist(Tensor input, double p = 2) => input.Pdist(p);

    private static void CheckBilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias)
    {
        if (input1.Rank != input2.Rank)
        {
            throw new TensorRuntimeException(
                $"bilinear(): input dimensions do not match: got {input1.Rank} and {input2.Rank}");
        }

        for (var i = 0; i < input1.Rank - 1; i++)
        {
            if (input1.Shape[i] != input2.Shape[i])
            {
                throw new TensorRuntimeException(
                    $"bilinear(): input batch dimensions do not match at dim {i}: got {input1.Shape[i]} and " +
                    $"{input2.Shape[i]}");
            }
        }

        if (weight.Rank != 3 || input1.Rank == 0)
        {
            throw new TensorRuntimeException(
                $"bilinear(): weight needs 3 dimensions and inputs at least 1, got {weight.Rank} and {input1.Rank}");
        }

        CheckSize("input1", input1.Shape[^1], weight.Shape[1]);
        CheckSize("input2", input2.Shape[^1], weight.Shape[2]);
        if (bias is not null)
            CheckSize("bias", bias.Rank == 0 ? 1 : bias.Shape[0], weight.Shape[0]);

        static void CheckSize(string name, long got, long expected)
        {
            if (got != expected)
            {
                throw new TensorRuntimeException(
                    $"bilinear(): {name} size does not match weight size: got {got} but expected {expected}");
            }
        }
    }
}
