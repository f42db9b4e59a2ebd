namespace KernelEngine;

/// <summary>Softmax and its logarithm: one pass over each row, forwards and backwards.</summary>
internal static class Softmax
{
    /// <summary>
    /// Along the last dimension: exp(x - max) / Σ exp(x - max), or its logarithm where log is 1. An input of -infinity
    /// everywhere gives NaN.
    /// </summary>
    public static readonly StructuralKernel Forward =
        new("softmax", [("in", Access.Read), ("out", Access.Write)], integers: ["log"]);

    /// <summary>
    /// Along the last dimension, from the gradient g and the result y: y · (g - Σ g y); where log is 1,
    /// g - exp(y) · Σ g.
    /// </summary>
    public static readonly StructuralKernel Backward = new(
        "softmax_backward", [("gradient", Access.Read), ("result", Access.Read), ("out", Access.Write)],
        integers: ["log"]);

    // Gradient, result, sum of the gradients.
    private static readonly PointwiseOperator LogBackward = new(
        "log_softmax_backward", 3, TypeRules.Promote, x => [x[0] - (Pointwise.Exp(x[1]) * x[2])]);

    /// <summary>Applies it along a dimension.</summary>
    public static Tensor Apply(Tensor input, int dimension, bool log, DType? dtype)
    {
        dimension = Dimensions.Wrap(dimension, input.Rank);
        if (dtype is not null)
            input = input.To(dtype);
        if (!input.DType.IsFloatingPoint)
        {
            throw new TensorRuntimeException(
                $"\"{(log ? "log_" : "")}softmax_lastdim_kernel_impl\" not implemented for '{input.DType.LegacyName}'",
                "convert it first, as in x.Float(), or give a dtype");
        }

        var result = Tensor.Allocate(input.Device, Layout.Contiguous(input.Shape), input.DType);
        if (result.ElementCount > 0)
        {
            input.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Forward,
                Operands = [Scans.Along(input, dimension), Scans.Along(result, dimension)],
                Integers = [log ? 1 : 0],
            });
        }

        if (Tensor.ShouldRecord(input))
        {
            result.SetHistory(
                Tensor.Recorded(log ? "LogSoftmaxBackward0" : "SoftmaxBackward0", [result],
                    (g, saved) => [Differentiate(g[0]!, saved[0], dimension, log)], input), 0);
        }

        return result;
    }

    private static Tensor Differentiate(Tensor gradient, Tensor result, int dimension, bool log)
    {
        // Where this is to be differentiated again, of operators that are.
        if (Tensor.ShouldRecord(gradient, result))
        {
            return log ? LogBackward.Apply(gradient, result, gradient.Sum(dimension, true))
                : (gradient - (gradient * result).Sum(dimension, true)) * result;
        }

        var output = Tensor.Allocate(result.Device, Layout.Contiguous(result.Shape), result.DType);
        if (output.ElementCount > 0)
        {
            result.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Backward,
                Operands =
                [
                    Scans.Along(gradient, dimension), Scans.Along(result, dimension), Scans.Along(output, dimension),
                ],
                Integers = [log ? 1 : 0],
            });
        }

        return output;
    }
}
