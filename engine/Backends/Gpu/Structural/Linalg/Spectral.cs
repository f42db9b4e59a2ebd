namespace KernelEngine.Gpu;

/// <content>
/// Eigenvalues and singular values, over batches. As on the CPU all of it is computed in float64, where the device has
/// it.
/// </content>
internal static partial class GpuKernels
{
    private const long MostSweeps = 30;

    private static readonly ShaderKernel Tridiagonal =
        ShaderKernel.Define("tridiagonal", "linalg/tridiagonal.kernel")
            .ReadsWrites("a").ReadsWrites("vs").ReadsWrites("factors").ReadsWrites("diagonal").ReadsWrites("besides")
            .ReadsWrites("room").ReadsWrites("scales")
            .Int("count").Int("n").Int("begin").Int("end").Real("most")
            .Includes("larger.shader", "groups.shader", "scale.shader").Shared("partial", Element.C, 64)
            .Variants(DType.Float32, DType.Float64);

    private static readonly ShaderKernel TridiagonalValues =
        ShaderKernel.Define("tridiagonal_values", "linalg/tridiagonal_values.kernel")
            .ReadsWrites("diagonal").ReadsWrites("besides").ReadsWrites("turns")
            .ReadsWrites("steps", Element.Int32).ReadsWrites("step_counts", Element.Int32)
            .ReadsWrites("info", Element.Int32).ReadsWrites("bounds")
            .Int("count").Int("n").Int("most_turns").Int("most_chases").Int("wanted").Int("begin").Int("end")
            .Real("epsilon").Includes("larger.shader")
            .Variants(DType.Float32, DType.Float64);

    private static readonly ShaderKernel TurnedRows =
        ShaderKernel.Define("turned_rows", "linalg/turned_rows.kernel")
            .ReadsWrites("rows").Reads("turns").Reads("steps", Element.Int32).Reads("step_counts", Element.Int32)
            .Int("count").Int("n").Int("most_turns").Int("most_chases").Int("begin").Int("end")
            .Variants(DType.Float32, DType.Float64);

    private static readonly ShaderKernel Jacobi = ShaderKernel.Define("jacobi", "linalg/jacobi.kernel")
        .ReadsWrites("a").ReadsWrites("turns").ReadsWrites("scales").ReadsWrites("lengths")
        .ReadsWrites("info", Element.Int32).ReadsWrites("state", Element.Int32)
        .Int("count").Int("rows").Int("width").Int("first").Int("last").Int("sweeps").Int("begin").Int("end")
        .Real("most").Real("epsilon").Real("vanishing").Includes("larger.shader", "groups.shader", "scale.shader")
        .Shared("partial", Element.C, 3 * 64)
        .Option("VECTORS", 0, 1).Variants(DType.Float32, DType.Float64);

    private static readonly ShaderKernel RankedValues =
        ShaderKernel.Define("ranked_values", "linalg/ranked_values.kernel")
            .Reads("numbers").Reads("scales").ReadsWrites("ranked").ReadsWrites("places", Element.Int32)
            .Int("count").Int("n")
            .Option("DESCENDING", 0, 1).Variants(DType.Float32, DType.Float64);

    private static readonly ShaderKernel RankedRows =
        ShaderKernel.Define("ranked_rows", "linalg/ranked_rows.kernel")
            .Reads("src").Reads("places", Element.Int32).Reads("lengths").Writes("dst")
            .Int("count").Int("rows").Int("width")
            .Option("NORMALISED", 0, 1).Variants(DType.Float32, DType.Float64);

    private static readonly ShaderKernel CompletedRows =
        ShaderKernel.Define("completed_rows", "linalg/completed_rows.kernel")
            .ReadsWrites("dst").Reads("src").Reads("places", Element.Int32).Reads("lengths")
            .Int("count").Int("rows").Int("width").Int("given")
            .Variants(DType.Float32, DType.Float64);

    private static readonly ShaderKernel[] SpectralShaders =
        [Tridiagonal, TridiagonalValues, TurnedRows, Jacobi, RankedValues, RankedRows, CompletedRows];

    private static void AddSpectral(Adding add)
    {
        add(Spectral.Eigen.Name, GpuTypes.All, RunEigen);
        add(Spectral.Singular.Name, GpuTypes.All, RunSingular);
    }

    // Matrices are near 1 when this power of two, or one over it, has been taken off.
    private static double MostScale(DType dtype) => Math.ScaleB(1, dtype == DType.Float64 ? 1000 : 120);

    private static double Epsilon(DType dtype) => Math.ScaleB(1, dtype == DType.Float64 ? -53 : -24);

