namespace KernelEngine.Gpu;

/// <content>Elements at indices along one dimension.</content>
internal static partial class GpuKernels
{
    private static readonly ShaderKernel GatherElements = ShaderKernel.Define("gather", "indexing/gather.kernel")
        .Reads("src").Reads("index", Element.Int64).Writes("dst")
        .Layout("place").Int("n").Int("size").Int("stride")
        .Faults()
        .Widths(1, 2, 4, 8);

    private static readonly ShaderKernel[] GatherShaders = [GatherElements];

    private static void AddGather(Adding add) => add("gather", GpuTypes.All, RunGather);

    private static void RunGather(in StructuralLaunch launch, GpuDevice gpu)
    {
        var (source, target) = (launch.Operands[0], launch.Operands[2]);
        var dimension = (int)launch.Integers[0];
        using var index = gpu.Contiguous(launch.Operands[1]);
        var shape = index.Operand.Layout.Shape;
        var size = source.Layout.Shape[dimension];

        // Where the line begins that each element is taken from.
        Span<long> strides = stackalloc long[shape.Rank];
        source.Layout.Strides.CopyTo(strides);
        strides[dimension] = 0;
        gpu.Launch(GatherElements, source.DType)
            .Buffer(source).Buffer(index.Operand).Buffer(target)
            .Layout(shape.AsSpan(), strides).Int(shape.ElementCount)
            .Int(size).Int(source.Layout.Strides[dimension])
            .Fault(IndexFault.Gather, dimension, size)
            .Over(shape.ElementCount);
    }
}
