using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>Buttons side by side, from the left and from the right, as far as there is room.</summary>
internal sealed class ButtonRow(Drawing drawing, SceneState state, List<HotSpot> spots, PixelRect area)
{
    private PixelRect rest = area;

    /// <summary>What is left between the buttons.</summary>
    public PixelRect Rest => rest;

    public void Skip(float width) => rest = rest.CutLeft(drawing.Theme.Px(width)).Remains;

    public void SkipRight(float width) => rest = rest.CutRight(drawing.Theme.Px(width)).Remains;

    /// <summary>Room at the right for something else; empty where there is not enough.</summary>
    public PixelRect TakeRight(float width)
    {
        var pixels = drawing.Theme.Px(width);
        if (rest.Width < pixels + drawing.Theme.Px(150))
            return default;
        (var part, rest) = rest.CutRight(pixels, drawing.Theme.Px(4));
        return part;
    }

    /// <summary>Whether so much more has room.</summary>
    public bool HasRoom(float width) => rest.Width >= drawing.Theme.Px(width);

    /// <summary>A button for a command, at the left.</summary>
    public void Left(string text, string command, bool isOff = false, char icon = ' ', float width = 60)
    {
        var pixels = drawing.Theme.Px(width);
        if (rest.Width < pixels)
            return;
        (var part, rest) = rest.CutLeft(pixels, drawing.Theme.Px(4));
        Button(part, text, Command.Named(command), isOff, icon, null);
    }

    /// <summary>A button for a command, at the right.</summary>
    public void Right(string text, string command, bool isOff = false, float width = 60, ColorMap? swatch = null)
    {
        var part = TakeRight(width);
        if (!part.IsEmpty)
            Button(part, text, Command.Named(command), isOff, ' ', swatch);
    }

    /// <summary>A number with its name above it.</summary>
    public void Label(string name, string value, float width)
    {
        var theme = drawing.Theme;
        var pixels = theme.Px(width);
        if (rest.Width < pixels)
            return;
        (var part, rest) = rest.CutLeft(pixels, theme.Px(4));
        var middle = part.X + (part.Width / 2f);
        drawing.Text(name, middle, part.Y + theme.Px(10), Theme.Quiet, theme.Small, 0.5f);
        drawing.Text(value, middle, part.Y + theme.Px(26), Theme.Text, align: 0.5f, isStrong: true, width: pixels);
    }

    private void Button(PixelRect area, string text, Command command, bool isOff, char icon, ColorMap? swatch)
    {
        var theme = drawing.Theme;
        var isHot = !isOff && state.Pointer is { } p && area.Contains(p.X, p.Y);
        drawing.Round(area, isHot ? Theme.Rule : Theme.Raised, theme.Px(5));
        var color = isOff ? Theme.Faint : Theme.Text;
        var middle = area.X + (area.Width / 2f);
        if (icon != ' ')
        {
            PaintIcon(icon, area.X + theme.Px(16), area.Y + (area.Height / 2f), color);
            middle += theme.Px(9);
        }

        var line = area.Y + theme.Px(swatch is null ? 20 : 16);
        drawing.Text(text, middle, line, color, align: 0.5f, width: area.Width);
        if (swatch is not null)
        {
            var bar = area.Inset(theme.Px(10), 0) with { Y = area.Bottom - theme.Px(8), Height = theme.Px(3) };
            ColorBar.Paint(drawing, swatch, bar);
        }

        spots.Add(new HotSpot
        {
            Name = command.Name,
            Bounds = area,
            Tip = $"{command.Words} ({command.Keys})",
            Press = isOff ? null : (_, _) => command.Run(state),
        });
    }

    private void PaintIcon(char icon, float x, float y, SKColor color)
    {
        var unit = drawing.Theme.Density;
        using var path = new SKPath();
        switch (icon)
        {
            case 'p':
                path.AddRect(new(x - (4 * unit), y - (5 * unit), x - unit, y + (5 * unit)));
                path.AddRect(new(x + unit, y - (5 * unit), x + (4 * unit), y + (5 * unit)));
                break;
            case 's':
                path.AddRect(new(x + (3 * unit), y - (5 * unit), x + (5 * unit), y + (5 * unit)));
                goto default;
            default:
                path.MoveTo(x - (4 * unit), y - (5 * unit));
                path.LineTo(x + (4 * unit), y);
                path.LineTo(x - (4 * unit), y + (5 * unit));
                path.Close();
                break;
        }

        drawing.Fill(path, color);
    }
}
