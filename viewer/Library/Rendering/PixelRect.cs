namespace KernelEngine.Viewing;

/// <summary>A rectangle of the window's pixels; y goes down.</summary>
internal readonly record struct PixelRect(int X, int Y, int Width, int Height)
{
    public int Right => X + Width;

    public int Bottom => Y + Height;

    public bool Contains(float x, float y) => x >= X && x < Right && y >= Y && y < Bottom;
}

/// <summary>A size in pixels.</summary>
internal readonly record struct PixelSize(int Width, int Height);
