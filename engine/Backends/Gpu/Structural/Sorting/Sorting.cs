namespace KernelEngine.Gpu;

/// <content>
/// Sorting: short runs by insertion, then merged two by two, each element bisecting the other run. It is stable, and
/// every pass is one launch over all elements. A processor's threads merge some elements one after the other instead.
/// </content>
internal static partial class GpuKernels
{
    private const int SortRun = 16;

    // How many elements a processor's thread merges: a power of two.
    private const long MergedPart = 256;

    private static readonly DType[] SortTypes = [DType.Float32, DType.Float64, DType.Int32, DType.Int64];

    private static readonly ShaderKernel SortRuns = ShaderKernel.Define("sort_runs", "sorting/runs.kernel")
        .Reads("src").ReadsWrites("dst").ReadsWrites("places", Element.Int32)
        .Int("rows").Int("n").Includes("order.shader").Constant("RUN", SortRun)
        .Variants(SortTypes).Option("DESCENDING", 0, 1);

    private static readonly ShaderKernel SortMerge = ShaderKernel.Define("sort_merge", "sorting/merge.kernel")
        .Reads("src").Reads("src_places", Element.Int32).Writes("dst").Writes("dst_places", Element.Int32)
        .Int("rows").Int("n").Int("run").Includes("order.shader").Variants(SortTypes).Option("DESCENDING", 0, 1);

    private static readonly ShaderKernel SortMergeParts =
        ShaderKernel.Define("sort_merge_parts", "sorting/merge_parts.kernel")
            .Reads("src").Reads("src_places", Element.Int32).Writes("dst").Writes("dst_places", Element.Int32)
            .Int("rows").Int("n").Int("run").Int("each").Includes("order.shader")
            .Variants(SortTypes).Option("DESCENDING", 0, 1);

    private static readonly ShaderKernel RankedPick = ShaderKernel.Define("ranked", "sorting/ranked.kernel")
        .Reads("sorted").Reads("sorted_places", Element.Int32).Writes("dst").Writes("places", Element.Int64)
        .Int("rows").Int("n").Int("rank").Variants(SortTypes).Option("RULE", 0, 1, 2);

    private static readonly ShaderKernel LongestRuns =
        ShaderKernel.Define("longest_runs", "sorting/longest_runs.kernel")
            .Reads("sorted").Writes("runs", Element.Int32).Writes("lasts", Element.Int32)
            .Int("rows").Int("n").Int("chunks").Int("length").Variants(SortTypes);

    private static readonly ShaderKernel LongestRun = ShaderKernel.Define("longest_run", "sorting/longest_run.kernel")
        .Reads("sorted").Reads("sorted_places", Element.Int32)
        .Reads("runs", Element.Int32).Reads("lasts", Element.Int32)
        .Writes("dst").Writes("places", Element.Int64)
        .Int("rows").Int("n").Int("chunks").Variants(SortTypes);

    private static readonly ShaderKernel RowRuns = ShaderKernel.Define("row_runs", "sorting/row_runs.kernel")
        .Reads("src").ReadsWrites("order", Element.Int32)
        .Int("rows").Int("columns").Includes("order.shader").Constant("RUN", SortRun).Constant("DESCENDING", 0)
        .Variants(SortTypes);

    private static readonly ShaderKernel RowMerge = ShaderKernel.Define("row_merge", "sorting/row_merge.kernel")
        .Reads("src").Reads("order", Element.Int32).Writes("merged", Element.Int32)
        .Int("rows").Int("columns").Int("run").Includes("order.shader").Constant("DESCENDING", 0)
        .Variants(SortTypes);

    private static readonly ShaderKernel SearchSequence = SearchKernel("search_sorted", Element.Int64, 0);
    private static readonly ShaderKernel SearchOrdered = SearchKernel("search_ordered", Element.Int64, 1);

    private static readonly ShaderKernel[] SortShaders =
        [SortRuns, SortMerge, SortMergeParts, RankedPick, LongestRuns, LongestRun, RowRuns, RowMerge, SearchSequence, SearchOrdered];

