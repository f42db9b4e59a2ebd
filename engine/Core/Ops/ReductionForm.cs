namespace KernelEngine;

/// <summary>What a reduction makes of a layout: which dimensions go, and the layouts of its operands.</summary>
internal readonly struct ReductionForm
{
    private readonly ulong reduced;

    /// <summary>Reduces some dimensions of a layout.</summary>
    /// <param name="input">The input's layout.</param>
    /// <param name="dimensions">The dimensions, negative from the end; all where empty.</param>
    /// <param name="keepDimensions">Whether the result has them still, with size 1.</param>
    /// <exception cref="TensorException">A dimension is out of range, or named twice.</exception>
    public ReductionForm(Layout input, ReadOnlySpan<int> dimensions, bool keepDimensions)
    {
        var rank = input.Rank;
        if (rank > 64)
            throw new TensorRuntimeException("only tensors with up to 64 dims are supported");
        IsAll = dimensions.IsEmpty;
        foreach (var dimension in dimensions)
        {
            var bit = 1UL << Dimensions.Wrap(dimension, rank);
            if ((reduced & bit) != 0)
            {
                throw new TensorRuntimeException(
                    $"dim {Dimensions.Wrap(dimension, rank)} appears multiple times in the list of dims");
            }

            reduced |= bit;
        }

        var everything = rank == 64 ? ulong.MaxValue : (1UL << rank) - 1;
        if (IsAll || rank == 0 || reduced == everything)
        {
            reduced = everything;
            ReducedRank = rank;
            Ordered = input;
            Kept = Layout.Scalar;
            Count = input.ElementCount;
            Result = keepDimensions && rank > 0 ? Layout.Contiguous(Ones(rank)) : Layout.Scalar;
            Broadcast = Result.Shape;
            return;
        }

        Span<int> order = stackalloc int[rank];
        var keptRank = rank - System.Numerics.BitOperations.PopCount(reduced);
        var (kept, broadcast) = (new long[keptRank], new long[rank]);
        int first = 0, second = keptRank;
        Count = 1;
        for (var i = 0; i < rank; i++)
        {
            if (IsReduced(i))
            {
                order[second++] = i;
                broadcast[i] = 1;
                Count *= input.Shape[i];
            }
            else
            {
                broadcast[i] = kept[first] = input.Shape[i];
                order[first++] = i;
            }
        }

        ReducedRank = rank - keptRank;
        Ordered = input.Permute(order);
        Kept = Layout.Contiguous(new Shape(kept));
        Broadcast = new(broadcast);
        Result = keepDimensions ? Layout.Contiguous(Broadcast) : Kept;
    }

    /// <summary>Whether no dimensions were named.</summary>
    public bool IsAll { get; }

    /// <summary>How many dimensions are reduced.</summary>
    public int ReducedRank { get; }

    /// <summary>The input with the dimensions that are kept first.</summary>
    public Layout Ordered { get; }

    /// <summary>The results without the reduced dimensions.</summary>
    public Layout Kept { get; }

    /// <summary>The results as the caller wants them.</summary>
    public Layout Result { get; }

    /// <summary>A shape of the results that broadcasts to the input's.</summary>
    public Shape Broadcast { get; }

    /// <summary>How many elements go into each result.</summary>
    public long Count { get; }

    /// <summary>Whether a dimension is reduced.</summary>
    public bool IsReduced(int dimension) => (reduced >> dimension & 1) != 0;

    private static Shape Ones(int rank)
    {
        var sizes = new long[rank];
        Array.Fill(sizes, 1);
        return new(sizes);
    }
}
