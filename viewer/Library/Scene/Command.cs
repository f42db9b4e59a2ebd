namespace KernelEngine.Viewing;

/// <summary>Something the user can do by a key; most of it by a button too.</summary>
/// <param name="Name">The button's name.</param>
/// <param name="Keys">The keys, as the user reads them.</param>
/// <param name="Words">What it does.</param>
/// <param name="Run">Does it.</param>
/// <param name="Answers">Whether a key is one of its keys.</param>
internal sealed record Command(
    string Name, string Keys, string Words, Action<SceneState> Run, Func<InputEvent.Key, bool> Answers)
{
    /// <summary>The factor by which a learning rate is changed.</summary>
    public const double RateFactor = 1.25;

    /// <summary>The least and the most that drawing may be allowed to take.</summary>
    public const double LeastCost = 0.01, HighestCost = 0.5;

    /// <summary>All of them, in the order of the help.</summary>
    public static IReadOnlyList<Command> All { get; } =
    [
        Of("pause", "Space", "Pause, or go on", ' ', s => s.IsPaused = !s.IsPaused && !s.Link.IsEnded),
        Of("step", ".", "One step, then pause", '.', OneStep),
        Of("lr+", "+", "Learning rate up, × 1.25", ['+', '='], s => ScaleRate(s, RateFactor)),
        Of("lr-", "−", "Learning rate down, ÷ 1.25", ['-', '_'], s => ScaleRate(s, 1 / RateFactor)),
        Of("cost+", "]", "The viewer may take more of the time", ']', s => s.MostCost = Math.Min(HighestCost, s.MostCost * 1.5)),
        Of("cost-", "[", "The viewer may take less of the time", '[', s => s.MostCost = Math.Max(LeastCost, s.MostCost / 1.5)),
        Of("view+", "Tab", "Next view; 1 to 6 choose one", ViewerKey.Tab, s => s.View++),
        Of("layer-", "↑", "Layer before", ViewerKey.Up, s => s.Layer--),
        Of("layer+", "↓", "Layer after", ViewerKey.Down, s => s.Layer++),
        Of("layer", "Enter", "Look closely at the layer", ViewerKey.Enter, s => s.View = 1),
        Of("parameter", "P", "Next parameter of the layer", ['p', 'P'], NextParameter),
        Of("past", "←", "Back in the run's history", ViewerKey.Left, s => s.MoveInTime(-1)),
        Of("later", "→", "Forward in the run's history", ViewerKey.Right, s => s.MoveInTime(1)),
        Of("first", "Home", "The run's first frame", ViewerKey.Home, s => s.LookAt(0)),
        Of("live", "End", "Live again", ViewerKey.End, s => s.LookAt(null)),
        Of("colors", "C", "Next colour map", ['c', 'C'], NextColors),
        Of("scale", "A", "Scale: 99 %, largest, fixed", ['a', 'A'], s => s.Scales.Mode = (ScaleMode)(((int)s.Scales.Mode + 1) % 3)),
        Of("scale-", "<", "Smaller scale: stronger colours", ['<', ','], s => s.Scales.Factor = Math.Max(1 / 64f, s.Scales.Factor / 1.25f)),
        Of("scale+", ">", "Larger scale: fainter colours", ['>'], s => s.Scales.Factor = Math.Min(64f, s.Scales.Factor * 1.25f)),
        Of("log", "L", "Loss on a logarithmic axis", ['l', 'L'], s => s.IsLogLoss = !s.IsLogLoss),
        Of("up", "PgUp", "Scroll up", ViewerKey.PageUp, s => Page(s, -1)),
        Of("down", "PgDn", "Scroll down", ViewerKey.PageDown, s => Page(s, 1)),
        Of("whole", "Esc", "Whole maps again; close this", ViewerKey.Escape, Leave),
        Of("screenshot", "S", "Save a picture of the window", ['s', 'S'], _ => { }),
        Of("keys", "?", "These keys", ['?', 'h', 'H'], s => s.ShowsKeys = !s.ShowsKeys),
    ];

    /// <summary>A command by its name.</summary>
    public static Command Named(string name) => All.First(c => c.Name == name);

    private static Command Of(string name, string keys, string words, char key, Action<SceneState> run) =>
        Of(name, keys, words, [key], run);

    private static Command Of(string name, string keys, string words, char[] characters, Action<SceneState> run) =>
        new(name, keys, words, run, k => k.Which == ViewerKey.Character && characters.Contains(k.Character));

    private static Command Of(string name, string keys, string words, ViewerKey key, Action<SceneState> run) =>
        new(name, keys, words, run, k => k.Which == key);

    private static void OneStep(SceneState state)
    {
        if (state.Link.IsEnded)
            return;
        if (state.IsPaused)
            state.Link.Ask(new Request.OneStep());
        state.IsPaused = true;
        state.LookAt(null);
    }

    private static void ScaleRate(SceneState state, double factor)
    {
        if (!state.Link.IsEnded)
            state.Link.Ask(new Request.ScaleLearningRate(factor));
    }

    private static void NextParameter(SceneState state)
    {
        if (state.ChosenLayer is { Parameters.Count: > 0 } layer)
            state.LayerParameter = (state.LayerParameter + 1) % layer.Parameters.Count;
    }

    private static void NextColors(SceneState state)
    {
        var all = ColorMaps.All;
        for (var i = 0; i < all.Count; i++)
        {
            if (all[i] == state.Colors)
            {
                state.Colors = all[(i + 1) % all.Count];
                return;
            }
        }
    }

    private static void Page(SceneState state, int pages)
    {
        if (View.All[state.View].ScrollsWeights)
            state.WeightsScroll = Math.Max(0, state.WeightsScroll + pages);
        else
            state.NetworkScroll = Math.Max(0, state.NetworkScroll + (pages * 300));
    }

    private static void Leave(SceneState state)
    {
        if (state.ShowsKeys)
            state.ShowsKeys = false;
        else if (state.Zooms.Count > 0)
            state.Zooms.Clear();
        else
            state.View = 0;
    }
}
