namespace KernelEngine.Cpu;

/// <summary>How the inputs of a reduction are gone through. The arrays lie in the caller's frame.</summary>
internal unsafe struct ReductionPlan
{
    private const long Short = 8;

    public ReductionProgram Program;
    public ReductionCode Code;
    public ReductionOrder Order;
    public long* Parameters;
    public int ParameterCount;
    public byte** Data;
    public long Kept;
    public int KeptRank;
    public int ReducedRank;
    public long* KeptSizes;
    public long* KeptStrides;
    public long* ReducedSizes;
    public long* ReducedStrides;
    public StateMemory Partials;

    /// <summary>Kept elements that are reduced together; 0 where each is reduced for itself.</summary>
    public int KeptBlock;

    /// <summary>How many tasks there are; they can be done in any order.</summary>
    public readonly long TaskCount =>
        Order.Chunks * (KeptBlock == 0 ? Kept : (Kept + KeptBlock - 1) / KeptBlock);

    public readonly ReadOnlySpan<long> LiftParameters => new(Parameters, Program.LiftParameters.Length);

    public readonly ReadOnlySpan<long> FinishParameters =>
        new(Parameters + Program.LiftParameters.Length, ParameterCount - Program.LiftParameters.Length);

    /// <summary>Sets shape and strides, and chooses the way through them.</summary>
    public void SetShape(ReadOnlySpan<Operand> inputs, Shape shape, int reducedRank)
    {
        var keptRank = shape.Rank;
        for (var d = 0; d < keptRank; d++)
            KeptSizes[d] = shape[d];
        var reduced = 1L;
        for (var d = 0; d < reducedRank; d++)
        {
            ReducedSizes[d] = inputs[0].Layout.Shape[keptRank + d];
            reduced *= ReducedSizes[d];
        }

        for (var k = 0; k < inputs.Length; k++)
        {
            var strides = inputs[k].Layout.Strides;
            strides[..keptRank].CopyTo(new(KeptStrides + (k * keptRank), keptRank));
            strides[keptRank..].CopyTo(new(ReducedStrides + (k * reducedRank), reducedRank));
        }

        KeptRank = Dimensions.CollapseInOrder(KeptSizes, KeptStrides, keptRank, inputs.Length);
        ReducedRank = Dimensions.CollapseInOrder(ReducedSizes, ReducedStrides, reducedRank, inputs.Length);
        Order = new(reduced);
        if (Kept < Short || !IsAcross(inputs.Length))
            return;

        // The states of a block of kept elements stay in the first-level cache.
        var width = 0;
        for (var i = 0; i < Code.StateCount; i++)
            width += Code.WidthOf(i);
        var most = 24 * 1024 / (Order.Lanes * width);
        KeptBlock = (int)Math.Min(Math.Clamp(most & ~15, 64, StateRunner.MostLanes), (Kept + 15) & ~15);
    }

    /// <summary>The place of an element in the storage, in elements.</summary>
    public static long Offset(long place, int rank, long* sizes, long* strides)
    {
        if (rank == 1)
            return place * strides[0];
        var offset = 0L;
        for (var d = rank - 1; d >= 0; d--)
        {
            var outer = place / sizes[d];
            offset += (place - (outer * sizes[d])) * strides[d];
            place = outer;
        }

        return offset;
    }

    // Across the reduced elements where they are few, or where the kept ones lie closer together.
    private readonly bool IsAcross(int inputs)
    {
        if (Order.Elements <= Short * 2)
            return true;
        long reducedStep = 0, keptStep = 0;
        for (var k = 0; k < inputs; k++)
        {
            reducedStep += Math.Min(16, Math.Abs(ReducedStrides[(k * ReducedRank) + ReducedRank - 1]));
            keptStep += Math.Min(16, Math.Abs(KeptStrides[(k * KeptRank) + KeptRank - 1]));
        }

        return keptStep < reducedStep;
    }
}
