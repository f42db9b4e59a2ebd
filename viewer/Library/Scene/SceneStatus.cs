namespace KernelEngine.Viewing;

/// <summary>What the scene says of those who present it; they set it.</summary>
internal sealed record SceneStatus
{
    /// <summary>What draws: API and device.</summary>
    public string Renderer { get; init; } = "";

    /// <summary>How long a picture takes, from the scene to the screen.</summary>
    public double DrawSeconds { get; init; }

    /// <summary>Pictures a second.</summary>
    public double FramesPerSecond { get; init; }

    /// <summary>Whether heat maps may stay on the training's device, since the renderer draws from there.</summary>
    public bool TakesDeviceValues { get; init; }

    /// <summary>Something the user should know now: where a picture was saved, what went wrong; null for nothing.</summary>
    public string? Notice { get; init; }
}
