namespace KernelEngine.Gpu;

/// <content>Indices to offsets; rows read, written and added to at offsets.</content>
internal static partial class GpuKernels
{
    private static readonly ShaderKernel IndexOffsets =
        ShaderKernel.Define("index_offsets", "indexing/index_offsets.kernel")
            .Reads("index", Element.Int64).ReadsWrites("offsets", Element.Int64)
            .Int("count").Int("size").Int("stride").Int("wraps").Int("accumulates").Layout("index").Layout("offsets")
            .Faults();

    private static readonly ShaderKernel RowGather =
        ShaderKernel.Define("row_gather", "indexing/row_gather.kernel")
            .Reads("src").Reads("offsets", Element.Int64).Writes("dst")
            .Int("count").Int("row").Layout("src").Layout("offsets").Layout("dst")
            .Widths(1, 2, 4, 8);

    private static readonly ShaderKernel RowScatter =
        ShaderKernel.Define("row_scatter", "indexing/row_scatter.kernel")
            .Reads("src").Reads("offsets", Element.Int64).ReadsWrites("dst")
            .Int("rows").Int("row").Layout("src").Layout("offsets").Layout("dst")
            .Widths(1, 2, 4, 8);

    private static readonly ShaderKernel RowScatterSorted =
        ShaderKernel.Define("row_scatter_sorted", "indexing/row_scatter_sorted.kernel")
            .Reads("src").Reads("sorted", Element.Int64).Reads("order", Element.Int32).ReadsWrites("dst")
            .Int("count").Int("rows").Int("row").Layout("src").Layout("dst")
            .Widths(1, 2, 4, 8);

    private static readonly ShaderKernel RowReduce =
        ShaderKernel.Define("row_reduce", "indexing/row_reduce.kernel")
            .Reads("src").Reads("offsets", Element.Int64).ReadsWrites("dst")
            .Int("rows").Int("row").Layout("src").Layout("offsets").Layout("dst")
            .Variants(
                DType.Float32, DType.Float64, DType.Float16, DType.BFloat16, DType.UInt8, DType.Int8, DType.Int16,
                DType.Int32, DType.Int64, DType.Bool)
            .Includes("combine.shader").Option("HOW", 0, 1, 2, 3);

    private static readonly ShaderKernel RowReduceSorted =
        ShaderKernel.Define("row_reduce_sorted", "indexing/row_reduce_sorted.kernel")
            .Reads("src").Reads("sorted", Element.Int64).Reads("order", Element.Int32).ReadsWrites("dst")
            .Int("count").Int("rows").Int("row").Layout("src").Layout("dst")
            .Variants(
                DType.Float32, DType.Float64, DType.Float16, DType.BFloat16, DType.UInt8, DType.Int8, DType.Int16,
                DType.Int32, DType.Int64, DType.Bool)
            .Includes("combine.shader").Option("HOW", 0, 1, 2, 3);

    private static readonly ShaderKernel[] RowShaders =
        [IndexOffsets, RowGather, RowScatter, RowScatterSorted, RowReduce, RowReduceSorted];

    // A thread goes through all rows of one place: no more of them in one launch, whatever the data.
    private const long LongestSegment = 1 << 14;

    private static void AddRows(Adding add)
    {
        add("index_offsets", GpuTypes.All, ComputeOffsets);
        add("row_gather", GpuTypes.All, GatherRows);
        add("row_scatter", GpuTypes.All, (in launch, gpu) => ScatterRows(launch.Operands, gpu));
        add("row_add", GpuTypes.Own,
            (in launch, gpu) => ReduceRows(launch.Operands, Gather.Combination.Sum, gpu));
    }

    private static void ComputeOffsets(in StructuralLaunch launch, GpuDevice gpu)
    {
        var (index, offsets) = (launch.Operands[0], launch.Operands[1]);
        var fault = (IndexFault)launch.Integers[3];
        using var indices = Walkable(index, gpu);
        gpu.Launch(IndexOffsets.Find())
            .Fault(fault, launch.Integers[2], launch.Integers[0])
            .Buffer(indices.Operand).Buffer(offsets)
            .Int(offsets.Layout.ElementCount).Int(launch.Integers[0]).Int(launch.Integers[1])
            .Int(fault.Wraps() ? 1 : 0).Int(launch.Integers[4])
            .Layout(indices.Operand.Layout).Layout(offsets.Layout)
            .Over(offsets.Layout.ElementCount);
    }

