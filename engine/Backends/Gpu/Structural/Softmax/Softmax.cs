using static KernelEngine.Gpu.ProgramForms;
using static KernelEngine.Pointwise;

namespace KernelEngine.Gpu;

/// <content>
/// Softmax and its logarithm: a kernel of its own for rows that a group shares or that are short, else the largest
/// element of each row, a sum over it, and one pass.
/// </content>
internal static partial class GpuKernels
{
    // Rows that a group would have too little of.
    private const int ShortRow = 64;

    // The longest row that a thread of a processor goes along alone.
    private const int OneThreadsRow = 256;

    private static readonly ShaderKernel SoftmaxRows = ShaderKernel.Define("softmax_rows", "softmax/rows.kernel")
        .Reads("src").Writes("dst")
        .Int("rows").Int("n").Includes("larger.shader")
        .Uses(Exp, Log)
        .Variants(DType.Float32, DType.Float64)
        .Option("LOG", 0, 1);

    private static readonly ShaderKernel SoftmaxGroups = ShaderKernel.Define("softmax_groups", "softmax/groups.kernel")
        .Reads("src").Writes("dst")
        .Int("rows").Int("n").Includes("larger.shader", "groups.shader")
        .Shared("partial", Element.C, 128)
        .Threads(128)
        .Uses(Exp, Log)
        .Variants(DType.Float32, DType.Float64)
        .Option("LOG", 0, 1);

    private static readonly ShaderKernel[] SoftmaxShaders = [SoftmaxRows, SoftmaxGroups];

    private static readonly Programs<ReductionProgram> LargestOfRows = new(1, (dtype, _) =>
        new ReductionProgram(
            "softmax.largest", [dtype], [dtype], [double.NegativeInfinity], [dtype], [], [],
            (x, _, _) => [x[0]], (a, b) => [Max(a[0], b[0])], (s, _) => s));

    // (in, largest) → Σ e to the power of what is below the largest
    private static readonly Programs<ReductionProgram> SumsOfPowers = new(1, (dtype, _) =>
        Sums("softmax.sums", dtype, 2, 1, x => [Exp(x[0] - x[1])]));

    // (in, largest, sum) → out
    private static readonly Programs<PointwiseProgram> SharesOfPowers = new(2, (dtype, log) =>
        ProgramForms.Pointwise("softmax", dtype, 3, 0, 1, (x, _) =>
            [log == 0 ? Exp(x[0] - x[1]) / x[2] : x[0] - (x[1] + Log(x[2]))]));

    private static void AddSoftmax(Adding add) => add("softmax", GpuTypes.Reals, RunSoftmax);

    private static void RunSoftmax(in StructuralLaunch launch, GpuDevice gpu)
    {
        var output = launch.Operands[1];
        var (dtype, log) = (output.DType, (int)launch.Integers[0]);
        var length = output.Layout.Shape[^1];
        if (gpu.Limits.IsProcessor && length > OneThreadsRow)
        {
            RunSoftmaxInPasses(launch, gpu);
            return;
        }

        using var source = gpu.Contiguous(launch.Operands[0]);
        using var result = gpu.ContiguousTarget(output);
        var rows = output.Layout.ElementCount / length;
        var isShared = !gpu.Limits.IsProcessor && length > ShortRow;
        var kernel = gpu.Launch(isShared ? SoftmaxGroups : SoftmaxRows, dtype, log)
            .Buffer(source.Operand).Buffer(result.Operand)
            .Int(rows).Int(length);
        if (isShared)
            kernel.Groups((int)Math.Min(rows, gpu.Limits.MaxGroups));
        else
            kernel.Over(rows, 4 * length);
        gpu.CopyBack(result, output);
    }

    private static void RunSoftmaxInPasses(in StructuralLaunch launch, GpuDevice gpu)
    {
        // The order of sums is that of rows whose elements lie one after the other, wherever they lie.
        using var source = gpu.Contiguous(launch.Operands[0]);
        var (input, output) = (source.Operand, launch.Operands[1]);
        var dtype = output.DType;
        var shape = output.Layout.Shape.AsSpan();
        var perRow = new Shape(shape[..^1].ToArray());
        using var largest = gpu.Temporary(perRow, dtype);
        using var sum = gpu.Temporary(perRow, dtype);
        var (all, sums) = (Spread(largest.Operand, shape), Spread(sum.Operand, shape));
        gpu.Run(new ReductionLaunch
        {
            Program = LargestOfRows[dtype],
            Inputs = [input],
            Outputs = [largest.Operand],
            ReducedRank = 1,
        });
        gpu.Run(new ReductionLaunch
        {
            Program = SumsOfPowers[dtype],
            Inputs = [input, all],
            Outputs = [sum.Operand],
            ReducedRank = 1,
        });
        gpu.Run(new PointwiseLaunch
        {
            Program = SharesOfPowers[dtype, (int)launch.Integers[0]],
            Operands = [input, all, sums, output],
        });
    }

    /// <summary>A number for each row, as an operand of the rows' shape.</summary>
    private static Operand Spread(in Operand perRow, ReadOnlySpan<long> shape) =>
        perRow.As(shape, [.. perRow.Layout.Strides, 0]);
}
