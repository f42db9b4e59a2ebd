using System.Runtime.InteropServices;
using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>What a network of two inputs says of each place, with the examples: the brighter, the surer.</summary>
internal sealed class DecisionPanel(PixelRect bounds) : Panel(bounds)
{
    private PixelRect square;

    protected override object KeyOf(SceneState state) => (state.Shown?.Decision, state.Newest is null);

    public override IReadOnlyList<string>? TipAt(SceneState state, float x, float y)
    {
        if (!square.Contains(x, y) || state.Shown?.Decision is not { } map)
            return null;
        var (across, down) = ((x - square.X) / square.Width, (y - square.Y) / square.Height);
        var (of, sure) = map.Places[((int)(down * map.Size) * map.Size) + (int)(across * map.Size)];
        var (left, right, bottom, top) = map.Area;
        return
        [
            $"class {of}, {NumberText.Percent(sure)} sure",
            $"x {NumberText.Short(left + (across * (right - left)))}, y {NumberText.Short(top + (down * (bottom - top)))}",
        ];
    }

    protected override void Paint(Drawing drawing, SceneState state)
    {
        var theme = drawing.Theme;
        var area = PaintCard(drawing, "Decision boundary", "the brighter, the surer");
        square = default;
        if (state.Shown?.Decision is not { } map)
        {
            PaintWords(drawing, area, state.Newest is null ? "waiting for the first step" : "only for networks of two inputs");
            return;
        }

        var side = Math.Min(area.Width, area.Height);
        if (side < theme.Px(20))
            return;
        square = new(area.X + ((area.Width - side) / 2), area.Y, side, side);
        var pixels = new uint[map.Size * map.Size];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = Theme.Rgba(ColorOf(map.Places[i].Class, map.Places[i].Sure, map.Classes));
        using (var image = SKImage.FromPixelCopy(
            new SKImageInfo(map.Size, map.Size, SKColorType.Rgba8888, SKAlphaType.Opaque), MemoryMarshal.AsBytes(pixels.AsSpan())))
            drawing.Image(image, square);
        var (left, right, bottom, top) = map.Area;
        var radius = Math.Clamp(side / 130f, 1.5f, 4 * theme.Density);
        drawing.Canvas.Save();
        drawing.Canvas.ClipRect(new(square.X, square.Y, square.Right, square.Bottom));
        foreach (var (x, y, of) in map.Points)
        {
            var px = square.X + ((x - left) / (right - left) * side);
            var py = square.Y + ((top - y) / (top - bottom) * side);
            if (!float.IsFinite(px) || !float.IsFinite(py))
                continue;
            drawing.Dot(px, py, radius + (1.2f * theme.Density), Theme.Back);
            drawing.Dot(px, py, radius, Theme.Classes[of % Theme.Classes.Count]);
        }

        drawing.Canvas.Restore();
    }

    private static SKColor ColorOf(int of, float sure, int classes)
    {
        var color = Theme.Classes[of % Theme.Classes.Count];
        var least = 1f / Math.Max(2, classes);
        var share = 0.12f + (0.5f * (float.IsNaN(sure) ? 0 : Math.Clamp((sure - least) / (1 - least), 0, 1)));
        byte Mix(byte back, byte front) => (byte)(back + (share * (front - back)));
        return new(
            Mix(Theme.Panel.Red, color.Red), Mix(Theme.Panel.Green, color.Green), Mix(Theme.Panel.Blue, color.Blue));
    }
}
