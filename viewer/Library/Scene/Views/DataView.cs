namespace KernelEngine.Viewing;

internal sealed class DataView : View
{
    public override string Title => "Data";

    public override void Lay(PixelRect area, SceneState state, Theme theme, List<Panel> panels)
    {
    }
}
