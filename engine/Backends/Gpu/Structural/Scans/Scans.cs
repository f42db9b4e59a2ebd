namespace KernelEngine.Gpu;

/// <content>Running sums, products and extrema.</content>
internal static partial class GpuKernels
{
    // Rows longer than this are cut where there are too few of them to keep a device busy.
    private const long ScanChunk = 256;
    private const long ManyRows = 2048;

    private static readonly ShaderKernel ScanRows = ScanKernel("scan", 0);
    private static readonly ShaderKernel ScanTotals = ScanKernel("scan_totals", 1);

    private static readonly ShaderKernel LogScanRows = LogScanKernel("log_scan", 0);
    private static readonly ShaderKernel LogScanTotals = LogScanKernel("log_scan_totals", 1);

    private static readonly ShaderKernel Recurrence =
        ShaderKernel.Define("linear_recurrence", "scans/recurrence.kernel")
            .Reads("a").Reads("c").ReadsWrites("dst").Int("rows").Int("n").Int("reverse").Int("begin").Int("end")
            .Variants(DType.Float32, DType.Float64);

    private static readonly ShaderKernel RunningExtremum =
        ShaderKernel.Define("running_extremum", "scans/extremum.kernel")
            .Reads("src").Reads("src_places", Element.Int64).Reads("carry").Reads("carry_places", Element.Int64)
            .Writes("dst").Writes("places", Element.Int64)
            .Int("rows").Int("n").Int("chunks").Int("length").Int("totals").Int("placed")
            .Variants(DType.Float32, DType.Float64, DType.Int32, DType.Int64).Option("LARGEST", 0, 1);

    private static readonly ShaderKernel[] ScanShaders =
        [ScanRows, ScanTotals, LogScanRows, LogScanTotals, Recurrence, RunningExtremum];

    private static void AddScans(Adding add)
    {
        add("scan", GpuTypes.Numbers, (in launch, gpu) =>
        {
            var output = launch.Operands[1];
            using var source = gpu.Contiguous(launch.Operands[0]);
            using var result = gpu.ContiguousTarget(output);
            var length = output.Layout.Shape[^1];
            Scan(gpu, source.Operand, result.Operand, output.Layout.ElementCount / length, length,
                (ScanOperation)launch.Integers[0], launch.Integers[1]);
            gpu.CopyBack(result, output);
        });
        add("linear_recurrence", GpuTypes.Reals, (in launch, gpu) =>
        {
            var output = launch.Operands[2];
            using var a = gpu.Contiguous(launch.Operands[0]);
            using var c = gpu.Contiguous(launch.Operands[1]);
            using var result = gpu.ContiguousTarget(output);
            var length = output.Layout.Shape[^1];
            var rows = output.Layout.ElementCount / length;
            for (var begin = 0L; begin < length; begin += LongestSegment)
            {
                var end = Math.Min(begin + LongestSegment, length);
                gpu.Launch(Recurrence, output.DType)
                    .Buffer(a.Operand).Buffer(c.Operand).Buffer(result.Operand)
                    .Int(rows).Int(length).Int(launch.Integers[0]).Int(begin).Int(end)
                    .Over(rows, end - begin);
            }

            gpu.CopyBack(result, output);
        });
        add("running_extremum", GpuTypes.Numbers, (in launch, gpu) =>
        {
            var (values, places) = (launch.Operands[1], launch.Operands[2]);
            using var source = gpu.Contiguous(launch.Operands[0]);
            using var result = gpu.ContiguousTarget(values);
            using var found = gpu.ContiguousTarget(places);
            var length = values.Layout.Shape[^1];
            var rows = values.Layout.ElementCount / length;
            FindExtrema(
                gpu, RunningExtremum.Find(values.DType, (int)launch.Integers[0]), source.Operand, null, result.Operand,
                found.Operand, rows, length);
            gpu.CopyBack(result, values);
            gpu.CopyBack(found, places);
        });
    }