    private static void AddSorting(Adding add)
    {
        add("sort", GpuTypes.Numbers, Sort);
        add("top", GpuTypes.Numbers, Sort);
        add("ranked", GpuTypes.Numbers, (in launch, gpu) =>
        {
            var source = launch.Operands[0].Layout;
            var length = source.Shape[^1];
            var rows = source.ElementCount / length;
            using var sorted = SortedRows.Of(launch.Operands[0], isDescending: false, gpu);
            using var values = gpu.ContiguousTarget(launch.Operands[1]);
            using var places = gpu.ContiguousTarget(launch.Operands[2]);
            if ((KernelEngine.Sorting.RankRule)launch.Integers[0] == KernelEngine.Sorting.RankRule.MostFrequent)
            {
                PickMode(gpu, sorted, values.Operand, places.Operand, rows, length);
            }
            else
            {
                gpu.Launch(RankedPick, launch.Operands[1].DType, (int)launch.Integers[0])
                    .Buffer(sorted.Values.Operand).Buffer(sorted.Places.Operand)
                    .Buffer(values.Operand).Buffer(places.Operand)
                    .Int(rows).Int(length).Int(launch.Integers[1])
                    .Over(rows);
            }

            gpu.CopyBack(values, launch.Operands[1]);
            gpu.CopyBack(places, launch.Operands[2]);
        });
        add("row_order", GpuTypes.Numbers, (in launch, gpu) =>
        {
            using var source = gpu.Contiguous(launch.Operands[0]);
            var (rows, columns) = (source.Operand.Layout.Shape[0], source.Operand.Layout.Shape[1]);
            var order = gpu.Temporary([rows], DType.Int32);
            gpu.Launch(RowRuns, source.Operand.DType)
                .Buffer(source.Operand).Buffer(order.Operand).Int(rows).Int(columns)
                .Over((rows + SortRun - 1) / SortRun);
            for (long run = SortRun; run < rows; run *= 2)
            {
                var merged = gpu.Temporary([rows], DType.Int32);
                gpu.Launch(RowMerge, source.Operand.DType)
                    .Buffer(source.Operand).Buffer(order.Operand).Buffer(merged.Operand)
                    .Int(rows).Int(columns).Int(run)
                    .Over(rows);
                order.Dispose();
                order = merged;
            }

            gpu.Copy(order.Operand, launch.Operands[1]);
            order.Dispose();
        });
        add("search_sorted", GpuTypes.Numbers, FindPlaces);
    }

    // The longest run of each chunk of a row, and the longest of these: as many chunks as each has elements, so that no
    // thread goes far.
    private static void PickMode(
        GpuDevice gpu, in SortedRows sorted, in Operand values, in Operand places, long rows, long length)
    {
        var chunk = Math.Max(64, (long)Math.Sqrt(length));
        var chunks = (length + chunk - 1) / chunk;
        using var runs = gpu.Temporary([rows, chunks], DType.Int32);
        using var lasts = gpu.Temporary([rows, chunks], DType.Int32);
        gpu.Launch(LongestRuns, values.DType)
            .Buffer(sorted.Values.Operand).Buffer(runs.Operand).Buffer(lasts.Operand)
            .Int(rows).Int(length).Int(chunks).Int(chunk)
            .Over(rows * chunks, chunk);
        gpu.Launch(LongestRun, values.DType)
            .Buffer(sorted.Values.Operand).Buffer(sorted.Places.Operand).Buffer(runs.Operand).Buffer(lasts.Operand)
            .Buffer(values).Buffer(places)
            .Int(rows).Int(length).Int(chunks)
            .Over(rows, chunks);
    }