    private static void RunEigen(in StructuralLaunch launch, GpuDevice gpu)
    {
        var from = launch.Integers[0] != 0 ? Turned(launch.Operands[0]) : launch.Operands[0];
        var dtype = gpu.Limits.HasFloat64 ? DType.Float64 : DType.Float32;
        var (n, count) = (from.Layout.Shape[^1], MatrixCount(from.Layout));
        var hasVectors = launch.Operands.Length > 2;
        using var a = gpu.Temporary(from.Layout.Shape, dtype);
        gpu.Copy(from, a.Operand);
        using var v = gpu.Temporary(new([count, n - 1, n]), dtype);
        using var factors = gpu.Temporary(new([count, n - 1]), dtype);
        using var diagonal = gpu.Temporary(new([count, n]), dtype);
        using var besides = gpu.Temporary(new([count, n]), dtype);
        using var room = gpu.Temporary(new([count, n]), dtype);
        using var scales = gpu.Temporary(new([count]), dtype);
        var most = InOneLaunch(((n / 8) + 1) * ((n / 8) + 12) + (((n / 4) + 1) * ((n / 16) + 2)));
        var k = 0L;
        do
        {
            var end = Math.Min(n - 1, k + most);
            gpu.Launch(Tridiagonal, dtype)
                .Buffer(a.Operand).Buffer(v.Operand).Buffer(factors.Operand).Buffer(diagonal.Operand)
                .Buffer(besides.Operand).Buffer(room.Operand).Buffer(scales.Operand)
                .Int(count).Int(n).Int(k).Int(end).Real(MostScale(dtype), dtype)
                .Groups(GroupsFor(count));
            k = end;
        }
        while (k < n - 1);

        // Mostly two steps for each value, of half as many rotations as there are rows.
        var mostTurns = hasVectors ? (5 * n * n) + 256 : n;
        var mostChases = (8 * n) + 64;
        using var turns = gpu.Temporary(new([hasVectors ? count * mostTurns * 2 : 1]), dtype);
        using var steps = gpu.Temporary(new([hasVectors ? count * mostChases * 3 : 1]), DType.Int32);
        using var info = Info(gpu, from.Layout);
        using var stepCounts = gpu.Temporary(new([count, 2]), DType.Int32);
        most = InOneLaunch(6 * n);
        for (k = 0; k < n; k += most)
        {
            gpu.Launch(TridiagonalValues, dtype)
                .Buffer(diagonal.Operand).Buffer(besides.Operand).Buffer(turns.Operand).Buffer(steps.Operand)
                .Buffer(stepCounts.Operand).Buffer(info.Operand).Buffer(room.Operand)
                .Int(count).Int(n).Int(mostTurns).Int(mostChases).Int(hasVectors ? 1 : 0)
                .Int(k).Int(Math.Min(n, k + most))
                .Real(2 * Epsilon(dtype), dtype)
                .Over(count);
        }

        CheckInfo(gpu, info.Operand, FactorFault.Eigh);

        using var places = gpu.Temporary(new([count, n]), DType.Int32);
        Rank(gpu, diagonal.Operand, scales.Operand, launch.Operands[1], places.Operand, descending: false);
        if (!hasVectors)
            return;

        // The rows are what a's memory is for now.
        using var rows = gpu.Temporary(from.Layout.Shape, dtype);
        ReflectUnits(gpu, v.Operand, factors.Operand, rows.Operand, 1);
        most = InOneLaunch(n);
        for (k = 0; k < mostChases; k += most)
        {
            gpu.Launch(TurnedRows, dtype)
                .Buffer(rows.Operand).Buffer(turns.Operand).Buffer(steps.Operand).Buffer(stepCounts.Operand)
                .Int(count).Int(n).Int(mostTurns).Int(mostChases).Int(k).Int(k + most)
                .Over(count * n);
        }

        RankRows(gpu, rows.Operand, places.Operand, null, a.Operand);
        gpu.Copy(Turned(a.Operand), launch.Operands[2]);
    }

