using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Silk.NET.Core.Contexts;
using Silk.NET.Core.Loader;
using Silk.NET.Core.Native;

namespace KernelEngine.Viewing;

/// <summary>
/// A window of GLFW, and what it gives to OpenGL or Vulkan, by the interfaces of Silk.NET: a view of Silk.NET.Windowing
/// could take its place. Used by <see cref="WindowThread"/> alone, but for <see cref="Wake"/>.
/// </summary>
internal sealed unsafe class GlfwWindow : IWindow, IGLContext, IVkSurface
{
    private readonly GlfwLibrary library;
    private readonly Queue<InputEvent> events = new();
    private readonly nint handle;
    private GCHandle self;
    private (float X, float Y) pointer;
    private bool isDestroyed;

    /// <param name="library">GLFW, by its thread.</param>
    /// <param name="size">The size for a density of 1.</param>
    /// <param name="title">The text of its frame.</param>
    /// <param name="hasOpenGl">With a context of OpenGL 3.3; without, it is for a Vulkan surface.</param>
    /// <param name="isDebugged">Whether OpenGL says what is wrong.</param>
    /// <exception cref="WindowException">The display has no such window.</exception>
    public GlfwWindow(GlfwLibrary library, PixelSize size, string title, bool hasOpenGl, bool isDebugged = false)
    {
        this.library = library;
        Glfw.DefaultWindowHints();
        Glfw.WindowHint(Glfw.ScaleToMonitor, Glfw.True);
        Glfw.WindowHintString(Glfw.X11ClassName, "Kernel");
        Glfw.WindowHintString(Glfw.X11InstanceName, "kernel-viewer");
        Glfw.WindowHint(Glfw.ClientApi, hasOpenGl ? Glfw.OpenGlApi : Glfw.NoApi);
        if (hasOpenGl)
        {
            Glfw.WindowHint(Glfw.ContextVersionMajor, 3);
            Glfw.WindowHint(Glfw.ContextVersionMinor, 3);
            Glfw.WindowHint(Glfw.OpenGlProfile, Glfw.OpenGlCoreProfile);
            Glfw.WindowHint(Glfw.OpenGlForwardCompatible, Glfw.True);
            Glfw.WindowHint(Glfw.OpenGlDebugContext, isDebugged ? Glfw.True : Glfw.False);
            Glfw.WindowHint(Glfw.AlphaBits, 0);
            Glfw.WindowHint(Glfw.DepthBits, 0);
            Glfw.WindowHint(Glfw.StencilBits, 0);
        }

        handle = Glfw.CreateWindow(size.Width, size.Height, title, 0, 0);
        if (OperatingSystem.IsLinux())
            XDisplay.Guard();
        if (handle == 0)
            throw new WindowException("no window: " + Glfw.LastError());
        self = GCHandle.Alloc(this);
        Glfw.SetWindowUserPointer(handle, GCHandle.ToIntPtr(self));
        Listen();
    }

    public PixelSize Size
    {
        get
        {
            if (IsClosed || Glfw.GetWindowAttribute(handle, Glfw.Iconified) == Glfw.True)
                return default;
            Glfw.GetFramebufferSize(handle, out var width, out var height);
            return new PixelSize(width, height);
        }
    }

    public float Density
    {
        get
        {
            if (IsClosed)
                return 1;
            Glfw.GetWindowContentScale(handle, out var x, out _);
            return x > 0 ? x : 1;
        }
    }

    public bool IsClosed =>
        isDestroyed || GlfwLibrary.IsLost || Glfw.WindowShouldClose(handle) == Glfw.True;

    public string Title
    {
        set
        {
            if (!IsClosed)
                Glfw.SetWindowTitle(handle, value);
        }
    }

    nint IGLContext.Handle => handle;

    IGLContextSource? IGLContext.Source => null;

    bool IGLContext.IsCurrent => IsThere && Glfw.GetCurrentContext() == handle;

    private bool IsThere => !isDestroyed && !GlfwLibrary.IsLost;

    public void WaitForEvents(TimeSpan atMost, Action<InputEvent> handle)
    {
        if (isDestroyed)
            return;
        library.WaitForEvents(events.Count == 0 ? atMost : TimeSpan.Zero);
        while (events.TryDequeue(out var input))
            handle(input);
    }

    public void Wake() => library.Wake();

    public void Dispose()
    {
        if (isDestroyed)
            return;
        isDestroyed = true;

        // Of a display that is gone nothing can be given back: whoever tries waits or crashes.
        if (!GlfwLibrary.IsLost)
        {
            Glfw.DestroyWindow(handle);
            if (OperatingSystem.IsLinux())
                XDisplay.Guard();
        }

        self.Free();
    }

    public nint GetProcAddress(string proc, int? slot = null) => TryGetProcAddress(proc, out var address, slot)
        ? address
        : throw new SymbolLoadingException(proc);

    public bool TryGetProcAddress(string proc, out nint addr, int? slot = null) =>
        (addr = IsThere ? Glfw.GetProcAddress(proc) : 0) != 0;

    void IGLContext.SwapInterval(int interval)
    {
        if (IsThere)
            Glfw.SwapInterval(interval);
    }

    void IGLContext.SwapBuffers()
    {
        if (IsThere)
            Glfw.SwapBuffers(handle);
    }

    void IGLContext.MakeCurrent()
    {
        if (!IsThere || Glfw.GetCurrentContext() == handle)
            return;
        Glfw.MakeContextCurrent(handle);
    }

