using System.Runtime.InteropServices;
using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>A colour map as a bar, with its ends' values.</summary>
internal static class ColorBar
{
    private static readonly Dictionary<ColorMap, SKImage> Images = [];

    /// <summary>The colours, from below zero to above.</summary>
    public static void Paint(Drawing drawing, ColorMap colors, PixelRect area)
    {
        SKImage? image;
        lock (Images)
        {
            if (!Images.TryGetValue(colors, out image))
            {
                image = SKImage.FromPixelCopy(
                    new SKImageInfo(ColorMap.Count, 1, SKColorType.Rgba8888, SKAlphaType.Opaque),
                    MemoryMarshal.AsBytes(colors.Colors));
                Images[colors] = image;
            }
        }

        if (!area.IsEmpty)
            drawing.Image(image, area);
    }

    /// <summary>The colours with the values of both ends.</summary>
    /// <returns>Where the colours are; empty where there was no room for more than a number.</returns>
    public static PixelRect Paint(Drawing drawing, ColorMap colors, float scale, PixelRect area)
    {
        var theme = drawing.Theme;
        var end = NumberText.Short(scale);
        var side = (int)drawing.WidthOf("−" + end, theme.Small) + theme.Px(6);
        var line = area.Y + (area.Height / 2f) + theme.Px(4);
        if (area.Width < (2 * side) + theme.Px(24))
        {
            drawing.Text("± " + end, area.X, line, Theme.Quiet, theme.Small, width: area.Width);
            return default;
        }

        drawing.Text("−" + end, area.X, line, Theme.Quiet, theme.Small);
        drawing.Text("+" + end, area.Right, line, Theme.Quiet, theme.Small, 1);
        var bar = new PixelRect(
            area.X + side, area.Y + ((area.Height - theme.Px(6)) / 2), area.Width - (2 * side), theme.Px(6));
        Paint(drawing, colors, bar);
        return bar;
    }
}
