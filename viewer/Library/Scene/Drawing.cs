using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>What panels draw with: shapes and text on the canvas, in the theme's sizes.</summary>
internal sealed class Drawing(SKCanvas canvas, Theme theme, Lettering lettering) : IDisposable
{
    private readonly SKPaint fill = new() { IsAntialias = true };
    private readonly SKPaint flat = new();
    private readonly SKPaint stroke = new()
    {
        IsAntialias = true,
        Style = SKPaintStyle.Stroke,
        StrokeJoin = SKStrokeJoin.Bevel,
    };

    private readonly SKPaint clear = new() { BlendMode = SKBlendMode.Clear };

    public SKCanvas Canvas => canvas;

    public Theme Theme => theme;

    public Lettering Lettering => lettering;

    /// <summary>Fills whole pixels.</summary>
    public void Fill(PixelRect area, SKColor color)
    {
        flat.Color = color;
        canvas.DrawRect(area.X, area.Y, area.Width, area.Height, flat);
    }

    /// <summary>Fills a rectangle that may begin and end between pixels.</summary>
    public void Fill(float x, float y, float width, float height, SKColor color)
    {
        fill.Color = color;
        canvas.DrawRect(x, y, width, height, fill);
    }

    /// <summary>Fills a rectangle with round corners.</summary>
    public void Round(PixelRect area, SKColor color, float radius)
    {
        fill.Color = color;
        canvas.DrawRoundRect(area.X, area.Y, area.Width, area.Height, radius, radius, fill);
    }

    /// <summary>The outline of a rectangle with round corners, inside it.</summary>
    public void Frame(PixelRect area, SKColor color, float radius, float width = 1)
    {
        (stroke.Color, stroke.StrokeWidth) = (color, width);
        canvas.DrawRoundRect(
            area.X + (width / 2), area.Y + (width / 2), area.Width - width, area.Height - width, radius, radius, stroke);
    }

    /// <summary>Lets a heat map or a histogram below the canvas be seen.</summary>
    public void Clear(PixelRect area) => canvas.DrawRect(area.X, area.Y, area.Width, area.Height, clear);

    public void Dot(float x, float y, float radius, SKColor color)
    {
        fill.Color = color;
        canvas.DrawCircle(x, y, radius, fill);
    }

    /// <summary>A path's outline; one of a pixel is drawn as a hairline, which is several times as fast.</summary>
    public void Stroke(SKPath path, SKColor color, float width)
    {
        (stroke.Color, stroke.StrokeWidth) = (color, width <= 1 ? 0 : width);
        canvas.DrawPath(path, stroke);
    }

    public void Fill(SKPath path, SKColor color)
    {
        fill.Color = color;
        canvas.DrawPath(path, fill);
    }

    public void Image(SKImage image, PixelRect area)
    {
        flat.Color = SKColors.Black;
        canvas.DrawImage(image, new SKRect(area.X, area.Y, area.Right, area.Bottom), flat);
    }

    /// <summary>
    /// A line of text on a base line; cut with an ellipsis where it would be wider than a width. It begins at x where
    /// align is 0, has its middle there where that is 0.5, and ends there where that is 1.
    /// </summary>
    /// <returns>Its width.</returns>
    public float Text(
        string text, float x, float y, SKColor color, float size = 0, float align = 0, bool isStrong = false,
        float width = float.PositiveInfinity)
    {
        var line = lettering.Line(text, size == 0 ? theme.Body : size, isStrong, width);
        if (line.Blob is not null)
        {
            fill.Color = color;
            canvas.DrawText(line.Blob, MathF.Round(x - (align * line.Width)), MathF.Round(y), fill);
        }

        return line.Width;
    }

    /// <summary>How wide a line of text is.</summary>
    public float WidthOf(string text, float size = 0, bool isStrong = false) =>
        lettering.Line(text, size == 0 ? theme.Body : size, isStrong).Width;

    public void Dispose()
    {
        fill.Dispose();
        flat.Dispose();
        stroke.Dispose();
        clear.Dispose();
    }
}