    private static void RunSingular(in StructuralLaunch launch, GpuDevice gpu)
    {
        // The rows that are rotated are the shorter side's: of A, or of its transpose.
        var shape = launch.Operands[0].Layout.Shape;
        var isWide = shape[^2] < shape[^1];
        var from = isWide ? launch.Operands[0] : Turned(launch.Operands[0]);
        var dtype = gpu.Limits.HasFloat64 ? DType.Float64 : DType.Float32;
        var (rows, width, count) = (from.Layout.Shape[^2], from.Layout.Shape[^1], MatrixCount(from.Layout));
        var hasVectors = launch.Operands.Length > 2;
        using var a = gpu.Temporary(from.Layout.Shape, dtype);
        gpu.Copy(from, a.Operand);
        using var turns = gpu.Temporary(new([hasVectors ? count : 1, rows, rows]), dtype);
        using var scales = gpu.Temporary(new([count]), dtype);
        using var info = Info(gpu, from.Layout);
        using var lengths = gpu.Temporary(new([count, rows]), dtype);
        using var state = gpu.Temporary(new([count, 2]), DType.Int32);

        // Whole sweeps where they are short, else parts of one.
        var meetings = ((rows + 1) / 2 * 2) - 1;
        var pairs = (rows + 15) / 16 * ((width / 4) + (rows / 8) + 20);
        var sweeps = Math.Min(MostSweeps, InOneLaunch(meetings * pairs));
        var most = sweeps > 1 ? meetings : InOneLaunch(pairs);
        for (var sweep = 0L; sweep < MostSweeps; sweep += sweeps)
        {
            for (var meeting = 0L; meeting < meetings; meeting += most)
            {
                var end = Math.Min(meetings, meeting + most);
                var isLast = sweep + sweeps >= MostSweeps && end == meetings;
                gpu.Launch(Jacobi, dtype, hasVectors ? 1 : 0)
                    .Buffer(a.Operand).Buffer(turns.Operand).Buffer(scales.Operand).Buffer(lengths.Operand)
                    .Buffer(info.Operand).Buffer(state.Operand)
                    .Int(count).Int(rows).Int(width).Int(sweep + meeting == 0 ? 1 : 0).Int(isLast ? 1 : 0)
                    .Int(sweeps).Int(meeting).Int(end)
                    .Real(MostScale(dtype), dtype).Real(4 * Epsilon(dtype), dtype)
                    .Real(dtype == DType.Float64 ? 1e-290 : 1e-36, dtype)
                    .Groups(GroupsFor(count));
            }
        }

        CheckInfo(gpu, info.Operand, FactorFault.Svd);
        using var places = gpu.Temporary(new([count, rows]), DType.Int32);
        Rank(gpu, lengths.Operand, scales.Operand, launch.Operands[1], places.Operand, descending: true);
        if (!hasVectors)
            return;

        // The rotations are one side's vectors.
        var inner = isWide ? Turned(launch.Operands[2]) : launch.Operands[3];
        var outer = isWide ? launch.Operands[3] : Turned(launch.Operands[2]);
        using var ranked = gpu.Temporary(turns.Operand.Layout.Shape, dtype);
        RankRows(gpu, turns.Operand, places.Operand, null, ranked.Operand);
        gpu.Copy(ranked.Operand with { Layout = Layout.Contiguous(inner.Layout.Shape) }, inner);

        // The rows, divided by their lengths, are the other's; those without a length, and more, any that complete
        // the basis.
        using var known = gpu.Temporary(from.Layout.Shape, dtype);
        RankRows(gpu, a.Operand, places.Operand, lengths.Operand, known.Operand);
        gpu.Copy(known.Operand, a.Operand);
        using var basis = gpu.Temporary(outer.Layout.Shape, dtype);
        Reflect(gpu, a.Operand, basis.Operand);
        var whole = outer.Layout.Shape[^2];
        gpu.Launch(CompletedRows, dtype)
            .Buffer(basis.Operand).Buffer(known.Operand).Buffer(places.Operand).Buffer(lengths.Operand)
            .Int(count).Int(whole).Int(width).Int(rows)
            .Over(count * whole * width);
        gpu.Copy(basis.Operand, outer);
    }

    // What went wrong with each matrix.
    private static Temporary Info(GpuDevice gpu, Layout matrices) =>
        gpu.Temporary(new(matrices.Shape.ToArray()[..^2]), DType.Int32);

    // Numbers of each matrix in their order, and what it is.
    private static void Rank(
        GpuDevice gpu, in Operand numbers, in Operand scales, in Operand values, in Operand places, bool descending)
    {
        var (count, n) = (numbers.Layout.Shape[0], numbers.Layout.Shape[1]);
        using var ranked = gpu.Temporary(values.Layout.Shape, numbers.DType);
        gpu.Launch(RankedValues, numbers.DType, descending ? 1 : 0)
            .Buffer(numbers).Buffer(scales).Buffer(ranked.Operand).Buffer(places)
            .Int(count).Int(n)
            .Over(count * n, n);
        gpu.Copy(ranked.Operand, values);
    }

    private static void RankRows(
        GpuDevice gpu, in Operand from, in Operand places, Operand? lengths, in Operand to)
    {
        var (rows, width) = (from.Layout.Shape[^2], from.Layout.Shape[^1]);
        var count = places.Layout.Shape[0];
        gpu.Launch(RankedRows, from.DType, lengths is null ? 0 : 1)
            .Buffer(from).Buffer(places).Buffer(lengths ?? from).Buffer(to)
            .Int(count).Int(rows).Int(width)
            .Over(count * rows * width);
    }
}
