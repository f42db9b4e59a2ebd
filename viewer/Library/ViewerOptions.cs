namespace KernelEngine;

/// <summary>What a viewer's window draws with.</summary>
public enum ViewerRenderer
{
    /// <summary>Vulkan where the network lies on a Vulkan device that can show pictures, OpenGL elsewhere.</summary>
    Automatic,

    /// <summary>OpenGL: elements go over the host.</summary>
    OpenGl,

    /// <summary>Vulkan, on the training's own device: elements stay there.</summary>
    Vulkan,
}

/// <summary>How a viewer looks, where its pictures go, and what it may cost. All of it may be left out.</summary>
/// <example>
/// <code>
/// using var viewer = Viewer.Open(net, adam, options: new() { Title = "digits", Directory = "pictures" });
/// </code>
/// </example>
public sealed record ViewerOptions
{
    /// <summary>The window's title; the network's type unless set.</summary>
    public string? Title { get; init; }

    /// <summary>The window's width at first, or that of the pictures, in pixels at a density of 1.</summary>
    public int Width { get; init; } = 1280;

    /// <summary>The window's height at first, or that of the pictures, in pixels at a density of 1.</summary>
    public int Height { get; init; } = 720;

    /// <summary>How often the network is looked at in a second, at most; 0.001 at the least.</summary>
    public double FramesPerSecond { get; init; } = 10;

    /// <summary>
    /// The most that looking may take of the training's time, 0 to 1: where a look takes long, there are fewer. The user
    /// may choose otherwise.
    /// </summary>
    public double MostCost { get; init; } = 0.05;

    /// <summary>
    /// The folder for pictures: screenshots, and what a viewer without a window leaves. Made when the first one is
    /// written; the folder <c>viewer-pictures</c> in the current one unless set.
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>Whether it writes pictures and opens no window even where there is a display.</summary>
    public bool IsHeadless { get; init; }

    /// <summary>What the window draws with.</summary>
    public ViewerRenderer Renderer { get; init; }

    /// <summary>The most memory that heat maps of the run's past may take, in bytes.</summary>
    public long HistoryBytes { get; init; } = 32 << 20;

    /// <summary>Whether shaders of OpenGL draw even where it runs on the processor, for tests.</summary>
    internal bool UsesShaders { get; init; }
}
