using KernelEngine.Viewing.OpenGl;

namespace KernelEngine.Viewing;

/// <summary>A window and what draws in it.</summary>
internal sealed class Screen : IDisposable
{
    private Screen(IWindow window, IRenderer renderer) => (Window, Renderer) = (window, renderer);

    public IWindow Window { get; }

    public IRenderer Renderer { get; }

    /// <summary>Makes another one should this one's renderer fail; null where there is nothing else.</summary>
    public Func<Screen>? Fallback { get; private init; }

    /// <summary>
    /// Opens a window that is drawn by Vulkan where the network lies on a Vulkan device which can show pictures, and by
    /// OpenGL elsewhere; each takes the other's place if it fails. Only about drawing: the network stays where it is.
    /// </summary>
    /// <param name="library">GLFW, by its thread.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="options">The window's size, and what the user wants it to be drawn by.</param>
    /// <param name="title">The window's title.</param>
    /// <param name="notice">Why it is not drawn by what it should be; null where it is.</param>
    /// <exception cref="WindowException">Neither can; the message says why.</exception>
    public static Screen Open(
        GlfwLibrary library, ComputeDevice device, ViewerOptions options, string title, out string? notice)
    {
        notice = null;
        return OpenGl(library, options, title);
    }

    public void Dispose()
    {
        Renderer.Dispose();
        Window.Dispose();
    }

    private static Screen OpenGl(GlfwLibrary library, ViewerOptions options, string title)
    {
        var window = new GlfwWindow(library, new(options.Width, options.Height), title, hasOpenGl: true);
        try
        {
            return new(window, new OpenGlRenderer(window));
        }
        catch
        {
            window.Dispose();
            throw;
        }
    }
}
