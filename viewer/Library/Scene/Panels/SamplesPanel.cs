using System.Runtime.InteropServices;
using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>Test pictures with what the network takes them for; the wrong ones are marked.</summary>
internal sealed class SamplesPanel(PixelRect bounds) : Panel(bounds)
{
    private SKImage? image; // all pictures, one below the other
    private float[]? imaged;
    private readonly List<(PixelRect Place, int Sample)> places = [];

    protected override object KeyOf(SceneState state) => (state.Shown?.Samples, state.Newest is null);

    public override IReadOnlyList<string>? TipAt(SceneState state, float x, float y)
    {
        var found = places.FindIndex(p => p.Place.Contains(x, y));
        if (found < 0 || state.Shown?.Samples is not { } strip || places[found].Sample >= strip.Samples.Count)
            return null;
        var sample = strip.Samples[places[found].Sample];
        return sample.IsWrong
            ? [$"taken for {sample.Prediction}, but it is {sample.Label}", $"{NumberText.Percent(sample.Sure)} sure"]
            : [$"{sample.Label}, as it should be", $"{NumberText.Percent(sample.Sure)} sure"];
    }

    protected override void Paint(Drawing drawing, SceneState state)
    {
        var theme = drawing.Theme;
        places.Clear();
        var strip = state.Shown?.Samples;
        var wrong = strip?.Samples.Count(s => s.IsWrong) ?? 0;
        var area = PaintCard(
            drawing, "Test samples", strip is null ? "" : wrong == 0 ? "all right" : $"{wrong} of {strip.Samples.Count} wrong");
        if (strip is null || strip.Samples.Count == 0)
        {
            PaintWords(drawing, area, state.Newest is null ? "waiting for the first step" : "none were given to the viewer");
            return;
        }

        Read(strip);
        var (scale, columns) = Grid(theme, area, strip);
        var (wide, high) = (scale * strip.Width, scale * strip.Height);
        // What is left over goes between them.
        var lines = (strip.Samples.Count + columns - 1) / columns;
        var acrossGap = columns < 2 ? 0
            : Math.Clamp((area.Width - (columns * wide)) / (columns - 1), theme.Px(7), theme.Px(24));
        var row = high + Math.Clamp((area.Height / lines) - high, theme.Px(24), theme.Px(36));
        // Where not all have room, those that it gets wrong come first.
        var fits = columns * Math.Max(0, (area.Height + row - high - theme.Px(16)) / row);
        var order = Enumerable.Range(0, strip.Samples.Count);
        if (fits < strip.Samples.Count)
            order = order.OrderByDescending(k => strip.Samples[k].IsWrong).Take(fits);
        foreach (var (at, i) in order.Index())
        {
            var (x, y) = (area.X + (at % columns * (wide + acrossGap)), area.Y + (at / columns * row));
            var sample = strip.Samples[i];
            var place = new PixelRect(x, y, wide, high);
            drawing.Canvas.DrawImage(
                image, new SKRect(0, i * strip.Height, strip.Width, (i + 1) * strip.Height),
                new SKRect(x, y, x + wide, y + high));
            if (sample.IsWrong)
                drawing.Frame(new(x - 2, y - 2, wide + 4, high + 4), Theme.Bad, theme.Px(2), theme.Px(2));
            var words = !sample.IsWrong ? sample.Prediction : $"{sample.Prediction}, is {sample.Label}";
            if (sample.IsWrong && drawing.WidthOf(words, theme.Small, true) > wide + acrossGap - 2)
                words = $"{sample.Prediction} ≠ {sample.Label}";
            drawing.Text(
                words, x + (wide / 2f),
                y + high + theme.Px(14), sample.IsWrong ? Theme.Bad : Theme.Quiet, theme.Small, 0.5f,
                isStrong: sample.IsWrong, width: wide + acrossGap - 2);
            places.Add((place with { Height = row }, i));
        }
    }

    /// <summary>The largest whole scale at which all pictures are seen; else the smallest that can be read.</summary>
    private static (int Scale, int Columns) Grid(Theme theme, PixelRect area, SampleStrip strip)
    {
        var least = Math.Max(1, theme.Px(40) / Math.Max(1, Math.Min(strip.Width, strip.Height)));
        for (var scale = Math.Max(least, Math.Max(1, area.Width / strip.Width)); ; scale--)
        {
            var columns = Math.Max(1, (area.Width + theme.Px(7)) / ((scale * strip.Width) + theme.Px(7)));
            var rows = area.Height / ((scale * strip.Height) + theme.Px(24));
            if (scale <= least || (columns * rows >= strip.Samples.Count && scale * strip.Width <= theme.Px(110)))
                return (scale, columns);
        }
    }

    private void Read(SampleStrip strip)
    {
        if (ReferenceEquals(imaged, strip.Pixels))
            return;
        var size = strip.Width * strip.Height;
        var pixels = new uint[strip.Samples.Count * size];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (sample, at) = (i / size, i % size);
            uint Channel(int channel) =>
                (uint)Math.Clamp(255 * strip.Pixels[(((sample * strip.Channels) + channel) * size) + at], 0, 255);
            var red = Channel(0);
            pixels[i] = 0xFF000000 | (strip.Channels < 3 ? red * 0x010101 : red | (Channel(1) << 8) | (Channel(2) << 16));
        }

        image?.Dispose();
        image = SKImage.FromPixelCopy(
            new SKImageInfo(strip.Width, strip.Height * strip.Samples.Count, SKColorType.Rgba8888, SKAlphaType.Opaque),
            MemoryMarshal.AsBytes(pixels.AsSpan()));
        imaged = strip.Pixels;
    }
}
