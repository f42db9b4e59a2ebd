namespace KernelEngine;

/// <summary>Dimension arguments: negative ones count from the end.</summary>
internal static partial class Dimensions
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
}
