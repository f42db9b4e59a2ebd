namespace KernelEngine.Viewing;

/// <summary>What the window wants to see. Never changed; another takes its place.</summary>
internal sealed record Wishes
{
    /// <summary>Heat maps to bring.</summary>
    public IReadOnlyList<MapKey> Maps { get; init; } = [];

    /// <summary>Whether heat maps may stay on the device, since the renderer draws from there.</summary>
    public bool TakesDeviceValues { get; init; }

    /// <summary>Whether statistics, losses, decisions and samples are wanted: without them nothing is read back.</summary>
    public bool Statistics { get; init; } = true;

    /// <summary>Frames a second at most.</summary>
    public double FramesPerSecond { get; init; } = 10;

    /// <summary>The most that drawing may take of the training's time, 0 to 1; frames come less often rather than cost more.</summary>
    public double MostCost { get; init; } = 0.05;

    /// <summary>Whether steps are to wait.</summary>
    public bool IsPaused { get; init; }
}

/// <summary>What the user asks of the training, once.</summary>
internal abstract record Request
{
    private Request()
    {
    }

    /// <summary>One step, while paused.</summary>
    public sealed record OneStep : Request;

    /// <summary>Every learning rate, times a factor.</summary>
    public sealed record ScaleLearningRate(double Factor) : Request;
}