    private static void GatherRows(in StructuralLaunch launch, GpuDevice gpu)
    {
        var (source, target) = (launch.Operands[0], launch.Operands[2]);
        using var offsets = Walkable(launch.Operands[1], gpu);
        gpu.Launch(RowGather.Find(source.DType))
            .Buffer(source).Buffer(offsets.Operand).Buffer(target)
            .Int(target.Layout.ElementCount).Int(source.Layout.ElementCount)
            .Layout(source.Layout).Layout(offsets.Operand.Layout).Layout(target.Layout)
            .Over(target.Layout.ElementCount);
    }

    /// <summary>Writes rows (source, offsets, target); of those that go to one offset the last one stays.</summary>
    private static void ScatterRows(ReadOnlySpan<Operand> operands, GpuDevice gpu)
    {
        using var source = Walkable(operands[0], gpu);
        var target = operands[2];
        var (rows, row) = (operands[1].Layout.ElementCount, target.Layout.ElementCount);
        if (IsDoneInTurn(rows, row))
        {
            using var offsets = Walkable(operands[1], gpu);
            gpu.Launch(RowScatter.Find(target.DType))
                .Buffer(source.Operand).Buffer(offsets.Operand).Buffer(target)
                .Int(rows).Int(row)
                .Layout(source.Operand.Layout).Layout(offsets.Operand.Layout).Layout(target.Layout)
                .Over(row);
            return;
        }

        using var order = SortedOffsets(operands[1], gpu);
        gpu.Launch(RowScatterSorted.Find(target.DType))
            .Buffer(source.Operand).Buffer(order.Values.Operand).Buffer(order.Places.Operand).Buffer(target)
            .Int(rows * row).Int(rows).Int(row).Layout(source.Operand.Layout).Layout(target.Layout)
            .Over(rows * row);
    }

    /// <summary>Combines rows (source, offsets, target) with what is there, those of one offset in turn.</summary>
    private static void ReduceRows(ReadOnlySpan<Operand> operands, Gather.Combination how, GpuDevice gpu)
    {
        using var source = Walkable(operands[0], gpu);
        var target = operands[2];
        var (rows, row) = (operands[1].Layout.ElementCount, target.Layout.ElementCount);
        if (IsDoneInTurn(rows, row))
        {
            using var offsets = Walkable(operands[1], gpu);
            gpu.Launch(RowReduce.Find(target.DType, (int)how))
                .Buffer(source.Operand).Buffer(offsets.Operand).Buffer(target)
                .Int(rows).Int(row)
                .Layout(source.Operand.Layout).Layout(offsets.Operand.Layout).Layout(target.Layout)
                .Over(row);
            return;
        }

        using var order = SortedOffsets(operands[1], gpu);
        for (var from = 0L; from < rows; from += LongestSegment)
        {
            var count = Math.Min(LongestSegment, rows - from);
            gpu.Launch(RowReduceSorted.Find(target.DType, (int)how))
                .Buffer(source.Operand).Buffer(Stretch(order.Values.Operand, from, count))
                .Buffer(Stretch(order.Places.Operand, from, count)).Buffer(target)
                .Int(count * row).Int(count).Int(row).Layout(source.Operand.Layout).Layout(target.Layout)
                .Over(count * row);
        }
    }

    // So that what goes to one place is combined by one thread, in the same order each time.
    private static SortedRows SortedOffsets(in Operand offsets, GpuDevice gpu)
    {
        using var flat = gpu.Contiguous(offsets);
        var row = flat.Operand.Layout.TryView(new([offsets.Layout.ElementCount]))!;
        return SortedRows.Of(flat.Operand with { Layout = row }, isDescending: false, gpu);
    }

    private static Operand Stretch(in Operand vector, long from, long count) =>
        vector with { Layout = vector.Layout.Slice(0, from, count, 1) };

    // Few rows, or rows with an element for every thread of the device, are gone through one after the other.
    private static bool IsDoneInTurn(long rows, long row) => rows <= 64 || (row >= 4096 && rows <= 4096);

    /// <summary>The operand, or a copy where its dimensions are too many for a launch.</summary>
    private static Temporary Walkable(in Operand operand, GpuDevice gpu)
    {
        if (operand.Layout.Rank <= GpuLaunch.LayoutRank)
            return new(operand, isOwned: false);
        Span<long> sizes = stackalloc long[operand.Layout.Rank];
        Span<long> strides = stackalloc long[operand.Layout.Rank];
        return StridedForm.Merge(operand.Layout, sizes, strides) <= GpuLaunch.LayoutRank
            ? new(operand, isOwned: false)
            : gpu.Contiguous(operand);
    }
}
