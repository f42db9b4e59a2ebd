namespace KernelEngine.Viewing;

/// <summary>A place that answers to the mouse.</summary>
internal sealed record HotSpot
{
    /// <summary>What tests and commands call it: <c>pause</c>, <c>layer:fc1</c>.</summary>
    public required string Name { get; init; }

    public required PixelRect Bounds { get; init; }

    /// <summary>What it does, for the user, with its key; null where its label says so.</summary>
    public string? Tip { get; init; }

    /// <summary>The primary button went down here.</summary>
    public Action<float, float>? Press { get; init; }

    /// <summary>The pointer was moved with the button down, after a press here; it may be anywhere.</summary>
    public Action<float, float>? Drag { get; init; }
}
