namespace KernelEngine.Cpu;

/// <summary>Where the rows of an operand begin: what lies along its last dimension is a row.</summary>
internal readonly struct RowPlaces
{
    private readonly long[] sizes, strides;

    public RowPlaces(in Operand operand)
    {
        var layout = operand.Layout;
        sizes = layout.Shape.AsSpan()[..^1].ToArray();
        strides = layout.Strides[..^1].ToArray();
        Step = (nint)layout.Strides[^1];
    }

    /// <summary>The step from one element of a row to the next.</summary>
    public nint Step { get; }

    /// <summary>The step from one row to the next within the last dimension but one.</summary>
    public nint Across => strides.Length > 0 ? (nint)strides[^1] : 0;

    /// <summary>How many rows from a row on are <see cref="Across"/> apart.</summary>
    public long Beside(long row) => sizes.Length > 0 ? sizes[^1] - (row % sizes[^1]) : 1;

    /// <summary>The place of a row's first element, from the operand's first.</summary>
    public nint Of(long row)
    {
        var place = 0L;
        for (var d = sizes.Length - 1; d > 0; d--)
        {
            var outer = row / sizes[d];
            place += (row - (outer * sizes[d])) * strides[d];
            row = outer;
        }

        return (nint)(sizes.Length > 0 ? place + (row * strides[0]) : 0);
    }
}
