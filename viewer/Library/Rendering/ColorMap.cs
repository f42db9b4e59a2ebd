namespace KernelEngine.Viewing;

/// <summary>
/// Colours of values from -scale to scale: 256 of them, and one for what is no number. Every renderer takes the entry
/// <see cref="IndexOf"/>, so that all of them show the same.
/// </summary>
internal sealed class ColorMap
{
    /// <summary>How many colours there are.</summary>
    public const int Count = 256;

    /// <summary>The colour of NaN, which no map has.</summary>
    public const uint NotANumber = 0xFFFF00FF;

    private readonly uint[] colors;

    /// <param name="name">What the user reads.</param>
    /// <param name="colors">256 colours, each 0xAABBGGRR: red in the lowest byte.</param>
    public ColorMap(string name, uint[] colors)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(colors.Length, Count);
        (Name, this.colors) = (name, colors);
    }

    /// <summary>What the user reads.</summary>
    public string Name { get; }

    /// <summary>The colours, each 0xAABBGGRR: red in the lowest byte, opaque.</summary>
    public ReadOnlySpan<uint> Colors => colors;

    /// <summary>The entry of a value: 0 at -scale and below, 255 at scale and above.</summary>
    /// <param name="value">A number; not NaN.</param>
    /// <param name="inverseScale">1 / scale.</param>
    public static int IndexOf(float value, float inverseScale) =>
        (int)((Math.Clamp(value * inverseScale, -1f, 1f) * 127.5f) + 128f) is var index && index > 255 ? 255 : index;

    /// <summary>The colour of a value.</summary>
    public uint this[float value, float inverseScale] =>
        float.IsNaN(value) ? NotANumber : colors[IndexOf(value, inverseScale)];
}
