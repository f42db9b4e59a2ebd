namespace KernelEngine;

/// <summary>Dimension arguments: negative ones count from the end.</summary>
internal static class Dimensions
{
    /// <summary>The dimension as a number from 0.</summary>
    /// <exception cref="TensorIndexException">It is out of range; a 0-dimensional tensor takes 0 and -1.</exception>
    public static int Wrap(long dimension, int rank)
    {
        var limit = Math.Max(rank, 1);
        if (dimension < -limit || dimension >= limit)
        {
            throw new TensorIndexException(
                $"Dimension out of range (expected to be in range of [{-limit}, {limit - 1}], but got {dimension})");
        }

        return (int)(dimension < 0 ? dimension + limit : dimension);
    }

    /// <summary>Which dimensions of a tensor are named.</summary>
    /// <exception cref="TensorException">One is out of range, or named twice.</exception>
    public static bool[] Mask(int rank, ReadOnlySpan<int> dimensions, bool all)
    {
        var mask = new bool[rank];
        if (all)
            Array.Fill(mask, true);
        foreach (var dimension in dimensions)
        {
            var d = Wrap(dimension, rank);
            if (rank == 0)
                continue;
            if (mask[d])
                throw new TensorRuntimeException($"dim {d} appears multiple times in the list of dims");
            mask[d] = true;
        }

        return mask;
    }

    /// <summary>
    /// What a reduction over some dimensions needs: the dimensions in order, kept ones first; the result's shape with
    /// reduced dimensions of size 1 and without them; and how many elements go into each result.
    /// </summary>
    public static (int[] Order, Shape Kept, Shape Dropped, long Count) Split(Shape shape, bool[] reduced)
    {
        var order = new int[shape.Rank];
        var kept = new long[shape.Rank];
        var dropped = new List<long>();
        var count = 1L;
        var next = 0;
        for (var i = 0; i < shape.Rank; i++)
        {
            kept[i] = reduced[i] ? 1 : shape[i];
            if (reduced[i])
                continue;
            order[next++] = i;
            dropped.Add(shape[i]);
        }

        for (var i = 0; i < shape.Rank; i++)
        {
            if (!reduced[i])
                continue;
            order[next++] = i;
            count *= shape[i];
        }

        return (order, new(kept), Shape.Create(dropped.ToArray()), count);
    }
}
