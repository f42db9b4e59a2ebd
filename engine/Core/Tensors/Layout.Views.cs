namespace KernelEngine;

/// <content>Layouts of parts.</content>
public sealed partial class Layout
{
    /// <summary>Two dimensions exchanged.</summary>
    internal Layout Swap(int first, int second)
    {
        if (first == second)
            return this;
        var sizes = Shape.ToArray();
        var swapped = (long[])strides.Clone();
        (sizes[first], sizes[second]) = (sizes[second], sizes[first]);
        (swapped[first], swapped[second]) = (swapped[second], swapped[first]);
        return new(new(sizes), swapped, Offset);
    }

    /// <summary>Without some dimensions, whose size is 1 or whose index is chosen by the offset.</summary>
    internal Layout Without(ReadOnlySpan<bool> dropped, long offset = 0)
    {
        var (sizes, kept) = (new List<long>(Rank), new List<long>(Rank));
        for (var i = 0; i < Rank; i++)
        {
            if (dropped[i])
                continue;
            sizes.Add(Shape[i]);
            kept.Add(strides[i]);
        }

        return new(new(sizes.ToArray()), kept.ToArray(), Offset + offset);
    }

    /// <summary>With a dimension of size 1 more at a place.</summary>
    internal Layout With(int place)
    {
        var step = place < Rank ? Shape[place] * strides[place] : 1;
        return new(
            [.. Shape.AsSpan()[..place], 1, .. Shape.AsSpan()[place..]],
            [.. strides.AsSpan(0, place), step, .. strides.AsSpan(place)], Offset);
    }

    /// <summary>Every step-th index of a dimension, a number of them, from a start.</summary>
    internal Layout Slice(int dimension, long start, long length, long step)
    {
        var sizes = Shape.ToArray();
        var stepped = (long[])strides.Clone();
        sizes[dimension] = length;
        stepped[dimension] *= step;
        return new(new(sizes), stepped, Offset + (start * strides[dimension]));
    }
}
