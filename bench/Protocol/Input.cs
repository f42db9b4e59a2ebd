namespace KernelEngine.Bench.Protocol;

/// <summary>What an input is filled with.</summary>
public enum Fill
{
    /// <summary>Numbers between -scale and scale.</summary>
    Uniform,
    /// <summary>Numbers between 0 and scale.</summary>
    Positive,
    /// <summary>Ones times scale.</summary>
    Constant,
    /// <summary>Whole numbers from 0 on, below scale.</summary>
    Index,
}

/// <summary>
/// An input as what it takes to make it, so that every contender makes the same one for itself, in whatever process.
/// </summary>
/// <param name="Shape">Its sizes.</param>
/// <param name="Fill">What it is filled with.</param>
/// <param name="Scale">How large the numbers are.</param>
/// <param name="Learns">Whether its gradient is wanted; a model's parameter.</param>
public sealed record Input(long[] Shape, Fill Fill = Fill.Uniform, double Scale = 1, bool Learns = false)
{
    /// <summary>How many elements there are.</summary>
    public long Count => Shape.Aggregate(1L, (a, b) => a * b);

    /// <summary>The elements of float32.</summary>
    /// <param name="place">Its place among the inputs, so that no two are alike.</param>
    public float[] Reals(int place)
    {
        var values = new float[Count];
        var factor = (float)Scale;
        for (var i = 0; i < values.Length; i++)
        {
            // The upper 24 bits: every number is exact in float32.
            var unit = (Mix(place, i) >> 40) * (1f / (1 << 24));
            values[i] = Fill switch
            {
                Fill.Constant => factor,
                Fill.Positive => unit * factor,
                _ => (unit - 0.5f) * 2 * factor,
            };
        }

        return values;
    }

    /// <summary>The elements of int64, where they are whole numbers.</summary>
    /// <inheritdoc cref="Reals"/>
    public long[] Wholes(int place)
    {
        var values = new long[Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = (long)(Mix(place, i) % (ulong)Scale);
        return values;
    }

    // SplitMix64 of a counter.
    private static ulong Mix(int place, int index)
    {
        var z = unchecked((((ulong)(uint)place + 1) << 40) + ((ulong)(uint)index + 1)) * 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
