using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>A line of text, laid out.</summary>
/// <param name="Blob">Its glyphs; null where there is nothing to see.</param>
/// <param name="Width">In pixels.</param>
internal sealed record TextLine(SKTextBlob? Blob, float Width);

/// <summary>
/// Lays out text in the typeface that the viewer brings along, since bare machines have none, and remembers the lines
/// it was asked for lately. Digits are all equally wide, so that numbers that change stay where they are.
/// </summary>
internal sealed class Lettering : IDisposable
{
    private const int Most = 1500; // lines of a generation
    private static readonly Lazy<SKTypeface> Regular = new(() => Load("Inter-Regular.otf"));
    private static readonly Lazy<SKTypeface> SemiBold = new(() => Load("Inter-SemiBold.otf"));

    private readonly Dictionary<(float Size, bool IsStrong), Face> faces = [];
    private Dictionary<(string, float, bool), TextLine> young = [], old = [];

    /// <summary>A line of text.</summary>
    public TextLine Line(string text, float size, bool isStrong = false)
    {
        var key = (text, size, isStrong);
        if (young.TryGetValue(key, out var line))
            return line;
        if (!old.Remove(key, out line))
            line = Lay(text, FaceOf(size, isStrong));
        if (young.Count >= Most)
        {
            foreach (var forgotten in old.Values)
                forgotten.Blob?.Dispose();
            (old, young) = (young, []);
        }

        young[key] = line;
        return line;
    }

    /// <summary>A line no wider than a width; what is too long ends in an ellipsis.</summary>
    public TextLine Line(string text, float size, bool isStrong, float width)
    {
        var line = Line(text, size, isStrong);
        if (line.Width <= width)
            return line;
        if (width < size * 0.6f)
            return new TextLine(null, 0);
        var face = FaceOf(size, isStrong);
        var (left, kept) = (width - face.WidthOf("…"), 0);
        while (kept < text.Length && (left -= face.WidthOf(text.AsSpan(kept, 1))) >= 0)
            kept++;
        return Line(string.Concat(text.AsSpan(0, kept).TrimEnd(), "…"), size, isStrong);
    }

    public void Dispose()
    {
        foreach (var line in young.Values.Concat(old.Values))
            line.Blob?.Dispose();
        foreach (var face in faces.Values)
            face.Dispose();
    }

    private Face FaceOf(float size, bool isStrong)
    {
        if (!faces.TryGetValue((size, isStrong), out var face))
            faces[(size, isStrong)] = face = new Face(isStrong ? SemiBold.Value : Regular.Value, size);
        return face;
    }

    private static TextLine Lay(string text, Face face)
    {
        var (glyphs, places, width) = face.Place(text);
        if (glyphs.Length == 0)
            return new TextLine(null, width);
        using var builder = new SKTextBlobBuilder();
        builder.AddHorizontalRun(glyphs, face.Font, places, 0);
        return new TextLine(builder.Build(), width);
    }

    private static SKTypeface Load(string name)
    {
        using var stream = typeof(Lettering).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The viewer's assembly has no typeface {name}.");
        using var data = SKData.Create(stream);
        return SKTypeface.FromData(data);
    }

    /// <summary>A typeface of a size.</summary>
    private sealed class Face : IDisposable
    {
        private readonly ushort firstDigit, lastDigit;
        private readonly float digit;

        public Face(SKTypeface typeface, float size)
        {
            Font = new SKFont(typeface, size) { Subpixel = true, Hinting = SKFontHinting.Slight };
            var digits = new ushort[10];
            var widths = new float[10];
            Font.GetGlyphs("0123456789", digits);
            Font.GetGlyphWidths(digits, widths, []);
            (firstDigit, lastDigit, digit) = (digits.Min(), digits.Max(), widths.Max());
        }

        public SKFont Font { get; }

        public float WidthOf(ReadOnlySpan<char> text) => Place(text).Width;

        public (ushort[] Glyphs, float[] Places, float Width) Place(ReadOnlySpan<char> text)
        {
            var glyphs = new ushort[Font.CountGlyphs(text)];
            var (widths, places) = (new float[glyphs.Length], new float[glyphs.Length]);
            Font.GetGlyphs(text, glyphs);
            Font.GetGlyphWidths(glyphs, widths, []);
            var x = 0f;
            for (var i = 0; i < glyphs.Length; i++)
            {
                var isDigit = glyphs[i] >= firstDigit && glyphs[i] <= lastDigit;
                places[i] = x + (isDigit ? (digit - widths[i]) / 2 : 0);
                x += isDigit ? digit : widths[i];
            }

            return (glyphs, places, x);
        }

        public void Dispose() => Font.Dispose();
    }
}
