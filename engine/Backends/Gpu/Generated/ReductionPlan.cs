namespace KernelEngine.Gpu;

/// <summary>How the operands of a reduction are gone through. The arrays lie in the caller's frame.</summary>
internal unsafe ref struct ReductionPlan
{
    public GpuDevice Gpu;
    public ReductionProgram Program;
    public ReadOnlySpan<Operand> Inputs;
    public ReadOnlySpan<Operand> Outputs;
    public ReadOnlySpan<long> Parameters;

    /// <summary>How many elements are kept.</summary>
    public long Kept;

    /// <summary>How many are reduced to each.</summary>
    public long Reduced;

    /// <summary>The place of the first among the reduced ones.</summary>
    public long FirstPlace;

    public int KeptRank;
    public int ReducedRank;
    public long* KeptSizes;

    /// <summary>Of the inputs, then of the outputs.</summary>
    public long* KeptStrides;

    public long* ReducedSizes;

    /// <summary>Of the inputs.</summary>
    public long* ReducedStrides;

    /// <summary>Where each operand begins, in elements.</summary>
    public long* Offsets;

    /// <summary>Sets sizes and strides, ordered and merged.</summary>
    public void SetShape(Shape shape, int reducedRank)
    {
        int keptRank = shape.Rank, count = Inputs.Length + Outputs.Length;
        shape.AsSpan().CopyTo(new(KeptSizes, keptRank));
        Inputs[0].Layout.Shape.AsSpan()[keptRank..].CopyTo(new(ReducedSizes, reducedRank));
        for (var k = 0; k < count; k++)
        {
            var layout = k < Inputs.Length ? Inputs[k].Layout : Outputs[k - Inputs.Length].Layout;
            var strides = layout.Strides;
            strides[..keptRank].CopyTo(new(KeptStrides + (k * keptRank), keptRank));
            if (k < Inputs.Length)
                strides[keptRank..].CopyTo(new(ReducedStrides + (k * reducedRank), reducedRank));
            Offsets[k] = layout.Offset;
        }

        // Neighbours in the inputs' memory are gone through together; only places want row-major order.
        KeptRank = Dimensions.Collapse(KeptSizes, KeptStrides, keptRank, count, 0);
        ReducedRank = Program.UsesPlace
            ? Dimensions.CollapseInOrder(ReducedSizes, ReducedStrides, reducedRank, Inputs.Length)
            : Dimensions.Collapse(ReducedSizes, ReducedStrides, reducedRank, Inputs.Length, 0);
        Count();
    }

    /// <summary>Counts the elements.</summary>
    public void Count()
    {
        Kept = Reduced = 1;
        for (var d = 0; d < KeptRank; d++)
            Kept *= KeptSizes[d];
        for (var d = 0; d < ReducedRank; d++)
            Reduced *= ReducedSizes[d];
    }

    /// <summary>Whether a launch can count everything.</summary>
    public readonly bool Fits()
    {
        var most = LaunchShape.MostElements;
        if (Kept > most || Reduced > most)
            return false;
        for (var k = 0; k < Inputs.Length + Outputs.Length; k++)
        {
            var extent = Extent(KeptSizes, KeptStrides + (k * KeptRank), KeptRank);
            if (k < Inputs.Length)
                extent += Extent(ReducedSizes, ReducedStrides + (k * ReducedRank), ReducedRank);
            if (extent > most)
                return false;
        }

        return true;
    }

    /// <summary>How an input lies along the last kept or reduced dimension.</summary>
    public readonly Pace PaceOf(int input, bool isKept) => Size(isKept) == 1 ? Pace.Unit :
        Step(input, isKept) switch { 1 => Pace.Unit, 0 => Pace.Repeat, _ => Pace.Stride };

    /// <summary>Whether all inputs lie closely along the last kept or reduced dimension.</summary>
    public readonly bool IsClose(bool isKept)
    {
        for (var k = 0; k < Inputs.Length; k++)
        {
            if (Step(k, isKept) is not 0 and not 1)
                return false;
        }

        return true;
    }

    /// <summary>Whether elements that are kept lie closer together than those that are reduced.</summary>
    public readonly bool IsAcross()
    {
        long reduced = 0, kept = 0;
        for (var k = 0; k < Inputs.Length; k++)
        {
            reduced += Reduced == 1 ? 16 : Math.Min(16, Math.Abs(Step(k, isKept: false)));
            kept += Kept == 1 ? 16 : Math.Min(16, Math.Abs(Step(k, isKept: true)));
        }

        return kept < reduced;
    }

    private readonly long Size(bool isKept) =>
        isKept ? KeptSizes[KeptRank - 1] : ReducedSizes[ReducedRank - 1];

    private readonly long Step(int input, bool isKept) => isKept
        ? KeptStrides[(input * KeptRank) + KeptRank - 1]
        : ReducedStrides[(input * ReducedRank) + ReducedRank - 1];

    private static long Extent(long* sizes, long* strides, int rank)
    {
        var extent = 0L;
        for (var d = 0; d < rank; d++)
            extent += Math.Abs(strides[d]) * (sizes[d] - 1);
        return extent;
    }
}
