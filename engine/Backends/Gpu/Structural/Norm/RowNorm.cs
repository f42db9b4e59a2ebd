using static KernelEngine.Gpu.ProgramForms;

namespace KernelEngine.Gpu;

/// <content>Layer and group normalization, of reductions over the rows and one pass over the elements.</content>
internal static partial class GpuKernels
{
    // (gradient, in, mean, rstd, weight) → Σ gradient · weight · normal, Σ gradient · weight
    private static readonly Programs<ReductionProgram> WeightedNormSums = new(1, (dtype, _) =>
        Sums("norm_backward.sums", dtype, 5, 2,
            x => [x[0] * x[4] * ((x[1] - x[2]) * x[3]), x[0] * x[4]]));

    private static void AddRowNorm(Adding add)
    {
        add("row_norm", GpuTypes.Reals, NormalizeRows);
        add("row_norm_backward", GpuTypes.Reals, DifferentiateRowNorm);
    }

    private static void NormalizeRows(in StructuralLaunch launch, GpuDevice gpu)
    {
        var o = launch.Operands;
        var (groups, affine) = (launch.Integers[0], (int)launch.Integers[1]);
        var dtype = o[0].DType;
        var shape = o[0].Layout.Shape;
        var (mean, rstd) = (o[4], o[5]);
        using var variance = gpu.Temporary(mean.Layout.Shape, dtype);
        gpu.Run(new ReductionLaunch
        {
            Program = Reductions.VarMean.ProgramFor(dtype, null),
            Inputs = [o[0]],
            Outputs = [variance.Operand, mean],
            ReducedRank = 2,
            Parameters = [Parameter(0, dtype), Parameter(0, dtype), Parameter(shape[1] * shape[2], dtype)],
        });
        gpu.Run(new PointwiseLaunch
        {
            Program = ReciprocalDeviation[dtype],
            Operands = [variance.Operand, rstd],
            Parameters = [Parameter(launch.Reals[0], dtype)],
        });
        var form = GroupForm(shape, groups);
        Normalize(gpu, affine, Grouped(o[0], form), PerRow(mean, form), PerRow(rstd, form),
            (affine & 1) != 0 ? PerChannel(o[1], form) : mean, (affine & 2) != 0 ? PerChannel(o[2], form) : mean,
            Grouped(o[3], form));
    }

    private static void DifferentiateRowNorm(in StructuralLaunch launch, GpuDevice gpu)
    {
        var o = launch.Operands;
        var (affine, wanted) = (launch.Integers[1], launch.Integers[2] != 0);
        var dtype = o[1].DType;
        var form = GroupForm(o[1].Layout.Shape, launch.Integers[0]);
        var (gradient, input) = (Grouped(o[0], form), Grouped(o[1], form));
        var (mean, rstd) = (PerRow(o[3], form), PerRow(o[4], form));
        if (affine != 0)
        {
            // Over samples and what is within a channel: [groups, channels | samples, inner].
            gpu.Run(new ReductionLaunch
            {
                Program = NormSums[dtype],
                Inputs = [ByChannel(gradient), ByChannel(input), ByChannel(mean), ByChannel(rstd)],
                Outputs =
                [
                    o[6].As([form[1], form[2]], [form[2] * o[6].Layout.Strides[^1], o[6].Layout.Strides[^1]]),
                    o[7].As([form[1], form[2]], [form[2] * o[7].Layout.Strides[^1], o[7].Layout.Strides[^1]]),
                ],
                ReducedRank = 2,
            });
        }

        if (!wanted)
            return;
        var isWeighted = (affine & 1) != 0;
        var weight = isWeighted ? PerChannel(o[2], form) : default;
        using var product = gpu.Temporary(o[3].Layout.Shape, dtype);
        using var sum = gpu.Temporary(o[3].Layout.Shape, dtype);
        gpu.Run(new ReductionLaunch
        {
            Program = isWeighted ? WeightedNormSums[dtype] : NormSums[dtype],
            Inputs = isWeighted ? [gradient, input, mean, rstd, weight] : [gradient, input, mean, rstd],
            Outputs = [ByRow(product.Operand, form), ByRow(sum.Operand, form)],
            ReducedRank = 2,
        });
        var (products, sums) = (PerRow(product.Operand, form), PerRow(sum.Operand, form));
        gpu.Run(new PointwiseLaunch
        {
            Program = NormGradient[dtype, isWeighted ? 2 : 0],
            Operands = isWeighted
                ? [gradient, input, mean, rstd, products, sums, weight, Grouped(o[5], form)]
                : [gradient, input, mean, rstd, products, sums, Grouped(o[5], form)],
            Parameters = [Parameter(1.0 / (form[2] * form[3]), dtype)],
        });
    }

    // [samples, groups, channels, inner] of [samples · groups, channels, inner].
    private static Shape GroupForm(Shape rows, long groups) => [rows[0] / groups, groups, rows[1], rows[2]];

    private static Operand Grouped(in Operand rows, Shape form) =>
        rows with { Layout = rows.Layout.TryView(form)! };

    private static Operand PerRow(in Operand vector, Shape form) => vector.As(
        form.AsSpan(), [form[1] * vector.Layout.Strides[^1], vector.Layout.Strides[^1], 0, 0]);

    private static Operand ByRow(in Operand vector, Shape form) => vector.As(
        [form[0], form[1]], [form[1] * vector.Layout.Strides[^1], vector.Layout.Strides[^1]]);

    private static Operand PerChannel(in Operand vector, Shape form) => vector.As(
        form.AsSpan(), [0, form[2] * vector.Layout.Strides[^1], vector.Layout.Strides[^1], 0]);

    private static Operand ByChannel(in Operand grouped) =>
        grouped with { Layout = grouped.Layout.Permute([1, 2, 0, 3]) };
}
