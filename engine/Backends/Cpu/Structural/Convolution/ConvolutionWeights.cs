namespace KernelEngine.Cpu;

/// <summary>The left side of a convolution's products: a row for each channel of the result in a group.</summary>
internal unsafe struct ConvolutionWeights
{
    /// <summary>The first element that is computed with.</summary>
    public byte* First;

    /// <summary>Elements from one group to the next.</summary>
    public nint Group;

    /// <summary>Elements from a row to the next, where they are not packed.</summary>
    public nint Row;

    /// <summary>Whether register blocks of rows lie side by side, one after the other.</summary>
    public bool IsPacked;

    /// <summary>Elements of all packed blocks.</summary>
    public static nint PackedSize(in ConvolutionPlan plan, nint block) =>
        plan.Groups * ((plan.Rows + block - 1) / block) * block * plan.Depth;

    /// <summary>
    /// Packs the taps of a phase: to[group][block of rows][channel, tap][row], converted to what is computed in.
    /// </summary>
    /// <param name="plan">The convolution.</param>
    /// <param name="weight">The operand's first element.</param>
    /// <param name="layout">The operand, of five dimensions.</param>
    /// <param name="transposed">Whether the operand's first dimension is the input's channels.</param>
    /// <param name="block">Rows of a register block.</param>
    /// <param name="to">Where they go.</param>
    public static void Pack<T, TReal, TElement>(
        in ConvolutionPlan plan, T* weight, Layout layout, bool transposed, nint block, TReal* to)
        where T : unmanaged where TReal : unmanaged where TElement : struct, IElement<T, TReal>
    {
        var (outer, inner) = ((nint)layout.Strides[0], (nint)layout.Strides[1]);
        var (row, channel) = transposed ? (inner, outer) : (outer, inner);
        var group = outer * (transposed ? plan.Channels : plan.Rows);
        var (d, h, w) = ((nint)layout.Strides[2], (nint)layout.Strides[3], (nint)layout.Strides[4]);
        weight += plan.D.TapFirst * d + plan.H.TapFirst * h + plan.W.TapFirst * w;
        (d, h, w) = (d * plan.D.TapStep, h * plan.H.TapStep, w * plan.W.TapStep);
        for (nint g = 0; g < plan.Groups; g++)
        {
            for (nint r = 0; r < plan.Rows; r += block)
            {
                var rows = Math.Min(block, plan.Rows - r);
                for (nint c = 0; c < plan.Channels; c++)
                {
                    for (nint i = 0; i < plan.D.Taps; i++)
                    {
                        for (nint j = 0; j < plan.H.Taps; j++)
                        {
                            var from = weight + (g * group + r * row + c * channel + i * d + j * h);
                            for (nint k = 0; k < plan.W.Taps; k++, from += w, to += block)
                                for (nint b = 0; b < rows; b++) to[b] = TElement.Load(from[b * row]);
                        }
                    }
                }
            }
        }
    }
}
