namespace KernelEngine.Gpu;

/// <content>A = Q · R by reflections.</content>
internal static partial class GpuKernels
{
    private static readonly ShaderKernel Reflections =
        ShaderKernel.Define("reflections", "linalg/reflections.kernel")
            .ReadsWrites("a").ReadsWrites("vs").ReadsWrites("factors")
            .Layout("a").Int("count").Int("steps").Int("rows").Int("width").Int("row").Int("begin").Int("end")
            .Includes("larger.shader", "groups.shader").Shared("partial", Element.C, 64)
            .Variants(DType.Float32, DType.Float64);

    private static readonly ShaderKernel ReflectedUnits =
        ShaderKernel.Define("reflected_units", "linalg/reflected_units.kernel")
            .Reads("vs").Reads("factors").ReadsWrites("dst")
            .Int("count").Int("steps").Int("rows").Int("width").Int("start").Int("begin").Int("end")
            .Shared("partial", Element.C, 64)
            .Variants(DType.Float32, DType.Float64);

    private static readonly ShaderKernel[] QrShaders = [Reflections, ReflectedUnits];

    private static void AddQr(Adding add) => add(Spectral.Qr.Name, GpuTypes.Reals, RunQr);

    private static void RunQr(in StructuralLaunch launch, GpuDevice gpu)
    {
        // The operand is Aᵀ: its rows are A's columns.
        using var a = RowMajor(launch.Operands[0], gpu);
        Operand? basis = null;
        using var q = launch.Operands.Length > 1 ? gpu.ContiguousTarget(launch.Operands[1]) : default;
        if (launch.Operands.Length > 1)
            basis = q.Operand;
        Reflect(gpu, a.Operand, basis);
        gpu.CopyBack(a, launch.Operands[0]);
        if (basis is not null)
            gpu.CopyBack(q, launch.Operands[1]);
    }

    /// <summary>Makes rows triangular, and rows that are a basis of what they span, and of more.</summary>
    private static void Reflect(GpuDevice gpu, in Operand a, Operand? basis)
    {
        var (rows, width) = (a.Layout.Shape[^2], a.Layout.Shape[^1]);
        var steps = Math.Min(rows, width);
        var count = MatrixCount(a.Layout);
        using var v = gpu.Temporary(new([count, steps, width]), a.DType);
        using var factors = gpu.Temporary(new([count, steps]), a.DType);
        var most = InOneLaunch(((rows / 8) + 1) * ((width / 4) + 10));
        for (var j = 0L; j < steps; j += most)
        {
            gpu.Launch(Reflections, a.DType).Buffer(a).Buffer(v.Operand).Buffer(factors.Operand)
                .Layout(Lead(a.Layout)).Int(count).Int(steps).Int(rows).Int(width).Int(a.Layout.Strides[^2])
                .Int(j).Int(Math.Min(steps, j + most))
                .Groups(GroupsFor(count));
        }

        if (basis is { } units)
            ReflectUnits(gpu, v.Operand, factors.Operand, units, 0);
    }

    /// <summary>Rows that are unit vectors after reflections, of which each begins behind the one before.</summary>
    private static void ReflectUnits(GpuDevice gpu, in Operand v, in Operand factors, in Operand units, long start)
    {
        var (count, steps) = (v.Layout.Shape[0], v.Layout.Shape[1]);
        var (rows, width) = (units.Layout.Shape[^2], units.Layout.Shape[^1]);
        if (units.Layout.ElementCount == 0)
            return;

        // From the last to the first, and the unit vectors themselves in any case.
        var most = InOneLaunch((width / 4) + 10);
        var end = steps;
        do
        {
            var begin = Math.Max(0, end - most);
            gpu.Launch(ReflectedUnits, units.DType).Buffer(v).Buffer(factors).Buffer(units)
                .Int(count).Int(steps).Int(rows).Int(width).Int(start).Int(begin).Int(end)
                .Groups(GroupsFor(count * ((rows + 7) / 8)));
            end = begin;
        }
        while (end > 0);
    }

    /// <summary>How many steps of so many rounds of a thread's loops are for one launch.</summary>
    /// <remarks>A launch must not take long, as a driver or a window system may give up on it; and llvmpipe leaves all
    /// loops of a thread after 65535 rounds together.</remarks>
    private static long InOneLaunch(long rounds) => Math.Max(1, 40_000 / Math.Max(1, rounds));

    private static long MatrixCount(Layout layout)
    {
        var count = 1L;
        foreach (var size in layout.Shape.AsSpan()[..^2])
            count *= size;
        return count;
    }
}
