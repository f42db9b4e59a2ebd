namespace KernelEngine.Gpu;

/// <content>Softmax and its logarithm.</content>
internal static partial class GpuKernels
{
    // Rows that a group would have too little of.
    private const int ShortRow = 64;

    private static readonly ShaderKernel SoftmaxRows = ShaderKernel.Define("softmax_rows", "softmax/rows.kernel")
        .Reads("src").Writes("dst")
        .Int("rows").Int("n").Includes("larger.shader")
        .Uses(Pointwise.Exp, Pointwise.Log)
        .Variants(DType.Float32, DType.Float64)
        .Option("LOG", 0, 1);

    private static readonly ShaderKernel SoftmaxGroups = ShaderKernel.Define("softmax_groups", "softmax/groups.kernel")
        .Reads("src").Writes("dst")
        .Int("rows").Int("n").Includes("larger.shader", "groups.shader")
        .Shared("partial", Element.C, 128)
        .Threads(128)
        .Uses(Pointwise.Exp, Pointwise.Log)
        .Variants(DType.Float32, DType.Float64)
        .Option("LOG", 0, 1);

    private static readonly ShaderKernel[] SoftmaxShaders = [SoftmaxRows, SoftmaxGroups];

    private static void AddSoftmax(Adding add) => add("softmax", GpuTypes.Reals, RunSoftmax);

    private static void RunSoftmax(in StructuralLaunch launch, GpuDevice gpu)
    {
        var output = launch.Operands[1];
        var (dtype, log) = (output.DType, (int)launch.Integers[0]);
        using var source = gpu.Contiguous(launch.Operands[0]);
        using var result = gpu.ContiguousTarget(output);
        var length = output.Layout.Shape[^1];
        var rows = output.Layout.ElementCount / length;
        var isShared = !gpu.Limits.IsProcessor && length > ShortRow;
        var kernel = gpu.Launch(isShared ? SoftmaxGroups : SoftmaxRows, dtype, log)
            .Buffer(source.Operand).Buffer(result.Operand)
            .Int(rows).Int(length);
        if (isShared)
            kernel.Groups((int)Math.Min(rows, gpu.Limits.MaxGroups));
        else
            kernel.Over(rows);
        gpu.CopyBack(result, output);
    }
}
