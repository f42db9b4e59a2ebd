namespace KernelEngine.Viewing;

/// <summary>What the chosen layer is, and which of its parameters is looked at.</summary>
internal sealed class LayerPanel(PixelRect bounds) : Panel(bounds)
{
    protected override object KeyOf(SceneState state) => (state.Network, state.Layer, state.LayerParameter);

    protected override void Paint(Drawing drawing, SceneState state)
    {
        var theme = drawing.Theme;
        drawing.Fill(Bounds, Theme.Back);
        drawing.Round(Bounds, Theme.Panel, theme.Px(5));
        var inner = Bounds.Inset(theme.Margin, 0);
        var line = inner.Y + theme.Px(25);
        if (state.ChosenLayer is not { } layer)
        {
            drawing.Text("this network has no layers", inner.X, line, Theme.Faint);
            return;
        }

        float x = inner.X;
        var right = (float)inner.Right;
        for (var i = layer.Parameters.Count - 1; i >= 0; i--)
        {
            var (index, name) = (i, state.Network.Parameters[layer.Parameters[i]].Name);
            var isChosen = state.ChosenParameter?.Index == layer.Parameters[i];
            var text = name.StartsWith(layer.Name + ".", StringComparison.Ordinal) ? name[(layer.Name.Length + 1)..] : name;
            var width = (int)drawing.WidthOf(text, 0, isChosen) + theme.Px(18);
            var chip = new PixelRect((int)right - width, Bounds.Y + theme.Px(8), width, theme.Px(26));
            if (chip.X < inner.X + (inner.Width / 3))
                break;
            drawing.Round(chip, isChosen ? Theme.Rule : Theme.Raised, theme.Px(5));
            drawing.Text(text, chip.X + (width / 2f), line, isChosen ? Theme.Text : Theme.Quiet, align: 0.5f, isStrong: isChosen);
            HotSpots.Add(new HotSpot
            {
                Name = "parameter:" + name,
                Bounds = chip,
                Tip = "Look at this parameter (P for the next one)",
                Press = (_, _) => state.LayerParameter = index,
            });
            right = chip.X - theme.Px(6);
        }

        x += drawing.Text(layer.Name, x, line, Theme.Text, theme.Body * 1.15f, isStrong: true, width: Math.Max(0, right - x)) + theme.Px(12);
        drawing.Text(layer.Description, x, line, Theme.Quiet, width: Math.Max(0, right - x - theme.Px(8)));
    }
}