    // What chunks come to, the scan of that, and each chunk again from there.
    private static void Scan(
        GpuDevice gpu, in Operand source, in Operand result, long rows, long length, ScanOperation operation,
        long reverse)
    {
        var isLog = operation == ScanOperation.LogSum;
        var chunk = ChunkOf(rows, length);
        var chunks = (length + chunk - 1) / chunk;
        var isCut = chunks > 1;
        using var carry = isCut ? gpu.Temporary([rows, chunks], result.DType) : new(source, isOwned: false);
        if (isCut)
        {
            using var totals = gpu.Temporary([rows, chunks], result.DType);
            Launch(isLog ? LogScanTotals : ScanTotals, source, totals.Operand, totals.Operand, reverse);
            Scan(gpu, totals.Operand, carry.Operand, rows, chunks, operation, 0);
        }

        Launch(isLog ? LogScanRows : ScanRows, source, carry.Operand, result, reverse);

        void Launch(ShaderKernel kernel, in Operand from, in Operand carried, in Operand to, long backwards) =>
            (isLog ? gpu.Launch(kernel, to.DType) : gpu.Launch(kernel, to.DType, (int)operation))
                .Buffer(from).Buffer(carried).Buffer(to)
                .Int(rows).Int(length).Int(chunks).Int(chunk).Int(backwards)
                .Over(rows * chunks, chunk);
    }

    // The same for extrema, whose totals have places of their own.
    private static void FindExtrema(
        GpuDevice gpu, ShaderVariant kernel, in Operand source, Operand? sourcePlaces, in Operand result,
        in Operand places, long rows, long length)
    {
        var chunk = ChunkOf(rows, length);
        var chunks = (length + chunk - 1) / chunk;
        if (chunks == 1)
        {
            Launch(source, sourcePlaces, source, places, result, places, 0);
            return;
        }

        using var totals = gpu.Temporary([rows, chunks], result.DType);
        using var totalPlaces = gpu.Temporary([rows, chunks], DType.Int64);
        using var carry = gpu.Temporary([rows, chunks], result.DType);
        using var carryPlaces = gpu.Temporary([rows, chunks], DType.Int64);
        Launch(source, sourcePlaces, source, places, totals.Operand, totalPlaces.Operand, 1);
        FindExtrema(
            gpu, kernel, totals.Operand, totalPlaces.Operand, carry.Operand, carryPlaces.Operand, rows, chunks);
        Launch(source, sourcePlaces, carry.Operand, carryPlaces.Operand, result, places, 0);

        void Launch(
            in Operand from, in Operand? fromPlaces, in Operand carried, in Operand carriedPlaces, in Operand to,
            in Operand toPlaces, int onlyTotals) =>
            gpu.Launch(kernel)
                .Buffer(from).Buffer(fromPlaces ?? toPlaces).Buffer(carried).Buffer(carriedPlaces)
                .Buffer(to).Buffer(toPlaces)
                .Int(rows).Int(length).Int(chunks).Int(chunk).Int(onlyTotals).Int(fromPlaces is null ? 0 : 1)
                .Over(rows * chunks, chunk);
    }

    // How many elements of a row a thread goes along: all of them where there are rows enough for all threads.
    private static long ChunkOf(long rows, long length) =>
        length > ScanChunk && (rows < ManyRows || length > LongestSegment) ? ScanChunk : length;

    private static ShaderKernel ScanKernel(string name, int onlyTotals) =>
        ScanInterface(ShaderKernel.Define(name, "scans/scan.kernel"), onlyTotals)
            .Variants(DType.Float32, DType.Float64, DType.Int32, DType.Int64).Option("OPERATION", 0, 1);

    private static ShaderKernel LogScanKernel(string name, int onlyTotals) =>
        ScanInterface(ShaderKernel.Define(name, "scans/scan.kernel"), onlyTotals)
            .Uses(Pointwise.Exp, Pointwise.Log1p).Constant("OPERATION", 2)
            .Variants(DType.Float32, DType.Float64);

    private static ShaderKernel ScanInterface(ShaderKernel kernel, int onlyTotals) => kernel
        .Reads("src").Reads("carry").Writes("dst")
        .Int("rows").Int("n").Int("chunks").Int("length").Int("reverse").Constant("ONLY_TOTALS", onlyTotals);
}
