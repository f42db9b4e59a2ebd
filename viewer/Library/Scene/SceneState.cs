namespace KernelEngine.Viewing;

/// <summary>What the window shows and what the user chose: all that panels look at.</summary>
internal sealed class SceneState(Link link, NetworkMap network, RunHistory history)
{
    public Link Link { get; } = link;

    public NetworkMap Network { get; private set; } = network;

    public RunHistory History { get; } = history;

    public SceneStatus Status { get; set; } = new();

    /// <summary>The place in <see cref="KernelEngine.Viewing.View.All"/>.</summary>
    public int View
    {
        get;
        set => field = ((value % Viewing.View.All.Count) + Viewing.View.All.Count) % Viewing.View.All.Count;
    }

    /// <summary>The chosen layer's place in the network.</summary>
    public int Layer
    {
        get => Math.Clamp(field, 0, Math.Max(0, Network.Layers.Count - 1));
        set
        {
            field = Math.Clamp(value, 0, Math.Max(0, Network.Layers.Count - 1));
            LayerParameter = 0;
            RevealsLayer = true;
        }
    }

    /// <summary>Which of the chosen layer's parameters is looked at.</summary>
    public int LayerParameter { get; set; }

    /// <summary>Whether the column of layers should scroll to the chosen one.</summary>
    public bool RevealsLayer { get; set; }

    /// <summary>How far the column of layers is scrolled, in pixels.</summary>
    public int NetworkScroll { get; set; }

    /// <summary>How many rows of heat maps are above the window.</summary>
    public int WeightsScroll { get; set; }

    /// <summary>The step that is looked at; null for the newest.</summary>
    public long? PastStep { get; private set; }

    public bool IsPaused { get; set; }

    public double MostCost { get; set; } = link.Wishes.MostCost;

    public bool IsLogLoss { get; set; }

    public bool ShowsKeys { get; set; }

    public ColorMap Colors { get; set; } = ColorMaps.All[0];

    public MapScales Scales { get; } = new();

    public Dictionary<MapKey, MapZoom> Zooms { get; } = [];

    /// <summary>Where the pointer is; null outside.</summary>
    public (float X, float Y)? Pointer { get; set; }

    /// <summary>The newest frame there is.</summary>
    public Frame? Newest => History.Newest;

    /// <summary>The frame that is shown.</summary>
    public Frame? Shown { get; private set; }

    /// <summary>The chosen layer; null in a network without layers.</summary>
    public LayerInfo? ChosenLayer => Network.Layers.Count > 0 ? Network.Layers[Layer] : null;

    /// <summary>The chosen layer's chosen parameter.</summary>
    public ParameterInfo? ChosenParameter => ChosenLayer is { Parameters.Count: > 0 } layer
        ? Network.Parameters[layer.Parameters[Math.Clamp(LayerParameter, 0, layer.Parameters.Count - 1)]]
        : null;

    /// <summary>Takes what the training has published.</summary>
    public void TakeFrame()
    {
        if (Link.Take() is not { } frame)
            return;
        History.Add(frame);
        Network = frame.Network;
        if (PastStep is null)
            Shown = frame;
    }

    /// <summary>Shows the frame nearest to a step; null for what is newest from now on.</summary>
    public void LookAt(long? step)
    {
        Shown = step is { } past ? History.At(past) : Newest;
        PastStep = step is null || Shown is null ? null : Shown.Step;
    }

    /// <summary>Shows the frame so many before or after the one that is shown; past the last one, the newest again.</summary>
    public void MoveInTime(int frames)
    {
        if (Shown is null)
            return;
        var all = History.Frames;
        var at = 0;
        while (at < all.Count - 1 && all[at].Step < Shown.Step)
            at++;
        at += frames;
        LookAt(at >= all.Count - 1 ? null : all[Math.Max(0, at)].Step);
    }

    /// <summary>
    /// The elements of a heat map at the step that is shown, or at the nearest one of which they are kept, with the
    /// frame that has them.
    /// </summary>
    public (MapValues Values, Frame Frame)? ValuesOf(MapKey key)
    {
        if (Shown is null)
            return null;
        if (Shown.Maps.TryGetValue(key, out var values) && CanDraw(values))
            return (values, Shown);
        (MapValues, Frame)? best = null;
        var distance = long.MaxValue;
        for (var i = History.Frames.Count - 1; i >= 0; i--)
        {
            var frame = History.Frames[i];
            if (Math.Abs(frame.Step - Shown.Step) < distance && frame.Maps.TryGetValue(key, out values) &&
                CanDraw(values))
                (best, distance) = ((values, frame), Math.Abs(frame.Step - Shown.Step));
        }

        return best;
    }

    /// <summary>Says what the pointer is at: a cell that is on the device is read there.</summary>
    public void PointAt(MapCell? cell)
    {
        var before = Link.Pointed;
        if (cell is not { Values: DeviceValues } pointed)
        {
            if (before is not null)
                Link.Pointed = null;
        }
        else if (before?.Cell != pointed)
        {
            Link.Pointed = new(pointed, NumbersOf(pointed));
        }
    }

    /// <summary>
    /// The numbers of a cell, one for each channel; of one that is on the device those that were read last, null before
    /// any were.
    /// </summary>
    public float[]? NumbersOf(MapCell cell) => cell.OnHost ??
        (Link.Pointed is { } read && read.Cell.Key == cell.Key && read.Cell.Element == cell.Element ? read.Numbers : null);

    /// <summary>What the training is doing, in words.</summary>
    public string Doing => Link.IsEnded ? "Training has ended" : IsPaused ? "Paused" : Newest is null
        ? "Waiting for the first step" : "Training";

    // Elements on the device are of no use once another renderer has taken the place of the one that drew there.
    private bool CanDraw(MapValues values) => values is not DeviceValues || Status.TakesDeviceValues;
}
