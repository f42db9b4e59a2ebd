namespace KernelEngine.Viewing;

internal sealed class LayerView : View
{
    public override string Title => "Layer";

    public override void Lay(PixelRect area, SceneState state, Theme theme, List<Panel> panels)
    {
    }
}
