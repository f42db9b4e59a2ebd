namespace KernelEngine.Viewing;

/// <summary>An arrangement of panels; the user sees one at a time.</summary>
internal abstract class View
{
    /// <summary>All of them; their keys are 1 and up.</summary>
    public static IReadOnlyList<View> All { get; } =
        [new OverviewView(), new LayerView(), new HealthView(), new RunView(), new DataView(), new WeightsView()];

    /// <summary>What the user reads.</summary>
    public abstract string Title { get; }

    /// <summary>Its name in files.</summary>
    public string Name => Title.ToLowerInvariant();

    /// <summary>Whether it shows anything but elements: without it nothing is read back.</summary>
    public virtual bool ShowsStatistics => true;

    /// <summary>Whether pages scroll heat maps.</summary>
    public virtual bool ScrollsWeights => false;

    /// <summary>What decides the arrangement, besides the window's size; compared by its value.</summary>
    public virtual object? KeyOf(SceneState state) => null;

    /// <summary>Adds its panels, which fill an area.</summary>
    public abstract void Lay(PixelRect area, SceneState state, Theme theme, List<Panel> panels);
}
