namespace KernelEngine.Gpu;

/// <summary>
/// Offsets in ascending order and the places where they were, equal ones in their order: so that what goes to one place
/// is combined by one thread, in the same order each time.
/// </summary>
internal readonly struct SortedOffsets(Temporary sorted, Temporary places) : IDisposable
{
    /// <summary>The offsets, [n] in int64.</summary>
    public Temporary Sorted { get; } = sorted;

    /// <summary>Where they were, [n] in int64.</summary>
    public Temporary Places { get; } = places;

    /// <summary>Sorts offsets of any shape, taken in row-major order.</summary>
    public static SortedOffsets Of(in Operand offsets, GpuDevice gpu)
    {
        var shape = new Shape([offsets.Layout.ElementCount]);
        using var flat = gpu.Contiguous(offsets);
        var sorted = gpu.Temporary(shape, DType.Int64);
        var places = gpu.Temporary(shape, DType.Int64);
        gpu.Run(new StructuralLaunch
        {
            Kernel = Sorting.Sort,
            Operands =
                [flat.Operand with { Layout = flat.Operand.Layout.TryView(shape)! }, sorted.Operand, places.Operand],
            Integers = [0],
        });
        return new(sorted, places);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        Sorted.Dispose();
        Places.Dispose();
    }
}
