namespace KernelEngine.Viewing;

/// <summary>Which part of a heat map is seen: how many times larger, and its middle as shares of the whole.</summary>
internal readonly record struct MapZoom(double Factor, double X, double Y)
{
    public static readonly MapZoom Whole = new(1, 0.5, 0.5);

    public bool IsWhole => Factor <= 1;

    /// <summary>The cells that are seen of a map.</summary>
    public PixelRect CellsOf(MapGrid grid)
    {
        var width = Math.Clamp((int)Math.Round(grid.Width / Factor), 1, grid.Width);
        var height = Math.Clamp((int)Math.Round(grid.Height / Factor), 1, grid.Height);
        return new(
            Math.Clamp((int)Math.Round((X * grid.Width) - (width / 2.0)), 0, grid.Width - width),
            Math.Clamp((int)Math.Round((Y * grid.Height) - (height / 2.0)), 0, grid.Height - height), width, height);
    }

    /// <summary>Closer or farther, with a place of the window, as shares of what is seen, where it was.</summary>
    public MapZoom By(double factor, double x, double y)
    {
        var next = Math.Clamp(Factor * factor, 1, 256);
        var (atX, atY) = (X + ((x - 0.5) / Factor), Y + ((y - 0.5) / Factor));
        return Within(new(next, atX - ((x - 0.5) / next), atY - ((y - 0.5) / next)));
    }

    /// <summary>Moved by shares of what is seen.</summary>
    public MapZoom Moved(double right, double down) => Within(this with { X = X + (right / Factor), Y = Y + (down / Factor) });

    private static MapZoom Within(MapZoom zoom)
    {
        var half = 0.5 / zoom.Factor;
        return zoom with { X = Math.Clamp(zoom.X, half, 1 - half), Y = Math.Clamp(zoom.Y, half, 1 - half) };
    }
}