    // As many of the sorted elements as there is room for.
    private static void Sort(in StructuralLaunch launch, GpuDevice gpu)
    {
        var (values, places) = (launch.Operands[1], launch.Operands[2]);
        var wanted = values.Layout.Shape[^1];
        using var sorted = SortedRows.Of(launch.Operands[0], launch.Integers[0] != 0, gpu);
        var last = values.Layout.Rank - 1;
        var (ordered, at) = (sorted.Values.Operand, sorted.Places.Operand);
        gpu.Copy(ordered with { Layout = ordered.Layout.Slice(last, 0, wanted, 1) }, values);
        gpu.Copy(at with { Layout = at.Layout.Slice(last, 0, wanted, 1) }, places);
    }

    private static void FindPlaces(in StructuralLaunch launch, GpuDevice gpu)
    {
        var isOrdered = launch.Operands.Length > 3;
        var target = launch.Operands[2];
        var (length, width) = (launch.Operands[0].Layout.Shape[^1], target.Layout.Shape[^1]);
        using var sequence = gpu.Contiguous(launch.Operands[0]);
        using var values = gpu.Contiguous(launch.Operands[1]);
        using var order = isOrdered
            ? gpu.Contiguous(launch.Operands[3]) : new(sequence.Operand, isOwned: false);
        using var places = target.Layout.IsContiguous && target.DType == DType.Int64
            ? new(target, isOwned: false) : gpu.Temporary(target.Layout.Shape, DType.Int64);
        var count = target.Layout.ElementCount;
        gpu.Launch(isOrdered ? SearchOrdered : SearchSequence, values.Operand.DType, (int)launch.Integers[0])
            .Fault(IndexFault.Gather, 0, length)
            .Buffer(sequence.Operand).Buffer(values.Operand).Buffer(places.Operand).Buffer(order.Operand)
            .Int(count).Int(length).Int(width)
            .Over(count);
        if (!ReferenceEquals(places.Operand.Buffer, target.Buffer))
            gpu.Copy(places.Operand, target);
    }

    private static ShaderKernel SearchKernel(string name, Element order, int isOrdered) =>
        ShaderKernel.Define(name, "sorting/search.kernel")
            .Reads("sequence").Reads("values").Writes("places", Element.Int64).Reads("order", order)
            .Int("count").Int("length").Int("width").Constant("ORDERED", isOrdered).Faults()
            .Variants(SortTypes).Option("RIGHT", 0, 1);

    /// <summary>The rows of an operand, sorted, and the places in them where the elements were (int32).</summary>
    private readonly struct SortedRows(Temporary values, Temporary places) : IDisposable
    {
        public Temporary Values { get; } = values;

        public Temporary Places { get; } = places;

        public static SortedRows Of(in Operand operand, bool isDescending, GpuDevice gpu)
        {
            using var source = gpu.Contiguous(operand);
            var (shape, dtype) = (operand.Layout.Shape, operand.DType);
            var length = shape[^1];
            var rows = operand.Layout.ElementCount / length;
            var option = isDescending ? 1 : 0;
            var (values, places) = (gpu.Temporary(shape, dtype), gpu.Temporary(shape, DType.Int32));
            gpu.Launch(SortRuns, dtype, option)
                .Buffer(source.Operand).Buffer(values.Operand).Buffer(places.Operand).Int(rows).Int(length)
                .Over(rows * ((length + SortRun - 1) / SortRun));
            for (long run = SortRun; run < length; run *= 2)
            {
                var (merged, at) = (gpu.Temporary(shape, dtype), gpu.Temporary(shape, DType.Int32));
                var kernel = gpu.Launch(gpu.Limits.IsProcessor ? SortMergeParts : SortMerge, dtype, option)
                    .Buffer(values.Operand).Buffer(places.Operand).Buffer(merged.Operand).Buffer(at.Operand)
                    .Int(rows).Int(length).Int(run);
                if (gpu.Limits.IsProcessor)
                {
                    var each = Math.Min(2 * run, MergedPart);
                    kernel.Int(each).Over(rows * ((length + each - 1) / each), each);
                }
                else
                {
                    kernel.Over(rows * length, 64);
                }

                values.Dispose();
                places.Dispose();
                (values, places) = (merged, at);
            }

            return new(values, places);
        }

        public void Dispose()
        {
            Values.Dispose();
            Places.Dispose();
        }
    }
}
