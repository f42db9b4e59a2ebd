namespace KernelEngine.Viewing;

/// <summary>
/// Diverging colour maps from published control points, all of them legible for the colour-blind: below zero they are
/// cold, above zero warm. On a dark window a dark zero is quiet, and what is large shines; the others have a white zero,
/// for print.
/// </summary>
internal static class ColorMaps
{
    /// <summary>Blue, black, red; perceptually uniform. Fabio Crameri's Scientific Colour Maps.</summary>
    public static ColorMap Berlin { get; } = Of(
        "berlin",
        (0, 0x9EB0FF), (0.071, 0x74AAEB), (0.143, 0x489ACA), (0.167, 0x3E90BC), (0.214, 0x2F789C), (0.286, 0x225771),
        (0.333, 0x1A4256), (0.357, 0x163849), (0.429, 0x101D25), (0.5, 0x190C09), (0.571, 0x2D0E00), (0.6, 0x371000),
        (0.643, 0x471401), (0.667, 0x501803), (0.714, 0x68240F), (0.8, 0x964A36), (0.833, 0xA65948), (0.857, 0xB46658),
        (1, 0xFFADAD));

    /// <summary>Blue, plum, yellow; perceptually uniform. Fabio Crameri's managua, turned round.</summary>
    public static ColorMap Managua { get; } = Of(
        "managua",
        (0, 0x81E7FF), (0.063, 0x76C7EC), (0.125, 0x6BAADA), (0.188, 0x608EC7), (0.251, 0x5775B3), (0.314, 0x505D9C),
        (0.376, 0x4C457F), (0.439, 0x4E3260), (0.5, 0x572948), (0.561, 0x692B3C), (0.624, 0x813939), (0.686, 0x9A4C3D),
        (0.749, 0xB16243), (0.812, 0xC5794A), (0.875, 0xD89353), (0.937, 0xEBB05D), (1, 0xFFCF67));

    /// <summary>Blue, white, red. ColorBrewer's RdBu, turned round.</summary>
    public static ColorMap RedBlue { get; } = Even(
        "RdBu", 0x053061, 0x2166AC, 0x4393C3, 0x92C5DE, 0xD1E5F0, 0xF7F7F7, 0xFDDBC7, 0xF4A582, 0xD6604D, 0xB2182B, 0x67001F);

    /// <summary>Purple, white, orange. ColorBrewer's PuOr, turned round.</summary>
    public static ColorMap PurpleOrange { get; } = Even(
        "PuOr", 0x2D004B, 0x542788, 0x8073AC, 0xB2ABD2, 0xD8DAEB, 0xF7F7F7, 0xFEE0B6, 0xFDB863, 0xE08214, 0xB35806, 0x7F3B08);

    /// <summary>All of them; the first one is what the window begins with.</summary>
    public static IReadOnlyList<ColorMap> All { get; } = [Berlin, Managua, RedBlue, PurpleOrange];

    private static ColorMap Even(string name, params int[] colors) =>
        Of(name, [.. colors.Select((c, i) => ((double)i / (colors.Length - 1), c))]);

    /// <summary>256 colours between control points, 0xRRGGBB.</summary>
    private static ColorMap Of(string name, params (double Place, int Color)[] points)
    {
        var colors = new uint[ColorMap.Count];
        for (var i = 0; i < colors.Length; i++)
        {
            var place = i / (ColorMap.Count - 1.0);
            var next = Math.Max(1, Array.FindIndex(points, p => p.Place >= place));
            var (from, to) = (points[next - 1], points[next]);
            var share = (place - from.Place) / (to.Place - from.Place);
            uint Part(int shift)
            {
                var (a, b) = ((from.Color >> shift) & 255, (to.Color >> shift) & 255);
                return (uint)Math.Round(a + (share * (b - a)));
            }

            colors[i] = 0xFF000000 | (Part(0) << 16) | (Part(8) << 8) | Part(16);
        }

        return new ColorMap(name, colors);
    }
}
