using static KernelEngine.Gpu.ProgramForms;

namespace KernelEngine.Gpu;

/// <content>The negative of the log-probabilities of the classes that are right.</content>
internal static partial class GpuKernels
{
    private static readonly ShaderKernel NllTerms = ShaderKernel.Define("nll_loss", "losses/nll_loss.kernel")
        .Reads("src").Reads("target", Element.Int64).Writes("dst").Writes("shares").Reads("weight")
        .Int("count").Int("classes").Int("class_step").Int("weight_step").Int("ignored_low").Int("ignored_high")
        .Layout("target").Layout("src")
        .Variants(DType.Float32, DType.Float64)
        .Option("WEIGHTED", 0, 1)
        .Faults();

    private static readonly ShaderKernel NllGradient =
        ShaderKernel.Define("nll_loss_backward", "losses/nll_loss_backward.kernel")
            .Reads("gradient").Reads("target", Element.Int64).Reads("total").Writes("dst").Reads("weight")
            .Int("count").Int("classes").Int("class_step").Int("weight_step").Int("ignored_low").Int("ignored_high")
            .Int("reduction").Layout("gradient").Layout("target").Layout("dst")
            .Variants(DType.Float32, DType.Float64)
            .Option("WEIGHTED", 0, 1);

    private static readonly ShaderKernel[] LossShaders = [NllTerms, NllGradient];

    // (losses, weights) → the loss and the sum of the weights, by reduction: 1 mean, 2 sum.
    private static readonly Programs<ReductionProgram> NllSums = new(3, (dtype, reduction) =>
        new ReductionProgram(
            "nll_loss.sums", [dtype, dtype], [dtype, dtype], [0, 0], [dtype, dtype], [], [],
            (x, _, _) => [x[0], x[1]], (a, b) => [a[0] + b[0], a[1] + b[1]],
            (s, _) => [reduction == 1 ? s[0] / s[1] : s[0], s[1]]));

    private static readonly Programs<ReductionProgram> PlainSum = new(1, (dtype, _) =>
        Sums("sum", dtype, 1, 1, x => [x[0]]));

    private static void AddNllLoss(Adding add)
    {
        add("nll_loss", GpuTypes.Reals, NllForward);
        add("nll_loss_backward", GpuTypes.Reals, NllBackward);
    }

    private static void NllForward(in StructuralLaunch launch, GpuDevice gpu)
    {
        var (input, target, output, total) =
            (launch.Operands[0], launch.Operands[1], launch.Operands[2], launch.Operands[3]);
        var dtype = input.DType;
        var reduction = (int)launch.Integers[0];
        var isWeighted = launch.Operands.Length > 4;
        var weight = isWeighted ? launch.Operands[4] : input;
        var count = target.Layout.ElementCount;
        var flat = new Shape([count]);
        using var shares = gpu.Temporary(flat, dtype);
        using var losses = reduction == 0 ? new(output, isOwned: false) : gpu.Temporary(flat, dtype);
        if (count > 0)
        {
            gpu.Launch(NllTerms.Find(dtype, isWeighted ? 1 : 0))
                .Fault(IndexFault.Target, 1, input.Layout.Shape[^1])
                .Buffer(input).Buffer(target).Buffer(losses.Operand).Buffer(shares.Operand).Buffer(weight)
                .Int(count).Int(input.Layout.Shape[^1]).Int(input.Layout.Strides[^1])
                .Int(isWeighted ? weight.Layout.Strides[0] : 0)
                .Long(launch.Integers[1]).Layout(target.Layout).Layout(Rows(input.Layout))
                .Over(count);
        }

        if (reduction == 0)
        {
            gpu.Run(new ReductionLaunch
            {
                Program = PlainSum[dtype],
                Inputs = [shares.Operand],
                Outputs = [total],
                ReducedRank = 1,
            });
            return;
        }

        gpu.Run(new ReductionLaunch
        {
            Program = NllSums[dtype, reduction],
            Inputs = [losses.Operand, shares.Operand],
            Outputs = [output, total],
            ReducedRank = 1,
        });
    }

    private static void NllBackward(in StructuralLaunch launch, GpuDevice gpu)
    {
        var (gradient, target, total, output) =
            (launch.Operands[0], launch.Operands[1], launch.Operands[2], launch.Operands[3]);
        var isWeighted = launch.Operands.Length > 4;
        var weight = isWeighted ? launch.Operands[4] : gradient;
        var (count, classes) = (target.Layout.ElementCount, output.Layout.Shape[^1]);
        gpu.Launch(NllGradient.Find(output.DType, isWeighted ? 1 : 0))
            .Buffer(gradient).Buffer(target).Buffer(total).Buffer(output).Buffer(weight)
            .Int(count).Int(classes).Int(output.Layout.Strides[^1])
            .Int(isWeighted ? weight.Layout.Strides[0] : 0)
            .Long(launch.Integers[1]).Int(launch.Integers[0])
            .Layout(gradient.Layout).Layout(target.Layout).Layout(Rows(output.Layout))
            .Over(count * classes);
    }

    /// <summary>Where the rows of a layout begin: its dimensions but the last.</summary>
    private static Layout Rows(Layout layout)
    {
        Span<bool> dropped = stackalloc bool[layout.Rank];
        dropped.Clear();
        dropped[^1] = true;
        return layout.Without(dropped);
    }
}
