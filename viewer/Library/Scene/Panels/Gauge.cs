using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>A number as a small bar with its name above it.</summary>
internal static class Gauge
{
    /// <summary>A share of 0 to 1 as a bar; NaN where there is none.</summary>
    public static void Paint(Drawing drawing, PixelRect area, string name, double share, SKColor color)
    {
        var track = Track(drawing, area, name, !double.IsNaN(share));
        if (double.IsNaN(share))
            return;
        var width = (int)Math.Round(Math.Clamp(share, 0, 1) * track.Width);
        if (width > 0)
            drawing.Round(track with { Width = width }, color, track.Height / 2f);
    }

    /// <summary>A value as a mark on a scale with a band of good ones.</summary>
    public static void PaintBand(
        Drawing drawing, PixelRect area, string name, double value, double least, double most, double from, double to,
        SKColor color)
    {
        var track = Track(drawing, area, name, !double.IsNaN(value));
        float At(double of) => track.X + (float)(Math.Clamp((of - least) / (most - least), 0, 1) * track.Width);
        drawing.Fill(At(from), track.Y, At(to) - At(from), track.Height, Theme.Good.WithAlpha(70));
        if (!double.IsNaN(value))
            drawing.Dot(Math.Clamp(At(value), track.X + 2, track.Right - 2), track.Y + (track.Height / 2f), drawing.Theme.Px(3), color);
    }

    private static PixelRect Track(Drawing drawing, PixelRect area, string name, bool isKnown)
    {
        var theme = drawing.Theme;
        drawing.Text(
            name, area.X, area.Y + theme.Px(6), isKnown ? Theme.Quiet : Theme.Faint, 9.5f * theme.Density, width: area.Width);
        var track = new PixelRect(area.X, area.Y + theme.Px(11), area.Width, theme.Px(4));
        drawing.Round(track, isKnown ? Theme.Rule : Theme.Raised, track.Height / 2f);
        return track;
    }
}
