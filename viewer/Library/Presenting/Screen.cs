using KernelEngine.Viewing.OpenGl;
using KernelEngine.Vulkan;

namespace KernelEngine.Viewing;

/// <summary>A window and what draws in it.</summary>
internal sealed class Screen : IDisposable
{
    private Screen(IWindow window, IRenderer renderer) => (Window, Renderer) = (window, renderer);

    public IWindow Window { get; }

    public IRenderer Renderer { get; }

    /// <summary>Makes another one should this one's renderer fail; null where there is nothing else.</summary>
    public Func<Screen>? Fallback { get; private set; }

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
        var isVulkan = options.Renderer == ViewerRenderer.Vulkan ||
            (options.Renderer == ViewerRenderer.Automatic && device.Backend is VulkanBackend);
        Screen Vulkan() => Of(library, options, title, false, window => VulkanRenderer.OnScreen(device, window));
        Screen OpenGl() => Of(library, options, title, true, window => new OpenGlRenderer(window, options.UsesShaders));
        notice = null;
        if (!isVulkan)
            return OpenGl();
        try
        {
            var screen = Vulkan();
            screen.Fallback = OpenGl;
            return screen;
        }
        catch (Exception error) when (error is not OutOfMemoryException && !GlfwLibrary.IsLost)
        {
            notice = $"Drawn by OpenGL, as Vulkan cannot: {error.Message}";
            return OpenGl();
        }
    }

    public void Dispose()
    {
        Renderer.Dispose();
        Window.Dispose();
    }

    private static Screen Of(
        GlfwLibrary library, ViewerOptions options, string title, bool hasOpenGl, Func<GlfwWindow, IRenderer> open)
    {
        var window = new GlfwWindow(library, new(options.Width, options.Height), title, hasOpenGl);
        try
        {
            return new(window, open(window));
        }
        catch
        {
            window.Dispose();
            throw;
        }
    }
}
