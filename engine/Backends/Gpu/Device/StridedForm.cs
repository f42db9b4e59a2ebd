namespace KernelEngine.Gpu;

/// <summary>A layout with as few dimensions as its strides allow.</summary>
internal static class StridedForm
{
    /// <summary>
    /// Leaves out dimensions of size 1 and merges those that lie one after the other, so that the elements keep their
    /// row-major order.
    /// </summary>
    /// <param name="layout">The layout.</param>
    /// <param name="sizes">Room for as many sizes as the layout has, and at least one.</param>
    /// <param name="strides">Room for as many strides, in elements.</param>
    /// <returns>How many dimensions are left: at least one.</returns>
    public static int Merge(Layout layout, Span<long> sizes, Span<long> strides) =>
        Merge(layout.Shape.AsSpan(), layout.Strides, sizes, strides);

    /// <inheritdoc cref="Merge(Layout, Span{long}, Span{long})"/>
    /// <param name="fromSizes">The sizes.</param>
    /// <param name="fromStrides">A stride for each.</param>
    /// <param name="sizes">Room for as many sizes, and at least one.</param>
    /// <param name="strides">Room for as many strides.</param>
    public static int Merge(
        ReadOnlySpan<long> fromSizes, ReadOnlySpan<long> fromStrides, Span<long> sizes, Span<long> strides)
    {
        var rank = 0;
        for (var i = 0; i < fromSizes.Length; i++)
        {
            var (size, stride) = (fromSizes[i], fromStrides[i]);
            if (size == 1)
                continue;
            if (rank > 0 && strides[rank - 1] == stride * size)
            {
                sizes[rank - 1] *= size;
                strides[rank - 1] = stride;
                continue;
            }

            sizes[rank] = size;
            strides[rank++] = stride;
        }

        if (rank > 0)
            return rank;
        sizes[0] = 1;
        strides[0] = 1;
        return 1;
    }
}
