namespace KernelEngine.Viewing;

/// <summary>A panel that says why there is nothing to see.</summary>
internal sealed class WordsPanel(PixelRect bounds, string title, string words) : Panel(bounds)
{
    protected override object KeyOf(SceneState state) => words;

    protected override void Paint(Drawing drawing, SceneState state) => PaintWords(drawing, PaintCard(drawing, title), words);
}
