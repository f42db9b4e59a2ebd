using System.Reflection;
using System.Runtime.InteropServices;

namespace KernelEngine.Viewing;

/// <summary>
/// The functions of GLFW 3 (https://www.glfw.org/docs/3.3/) that the viewer calls. Nothing here throws because the
/// library is missing as long as <see cref="IsThere"/> is asked first.
/// </summary>
internal static unsafe partial class Glfw
{
    public const int True = 1, False = 0, Press = 1, Repeat = 2, DontCare = -1;

    // Hints and attributes.
    public const int Iconified = 0x00020002, Visible = 0x00020004, ScaleToMonitor = 0x0002200C;
    public const int AlphaBits = 0x00021004, DepthBits = 0x00021005, StencilBits = 0x00021006;
    public const int ClientApi = 0x00022001, ContextVersionMajor = 0x00022002, ContextVersionMinor = 0x00022003;
    public const int OpenGlForwardCompatible = 0x00022006, OpenGlDebugContext = 0x00022007;
    public const int OpenGlProfile = 0x00022008, OpenGlCoreProfile = 0x00032001;
    public const int NoApi = 0, OpenGlApi = 0x00030001;
    public const int X11ClassName = 0x00024001, X11InstanceName = 0x00024002;

    private const string Library = "glfw";

    private static readonly string[] FileNames =
        OperatingSystem.IsWindows() ? ["glfw3.dll"]
        : OperatingSystem.IsMacOS()
            ? ["libglfw.3.dylib", "/opt/homebrew/lib/libglfw.3.dylib", "/usr/local/lib/libglfw.3.dylib"]
            : ["libglfw.so.3", "libglfw.so"];

    private static readonly Lazy<nint> Loaded = new(Load);

    static Glfw() => NativeLibrary.SetDllImportResolver(typeof(Glfw).Assembly, Resolve);

    /// <summary>Whether the library is there; nothing else may be called if it is not.</summary>
    public static bool IsThere => Loaded.Value != 0;

    /// <summary>What to tell a user who has not got the library.</summary>
    public static string Missing => OperatingSystem.IsWindows()
        ? "glfw3.dll is not there: take it from https://www.glfw.org/download (64-bit Windows binaries) and put it " +
          "beside the program"
        : OperatingSystem.IsMacOS()
            ? "libglfw.3.dylib is not there: brew install glfw"
            : "libglfw.so.3 is not there: apt-get install libglfw3";

    [LibraryImport(Library, EntryPoint = "glfwInit")]
    public static partial int Init();

    [LibraryImport(Library, EntryPoint = "glfwGetError")]
    public static partial int GetError(byte** description);

    [LibraryImport(Library, EntryPoint = "glfwWindowHint")]
    public static partial void WindowHint(int hint, int value);

