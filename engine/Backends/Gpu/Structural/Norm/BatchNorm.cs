using static KernelEngine.Gpu.ProgramForms;
using static KernelEngine.Pointwise;

namespace KernelEngine.Gpu;

/// <content>Batch normalization, of reductions over the channels and one pass over the elements.</content>
internal static partial class GpuKernels
{
    // (mean, variance[, running mean][, running variance]) → 1 / deviation and the running ones, by what is tracked.
    private static readonly Programs<PointwiseProgram> BatchStatistics = new(4, (dtype, tracks) =>
    {
        var tracked = System.Numerics.BitOperations.PopCount((uint)tracks);
        return ProgramForms.Pointwise("batch_norm.statistics", dtype, 2 + tracked, 3, 1 + tracked, (x, p) =>
        {
            var (eps, momentum, unbiased) = (p[0], p[1], p[2]);
            var results = new List<Expr> { 1 / Sqrt(x[1] + eps) };
            if ((tracks & 1) != 0)
                results.Add((x[2] * (1 - momentum)) + (x[0] * momentum));
            if ((tracks & 2) != 0)
                results.Add((x[1 + tracked] * (1 - momentum)) + (x[1] * unbiased * momentum));
            return [.. results];
        });
    });

    private static readonly Programs<PointwiseProgram> ReciprocalDeviation = new(1, (dtype, _) =>
        ProgramForms.Pointwise("batch_norm.rstd", dtype, 1, 1, 1, (x, p) => [1 / Sqrt(x[0] + p[0])]));

    // (in, mean, rstd[, weight][, bias]) → out
    private static readonly Programs<PointwiseProgram> Normalization = new(4, (dtype, affine) =>
        ProgramForms.Pointwise(
            "norm", dtype, 3 + System.Numerics.BitOperations.PopCount((uint)affine), 0, 1, (x, _) =>
            {
                var normal = (x[0] - x[1]) * x[2];
                if ((affine & 1) != 0)
                    normal *= x[3];
                return [(affine & 2) != 0 ? normal + x[^1] : normal];
            }));

    // (gradient, in, mean, rstd) → Σ gradient · normal, Σ gradient
    private static readonly Programs<ReductionProgram> NormSums = new(1, (dtype, _) =>
        Sums("norm_backward.sums", dtype, 4, 2, x => [x[0] * ((x[1] - x[2]) * x[3]), x[0]]));

    // (gradient, in, mean, rstd, Σ gradient · normal, Σ gradient[, weight]) → the gradient of the input: choice 1 has
    // a weight that is the same all over the sums, choice 2 one that is in them.
    private static readonly Programs<PointwiseProgram> NormGradient = new(3, (dtype, weighted) =>
        ProgramForms.Pointwise("norm_backward", dtype, weighted == 0 ? 6 : 7, 1, 1, (x, p) =>
        {
            var normal = (x[1] - x[2]) * x[3];
            var gradient = weighted == 2 ? x[0] * x[6] : x[0];
            var centered = x[3] * (gradient - ((x[5] + (normal * x[4])) * p[0]));
            return [weighted == 1 ? centered * x[6] : centered];
        }));

    // (gradient, rstd[, weight]) → the gradient of the input where the statistics do not depend on it.
    private static readonly Programs<PointwiseProgram> FixedNormGradient = new(2, (dtype, weighted) =>
        ProgramForms.Pointwise("norm_backward.fixed", dtype, 2 + weighted, 0, 1,
            (x, _) => [weighted == 0 ? x[0] * x[1] : x[0] * x[1] * x[2]]));

    private static void AddBatchNorm(Adding add)
    {
        add("batch_norm", GpuTypes.Reals, NormalizeBatch);
        add("batch_norm_backward", GpuTypes.Reals, DifferentiateBatchNorm);
    }

