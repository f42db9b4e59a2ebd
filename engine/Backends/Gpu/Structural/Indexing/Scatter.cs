namespace KernelEngine.Gpu;

/// <content>Elements written and combined at indices along one dimension.</content>
internal static partial class GpuKernels
{
    private static readonly ShaderKernel ElementOffsets =
        ShaderKernel.Define("element_offsets", "indexing/element_offsets.kernel")
            .Reads("index", Element.Int64).Writes("offsets", Element.Int64)
            .Int("count").Int("size").Int("stride").Layout("index").Layout("place")
            .Constant("INDEXED", 1)
            .Faults();

    private static readonly ShaderKernel LayoutOffsets =
        ShaderKernel.Define("layout_offsets", "indexing/element_offsets.kernel")
            .Reads("index", Element.Int64).Writes("offsets", Element.Int64)
            .Int("count").Int("size").Int("stride").Layout("index").Layout("place")
            .Constant("INDEXED", 0)
            .Faults();

    private static readonly ShaderKernel[] ScatterShaders = [ElementOffsets, LayoutOffsets];

    private static void AddScatter(Adding add)
    {
        add("scatter", GpuTypes.All, (in launch, gpu) =>
        {
            using var offsets = OffsetsOf(launch, gpu);
            ScatterRows([launch.Operands[0], offsets.Operand, Element0(launch.Operands[2])], gpu);
        });
        add("scatter_reduce", GpuTypes.Numbers, (in launch, gpu) =>
        {
            using var offsets = OffsetsOf(launch, gpu);
            ReduceRows(
                [launch.Operands[0], offsets.Operand, Element0(launch.Operands[2])],
                (Gather.Combination)launch.Integers[1], gpu);
        });
        add("strided_add", GpuTypes.Own, (in launch, gpu) =>
        {
            // Each element of the view is a row of one element, at the place that the view gives it.
            var target = launch.Operands[1];
            using var offsets = gpu.Temporary(target.Layout.Shape, DType.Int64);
            var count = target.Layout.ElementCount;
            gpu.Launch(LayoutOffsets.Find())
                .Fault(IndexFault.Gather, 0, 0)
                .Buffer(offsets.Operand).Buffer(offsets.Operand)
                .Int(count).Int(0).Int(0).Layout(offsets.Operand.Layout).Layout(target.Layout)
                .Over(count);
            ReduceRows([launch.Operands[0], offsets.Operand, Element0(target)], Gather.Combination.Sum, gpu);
        });
    }

    /// <summary>Where each element of a scatter goes, from the target's first element.</summary>
    private static Temporary OffsetsOf(in StructuralLaunch launch, GpuDevice gpu)
    {
        var (index, target) = (launch.Operands[1], launch.Operands[2]);
        var dimension = (int)launch.Integers[0];
        var (size, stride) = (target.Layout.Shape[dimension], target.Layout.Strides[dimension]);
        var strides = target.Layout.Strides.ToArray();
        strides[dimension] = 0;
        var offsets = gpu.Temporary(index.Layout.Shape, DType.Int64);
        var count = index.Layout.ElementCount;
        using var indices = Walkable(index, gpu);
        gpu.Launch(ElementOffsets.Find())
            .Fault(IndexFault.Gather, dimension, size)
            .Buffer(indices.Operand).Buffer(offsets.Operand)
            .Int(count).Int(size).Int(stride)
            .Layout(indices.Operand.Layout).Layout(new Layout(index.Layout.Shape, strides, 0))
            .Over(count);
        return offsets;
    }

    /// <summary>An operand's first element: what rows of one element are offset from.</summary>
    private static Operand Element0(in Operand operand) =>
        operand with { Layout = new Layout(default, [], operand.Layout.Offset) };
}
