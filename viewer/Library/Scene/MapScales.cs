namespace KernelEngine.Viewing;

/// <summary>How the scale of a heat map is chosen.</summary>
internal enum ScaleMode
{
    /// <summary>99 % of the elements are within it, so that a few large ones do not darken all others.</summary>
    Most,

    /// <summary>The largest element is within it.</summary>
    Largest,

    /// <summary>It stays as it is.</summary>
    Fixed,
}

/// <summary>
/// The scales of the heat maps: which value has the last colour. They follow the elements in steps, so that colours do
/// not flicker: a scale is held until the elements outgrow it, or fill less than 70 % of it.
/// </summary>
internal sealed class MapScales
{
    private readonly Dictionary<MapKey, (float Scale, MapValues? Of)> held = [];

    /// <summary>How they are chosen.</summary>
    public ScaleMode Mode
    {
        get;
        set
        {
            field = value;
            if (value != ScaleMode.Fixed)
                held.Clear();
        }
    }

    /// <summary>The user's factor on all of them.</summary>
    public float Factor { get; set; } = 1;

    /// <summary>The scale of a heat map, now that it shows these elements.</summary>
    public float Of(MapKey key, ParameterInfo parameter, Frame? frame, MapValues? values)
    {
        var (scale, of) = held.GetValueOrDefault(key);
        if (scale > 0 && (Mode == ScaleMode.Fixed || ReferenceEquals(values, of)))
            return scale * Factor;
        var target = Target(key, frame, values);
        if (float.IsFinite(target) && target > 0)
        {
            if (target > scale || target < 0.7f * scale)
                scale = target * 1.1f;
            held[key] = (scale, values);
        }

        // Before anything is known: three deviations of usual initial weights.
        return Factor * (scale > 0 ? scale : 1.7f / MathF.Sqrt(
            Math.Max(1, parameter.Shape.ElementCount / Math.Max(1, parameter.Shape.Rank > 1 ? parameter.Shape[0] : 1))));
    }

    private float Target(MapKey key, Frame? frame, MapValues? values)
    {
        var share = Mode == ScaleMode.Largest ? 1 : 0.99;
        if (values is HostValues host)
            return Within(host.Values, share);
        if (frame is null || key.Parameter >= frame.Parameters.Count)
            return float.NaN;
        var statistics = frame.Parameters[key.Parameter];
        return key.Kind == MapKind.Gradient
            ? statistics.GradientMax * (share < 1 ? 0.5f : 1)
            : share < 1 && Math.Abs(statistics.Mean) + (2.6f * statistics.Deviation) is var most && most > 0
                ? Math.Min(most, statistics.Largest)
                : statistics.Largest;
    }

    /// <summary>The absolute value that a share of the elements do not exceed, to 1/256 of the largest.</summary>
    private static float Within(ReadOnlySpan<float> values, double share)
    {
        var largest = 0f;
        foreach (var value in values)
        {
            var size = Math.Abs(value);
            if (size > largest && float.IsFinite(size))
                largest = size;
        }

        if (share >= 1 || largest == 0)
            return largest;
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        var finite = 0;
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
                continue;
            counts[(int)(Math.Abs(value) / largest * 255)]++;
            finite++;
        }

        var left = share * finite;
        for (var i = 0; i < counts.Length; i++)
        {
            left -= counts[i];
            if (left <= 0)
                return largest * (i + 1) / 256;
        }

        return largest;
    }
}
