namespace KernelEngine.Cpu;

/// <summary>
/// What a convolution reads along one dimension: the result's places Start + q · Step, for q below Count, read the
/// input at q · InStep + offset, one offset for each tap.
/// </summary>
/// <remarks>
/// A convolution has one phase. A transposed one with stride s has s of them: the places of each residue by s read
/// adjacent places of the input, and only every s-th tap or so. Taps and their offsets are arithmetic progressions.
/// </remarks>
internal struct AxisPhase
{
    public nint Count;
    public nint Start;
    public nint Step;
    public nint InStep;
    public nint InSize;
    public nint OutSize;

    /// <summary>How many taps there are; tap j is at place TapFirst + j · TapStep of the kernel.</summary>
    public nint Taps;
    public nint TapFirst;
    public nint TapStep;
    public nint OffsetFirst;
    public nint OffsetStep;

    /// <summary>The least offset of a tap.</summary>
    public readonly nint Least => OffsetStep >= 0 ? OffsetFirst : OffsetFirst + (Taps - 1) * OffsetStep;

    /// <summary>The greatest offset less the least.</summary>
    public readonly nint Span => Math.Abs(OffsetStep) * (Taps - 1);

    /// <summary>The offset of a tap, from the least.</summary>
    public readonly nint Offset(nint tap) => OffsetFirst + tap * OffsetStep - Least;

    /// <summary>The one phase of a convolution.</summary>
    public static AxisPhase Direct(nint input, nint output, nint kernel, nint stride, nint padding, nint dilation) =>
        new()
        {
            Count = output,
            Step = 1,
            InStep = stride,
            InSize = input,
            OutSize = output,
            Taps = kernel,
            TapStep = 1,
            OffsetFirst = -padding,
            OffsetStep = dilation,
        };

    /// <summary>The phase of a residue, below the stride, of a transposed convolution.</summary>
    public static AxisPhase Transposed(
        nint input, nint output, nint kernel, nint stride, nint padding, nint dilation, nint residue)
    {
        var phase = new AxisPhase
        {
            Count = (output - residue + stride - 1) / stride,
            Start = residue,
            Step = stride,
            InStep = 1,
            InSize = input,
            OutSize = output,
        };
        phase.TapStep = stride / Divisor(stride, dilation);
        for (; phase.TapFirst < Math.Min(phase.TapStep, kernel); phase.TapFirst++)
        {
            // The first tap whose place in the input is a whole number; every TapStep-th after it has one.
            var place = residue + padding - phase.TapFirst * dilation;
            if (place % stride != 0) continue;
            phase.Taps = (kernel - phase.TapFirst + phase.TapStep - 1) / phase.TapStep;
            phase.OffsetFirst = place / stride;
            phase.OffsetStep = -(dilation * phase.TapStep / stride);
            break;
        }
        return phase;
    }

    private static nint Divisor(nint a, nint b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }
}
