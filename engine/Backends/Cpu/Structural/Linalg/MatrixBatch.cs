namespace KernelEngine.Cpu;

/// <summary>The matrices of an operand by number: where each begins, and how far its rows and columns are apart.
/// </summary>
/// <remarks>Sizes and strides of the dimensions before lie in memory of the caller's frame.</remarks>
internal unsafe readonly struct MatrixBatch<T> where T : unmanaged
{

    private readonly T* first;
    private readonly long* numbers;
    private readonly int lead;

    /// <param name="operand">The operand.</param>
    /// <param name="first">Its first element.</param>
    /// <param name="inner">How many of the last dimensions each member has: 2, 1 or 0.</param>
    /// <param name="numbers">Room for two numbers for each dimension before.</param>
    public MatrixBatch(in Operand operand, void* first, int inner, long* numbers)
    {
        this.first = (T*)first;
        this.numbers = numbers;
        var layout = operand.Layout;
        lead = layout.Rank - inner;
        for (var d = 0; d < lead; d++)
        {
            numbers[2 * d] = layout.Shape[d];
            numbers[(2 * d) + 1] = layout.Strides[d];
        }

        if (inner == 2)
        {
            (Rows, Columns) = ((nint)layout.Shape[^2], (nint)layout.Shape[^1]);
            (RowStride, ColumnStride) = ((nint)layout.Strides[^2], (nint)layout.Strides[^1]);
        }
        else if (inner == 1)
            (Rows, Columns, RowStride) = ((nint)layout.Shape[^1], 1, (nint)layout.Strides[^1]);
    }

    public nint Rows { get; }

    public nint Columns { get; }

    public nint RowStride { get; }

    public nint ColumnStride { get; }

    /// <summary>How many there are.</summary>
    public long Count
    {
        get
        {
            var count = 1L;
            for (var d = 0; d < lead; d++)
                count *= numbers[2 * d];
            return count;
        }
    }

    /// <summary>Where one begins.</summary>
    public T* this[long index]
    {
        get
        {
            var place = first;
            for (var d = lead - 1; d >= 0; d--)
            {
                var outer = index / numbers[2 * d];
                place += (index - (outer * numbers[2 * d])) * numbers[(2 * d) + 1];
                index = outer;
            }

            return place;
        }
    }
}