    [LibraryImport(Library, EntryPoint = "glfwWindowHintString", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void WindowHintString(int hint, string value);

    [LibraryImport(Library, EntryPoint = "glfwDefaultWindowHints")]
    public static partial void DefaultWindowHints();

    [LibraryImport(Library, EntryPoint = "glfwCreateWindow", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint CreateWindow(int width, int height, string title, nint monitor, nint share);

    [LibraryImport(Library, EntryPoint = "glfwDestroyWindow")]
    public static partial void DestroyWindow(nint window);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowTitle", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetWindowTitle(nint window, string title);

    [LibraryImport(Library, EntryPoint = "glfwGetFramebufferSize")]
    public static partial void GetFramebufferSize(nint window, out int width, out int height);

    [LibraryImport(Library, EntryPoint = "glfwGetWindowSize")]
    public static partial void GetWindowSize(nint window, out int width, out int height);

    [LibraryImport(Library, EntryPoint = "glfwGetWindowContentScale")]
    public static partial void GetWindowContentScale(nint window, out float x, out float y);

    [LibraryImport(Library, EntryPoint = "glfwGetWindowAttrib")]
    public static partial int GetWindowAttribute(nint window, int attribute);

    [LibraryImport(Library, EntryPoint = "glfwWindowShouldClose")]
    public static partial int WindowShouldClose(nint window);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowUserPointer")]
    public static partial void SetWindowUserPointer(nint window, nint pointer);

    [LibraryImport(Library, EntryPoint = "glfwGetWindowUserPointer")]
    public static partial nint GetWindowUserPointer(nint window);

    [LibraryImport(Library, EntryPoint = "glfwPollEvents")]
    public static partial void PollEvents();

    [LibraryImport(Library, EntryPoint = "glfwWaitEventsTimeout")]
    public static partial void WaitEventsTimeout(double seconds);

    [LibraryImport(Library, EntryPoint = "glfwPostEmptyEvent")]
    public static partial void PostEmptyEvent();

    [LibraryImport(Library, EntryPoint = "glfwMakeContextCurrent")]
    public static partial void MakeContextCurrent(nint window);

    [LibraryImport(Library, EntryPoint = "glfwGetCurrentContext")]
    public static partial nint GetCurrentContext();

    [LibraryImport(Library, EntryPoint = "glfwSwapBuffers")]
    public static partial void SwapBuffers(nint window);

    [LibraryImport(Library, EntryPoint = "glfwSwapInterval")]
    public static partial void SwapInterval(int interval);

    [LibraryImport(Library, EntryPoint = "glfwGetProcAddress", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint GetProcAddress(string name);

    [LibraryImport(Library, EntryPoint = "glfwGetRequiredInstanceExtensions")]
    public static partial byte** GetRequiredInstanceExtensions(out uint count);

    [LibraryImport(Library, EntryPoint = "glfwCreateWindowSurface")]
    public static partial int CreateWindowSurface(nint instance, nint window, void* allocator, out ulong surface);

    /// <summary>X's connection; only where GLFW speaks X.</summary>
    [LibraryImport(Library, EntryPoint = "glfwGetX11Display")]
    public static partial nint GetX11Display();

    [LibraryImport(Library, EntryPoint = "glfwSetFramebufferSizeCallback")]
    public static partial nint SetFramebufferSizeCallback(
        nint window, delegate* unmanaged<nint, int, int, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowContentScaleCallback")]
    public static partial nint SetWindowContentScaleCallback(
        nint window, delegate* unmanaged<nint, float, float, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowIconifyCallback")]
    public static partial nint SetWindowIconifyCallback(nint window, delegate* unmanaged<nint, int, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowRefreshCallback")]
    public static partial nint SetWindowRefreshCallback(nint window, delegate* unmanaged<nint, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetKeyCallback")]
    public static partial nint SetKeyCallback(
        nint window, delegate* unmanaged<nint, int, int, int, int, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetCharCallback")]
    public static partial nint SetCharCallback(nint window, delegate* unmanaged<nint, uint, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetMouseButtonCallback")]
    public static partial nint SetMouseButtonCallback(
        nint window, delegate* unmanaged<nint, int, int, int, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetCursorPosCallback")]
    public static partial nint SetCursorPosCallback(
        nint window, delegate* unmanaged<nint, double, double, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetCursorEnterCallback")]
    public static partial nint SetCursorEnterCallback(nint window, delegate* unmanaged<nint, int, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetScrollCallback")]
    public static partial nint SetScrollCallback(nint window, delegate* unmanaged<nint, double, double, void> callback);

    /// <summary>Whether the library that was loaded has a function.</summary>
    public static bool Has(string function) => IsThere && NativeLibrary.TryGetExport(Loaded.Value, function, out _);

    /// <summary>What went wrong last on this thread, and forgets it.</summary>
    public static string LastError()
    {
        byte* description;
        var code = GetError(&description);
        return code == 0 ? "no reason given" : Marshal.PtrToStringUTF8((nint)description) ?? $"GLFW error 0x{code:X}";
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == Library ? Loaded.Value : 0;

    private static nint Load()
    {
        foreach (var name in FileNames)
        {
            if (NativeLibrary.TryLoad(name, typeof(Glfw).Assembly, null, out var library))
                return library;
        }

        return 0;
    }
}