    private static void NormalizeBatch(in StructuralLaunch launch, GpuDevice gpu)
    {
        var o = launch.Operands;
        var (training, affine, tracks) = (launch.Integers[0], (int)launch.Integers[1], (int)launch.Integers[2]);
        var dtype = o[0].DType;
        var shape = o[0].Layout.Shape;
        var (mean, rstd) = (o[6], o[7]);
        if (training != 0)
        {
            using var variance = gpu.Temporary(mean.Layout.Shape, dtype);
            var program = Reductions.VarMean.ProgramFor(dtype, null);
            var count = shape[0] * shape[2];
            gpu.Run(new ReductionLaunch
            {
                Program = program,
                Inputs = [AcrossChannels(o[0])],
                Outputs = [variance.Operand, mean],
                ReducedRank = 2,
                Parameters = [Parameter(0, dtype), Parameter(0, dtype), Parameter(count, dtype)],
            });
            Span<Operand> operands = new Operand[4 + (2 * System.Numerics.BitOperations.PopCount((uint)tracks)) - 1];
            var next = 0;
            operands[next++] = mean;
            operands[next++] = variance.Operand;
            for (var pass = 0; pass < 2; pass++)
            {
                if (pass == 1)
                    operands[next++] = rstd;
                if ((tracks & 1) != 0)
                    operands[next++] = o[3];
                if ((tracks & 2) != 0)
                    operands[next++] = o[4];
            }

            gpu.Run(new PointwiseLaunch
            {
                Program = BatchStatistics[dtype, tracks],
                Operands = operands,
                Parameters =
                [
                    Parameter(launch.Reals[1], dtype), Parameter(launch.Reals[0], dtype),
                    Parameter(count / (count - 1.0), dtype),
                ],
            });
        }
        else
        {
            gpu.Copy(o[3], mean);
            gpu.Run(new PointwiseLaunch
            {
                Program = ReciprocalDeviation[dtype],
                Operands = [o[4], rstd],
                Parameters = [Parameter(launch.Reals[1], dtype)],
            });
        }

        Normalize(gpu, affine, o[0], OverPlanes(mean, shape), OverPlanes(rstd, shape),
            (affine & 1) != 0 ? OverPlanes(o[1], shape) : mean, (affine & 2) != 0 ? OverPlanes(o[2], shape) : mean,
            o[5]);
    }

    /// <summary>out = (in - mean) · rstd (· weight) (+ bias), all of the input's shape.</summary>
    private static void Normalize(
        GpuDevice gpu, int affine, in Operand input, in Operand mean, in Operand rstd, in Operand weight,
        in Operand bias, in Operand result)
    {
        ReadOnlySpan<Operand> operands = affine switch
        {
            0 => [input, mean, rstd, result],
            1 => [input, mean, rstd, weight, result],
            2 => [input, mean, rstd, bias, result],
            _ => [input, mean, rstd, weight, bias, result],
        };
        gpu.Run(new PointwiseLaunch { Program = Normalization[input.DType, affine], Operands = operands });
    }

    private static void DifferentiateBatchNorm(in StructuralLaunch launch, GpuDevice gpu)
    {
        var o = launch.Operands;
        var (gradient, input, weight) = (o[0], o[1], o[2]);
        var dtype = input.DType;
        var shape = input.Layout.Shape;
        var (mean, rstd) = (OverPlanes(o[3], shape), OverPlanes(o[4], shape));
        gpu.Run(new ReductionLaunch
        {
            Program = NormSums[dtype],
            Inputs = [AcrossChannels(gradient), AcrossChannels(input), AcrossChannels(mean), AcrossChannels(rstd)],
            Outputs = [o[6], o[7]],
            ReducedRank = 2,
        });
        if (launch.Integers[2] == 0)
            return;
        var isWeighted = (launch.Integers[1] & 1) != 0;
        if (launch.Integers[0] == 0)
        {
            gpu.Run(new PointwiseLaunch
            {
                Program = FixedNormGradient[dtype, isWeighted ? 1 : 0],
                Operands = isWeighted ? [gradient, rstd, OverPlanes(weight, shape), o[5]] : [gradient, rstd, o[5]],
            });
            return;
        }

        var (product, sum) = (OverPlanes(o[6], shape), OverPlanes(o[7], shape));
        gpu.Run(new PointwiseLaunch
        {
            Program = NormGradient[dtype, isWeighted ? 1 : 0],
            Operands = isWeighted
                ? [gradient, input, mean, rstd, product, sum, OverPlanes(weight, shape), o[5]]
                : [gradient, input, mean, rstd, product, sum, o[5]],
            Parameters = [Parameter(1.0 / (shape[0] * shape[2]), dtype)],
        });
    }

    /// <summary>[N, C, S] as [C, N, S].</summary>
    private static Operand AcrossChannels(in Operand planes) =>
        planes with { Layout = planes.Layout.Permute([1, 0, 2]) };

    /// <summary>[C] as [N, C, S].</summary>
    private static Operand OverPlanes(in Operand channels, Shape planes) =>
        channels.As(planes.AsSpan(), [0, channels.Layout.Strides[^1], 0]);
}
