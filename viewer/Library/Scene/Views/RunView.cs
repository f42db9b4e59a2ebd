namespace KernelEngine.Viewing;

internal sealed class RunView : View
{
    public override string Title => "Run";

    public override void Lay(PixelRect area, SceneState state, Theme theme, List<Panel> panels)
    {
    }
}
