using static KernelEngine.Gpu.ProgramForms;
using static KernelEngine.Pointwise;

namespace KernelEngine.Gpu;

/// <content>The gradients of softmax and of its logarithm: a sum over each row, then one pass.</content>
internal static partial class GpuKernels
{
    // (gradient, result) → Σ gradient · result; for the logarithm Σ gradient.
    private static readonly Programs<ReductionProgram> SoftmaxSums = new(2, (dtype, log) =>
        Sums("softmax_backward.sums", dtype, 2, 1, x => [log == 0 ? x[0] * x[1] : x[0]]));

    // (gradient, result, sum) → the gradient of the input.
    private static readonly Programs<PointwiseProgram> SoftmaxGradient = new(2, (dtype, log) =>
        ProgramForms.Pointwise("softmax_backward", dtype, 3, 0, 1, (x, _) =>
            [log == 0 ? x[1] * (x[0] - x[2]) : x[0] - (Exp(x[1]) * x[2])]));

    private static void AddSoftmaxBackward(Adding add) => add("softmax_backward", GpuTypes.Reals, (in launch, gpu) =>
    {
        // The order of sums is that of rows whose elements lie one after the other, wherever they lie.
        using var gradients = gpu.Contiguous(launch.Operands[0]);
        using var results = gpu.Contiguous(launch.Operands[1]);
        var (gradient, result, output) = (gradients.Operand, results.Operand, launch.Operands[2]);
        var (dtype, log) = (output.DType, (int)launch.Integers[0]);
        var shape = output.Layout.Shape;
        using var sum = gpu.Temporary(new(shape.AsSpan()[..^1].ToArray()), dtype);
        gpu.Run(new ReductionLaunch
        {
            Program = SoftmaxSums[dtype, log],
            Inputs = [gradient, result],
            Outputs = [sum.Operand],
            ReducedRank = 1,
        });
        gpu.Run(new PointwiseLaunch
        {
            Program = SoftmaxGradient[dtype, log],
            Operands =
            [
                gradient, result,
                Spread(sum.Operand, shape.AsSpan()), output,
            ],
        });
    });
}
