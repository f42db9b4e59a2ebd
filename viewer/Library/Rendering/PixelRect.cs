namespace KernelEngine.Viewing;

/// <summary>A rectangle of the window's pixels; y goes down.</summary>
internal readonly record struct PixelRect(int X, int Y, int Width, int Height)
{
    public int Right => X + Width;

    public int Bottom => Y + Height;

    public bool IsEmpty => Width <= 0 || Height <= 0;

    /// <summary>What both cover; empty where they do not meet.</summary>
    public PixelRect Intersect(PixelRect other)
    {
        var (x, y) = (Math.Max(X, other.X), Math.Max(Y, other.Y));
        return new(x, y, Math.Min(Right, other.Right) - x, Math.Min(Bottom, other.Bottom) - y);
    }

    public bool Contains(float x, float y) => x >= X && x < Right && y >= Y && y < Bottom;

    public bool Intersects(PixelRect other) =>
        X < other.Right && other.X < Right && Y < other.Bottom && other.Y < Bottom;

    /// <summary>Smaller by a margin on each side.</summary>
    public PixelRect Inset(int across, int down) =>
        new(X + across, Y + down, Math.Max(0, Width - (2 * across)), Math.Max(0, Height - (2 * down)));

    /// <summary>Its left part of a width, and the rest behind a gap.</summary>
    public (PixelRect Part, PixelRect Remains) CutLeft(int width, int gap = 0)
    {
        width = Math.Clamp(width, 0, Width);
        return (this with { Width = width },
            new(Math.Min(Right, X + width + gap), Y, Math.Max(0, Width - width - gap), Height));
    }

    /// <summary>Its right part of a width, and the rest before a gap.</summary>
    public (PixelRect Part, PixelRect Remains) CutRight(int width, int gap = 0)
    {
        width = Math.Clamp(width, 0, Width);
        return (new(Right - width, Y, width, Height), this with { Width = Math.Max(0, Width - width - gap) });
    }

    /// <summary>Its upper part of a height, and the rest below a gap.</summary>
    public (PixelRect Part, PixelRect Remains) CutTop(int height, int gap = 0)
    {
        height = Math.Clamp(height, 0, Height);
        return (this with { Height = height },
            new(X, Math.Min(Bottom, Y + height + gap), Width, Math.Max(0, Height - height - gap)));
    }

    /// <summary>Its lower part of a height, and the rest above a gap.</summary>
    public (PixelRect Part, PixelRect Remains) CutBottom(int height, int gap = 0)
    {
        height = Math.Clamp(height, 0, Height);
        return (new(X, Bottom - height, Width, height), this with { Height = Math.Max(0, Height - height - gap) });
    }
}

/// <summary>A size in pixels.</summary>
internal readonly record struct PixelSize(int Width, int Height)
{
    public PixelRect Bounds => new(0, 0, Width, Height);
}
