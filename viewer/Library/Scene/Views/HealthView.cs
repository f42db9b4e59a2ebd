namespace KernelEngine.Viewing;

internal sealed class HealthView : View
{
    public override string Title => "Health";

    public override void Lay(PixelRect area, SceneState state, Theme theme, List<Panel> panels)
    {
    }
}