    void IGLContext.Clear()
    {
        if (IsThere)
            Glfw.MakeContextCurrent(0);
    }

    /// <summary>The extensions that an instance needs for surfaces of windows; none where there is no Vulkan.</summary>
    public byte** GetRequiredExtensions(out uint count)
    {
        count = 0;
        return IsThere ? Glfw.GetRequiredInstanceExtensions(out count) : null;
    }

    /// <exception cref="WindowException">The instance lacks the extensions, or the window has an OpenGL context.</exception>
    public VkNonDispatchableHandle Create<T>(VkHandle instance, T* allocator)
        where T : unmanaged =>
        IsThere && Glfw.CreateWindowSurface(instance.Handle, handle, allocator, out var surface) is var result &&
        result == 0
            ? new VkNonDispatchableHandle(surface)
            : throw new WindowException("no Vulkan surface: " + (IsThere ? Glfw.LastError() : "the display is gone"));

    // The callbacks come while this thread is in WaitForEvents, of this window or of another one, and only note what
    // came: an exception must not cross GLFW's frames.
    private void Listen()
    {
        Glfw.SetFramebufferSizeCallback(handle, &OnSize);
        Glfw.SetWindowContentScaleCallback(handle, &OnDensity);
        Glfw.SetWindowIconifyCallback(handle, &OnIconify);
        Glfw.SetWindowRefreshCallback(handle, &OnDamage);
        Glfw.SetKeyCallback(handle, &OnKey);
        Glfw.SetCharCallback(handle, &OnCharacter);
        Glfw.SetMouseButtonCallback(handle, &OnButton);
        Glfw.SetCursorPosCallback(handle, &OnMove);
        Glfw.SetCursorEnterCallback(handle, &OnEnter);
        Glfw.SetScrollCallback(handle, &OnScroll);
    }

    private static void Note(nint window, InputEvent input)
    {
        if (Of(window) is { } target)
            target.events.Enqueue(input);
    }

    private static GlfwWindow? Of(nint window) =>
        Glfw.GetWindowUserPointer(window) is not 0 and var pointer
            ? Unsafe.As<GlfwWindow?>(GCHandle.FromIntPtr(pointer).Target)
            : null;

    [UnmanagedCallersOnly]
    private static void OnSize(nint window, int width, int height) => Note(window, new InputEvent.Resized());

    [UnmanagedCallersOnly]
    private static void OnDensity(nint window, float x, float y) => Note(window, new InputEvent.Resized());

    [UnmanagedCallersOnly]
    private static void OnIconify(nint window, int isIconified) => Note(window, new InputEvent.Resized());

    [UnmanagedCallersOnly]
    private static void OnDamage(nint window) => Note(window, new InputEvent.Damaged());

    [UnmanagedCallersOnly]
    private static void OnKey(nint window, int key, int scanCode, int action, int modifiers)
    {
        if (action is Glfw.Press or Glfw.Repeat && Named(key) is { } which)
            Note(window, new InputEvent.Key(which, '\0'));
    }

    [UnmanagedCallersOnly]
    private static void OnCharacter(nint window, uint codePoint)
    {
        if (codePoint <= char.MaxValue)
            Note(window, new InputEvent.Key(ViewerKey.Character, (char)codePoint));
    }

    [UnmanagedCallersOnly]
    private static void OnButton(nint window, int button, int action, int modifiers)
    {
        if (Of(window) is not { } target || button > 2)
            return;
        var which = button switch { 0 => PointerButton.Primary, 1 => PointerButton.Secondary, _ => PointerButton.Middle };
        target.events.Enqueue(
            new InputEvent.Button(target.pointer.X, target.pointer.Y, which, action == Glfw.Press));
    }

    [UnmanagedCallersOnly]
    private static void OnMove(nint window, double x, double y)
    {
        if (Of(window) is not { } target)
            return;

        // GLFW counts in the screen's coordinates, which are not the framebuffer's pixels everywhere.
        Glfw.GetWindowSize(window, out var width, out var height);
        Glfw.GetFramebufferSize(window, out var pixelWidth, out var pixelHeight);
        target.pointer = (
            (float)(width == 0 ? x : x * pixelWidth / width), (float)(height == 0 ? y : y * pixelHeight / height));
        target.events.Enqueue(new InputEvent.Moved(target.pointer.X, target.pointer.Y));
    }

    [UnmanagedCallersOnly]
    private static void OnEnter(nint window, int hasEntered)
    {
        if (hasEntered != Glfw.True)
            Note(window, new InputEvent.Left());
    }

    [UnmanagedCallersOnly]
    private static void OnScroll(nint window, double right, double up)
    {
        if (Of(window) is { } target)
        {
            target.events.Enqueue(
                new InputEvent.Scrolled(target.pointer.X, target.pointer.Y, (float)right, (float)up));
        }
    }

    // https://www.glfw.org/docs/3.3/group__keys.html
    private static ViewerKey? Named(int key) => key switch
    {
        256 => ViewerKey.Escape,
        257 or 335 => ViewerKey.Enter,
        258 => ViewerKey.Tab,
        259 => ViewerKey.Backspace,
        262 => ViewerKey.Right,
        263 => ViewerKey.Left,
        264 => ViewerKey.Down,
        265 => ViewerKey.Up,
        266 => ViewerKey.PageUp,
        267 => ViewerKey.PageDown,
        268 => ViewerKey.Home,
        269 => ViewerKey.End,
        _ => null,
    };
}
