using System.Runtime.InteropServices;

namespace KernelEngine.Tests.Viewing;

/// <summary>A connection to the X server beside GLFW's: sees a window as the user does, and moves it as a desktop does.</summary>
internal sealed unsafe partial class XConnection : IDisposable
{
    private const int ZPixmap = 2;

    private readonly nint display = XOpenDisplay(null);

    public XConnection() => Assert.NotEqual(0, display);

    /// <summary>The window with a title.</summary>
    public nuint Find(string title) => Find(XDefaultRootWindow(display), title) is not 0 and var found
        ? found
        : throw new InvalidOperationException($"there is no window '{title}'");

    /// <summary>Gives a window another size.</summary>
    public void Resize(nuint window, int width, int height)
    {
        _ = XResizeWindow(display, window, (uint)width, (uint)height);
        _ = XSync(display, 0);
    }

    /// <summary>Hides a window, or shows it again.</summary>
    public void Show(nuint window, bool isShown)
    {
        _ = isShown ? XMapWindow(display, window) : XUnmapWindow(display, window);
        _ = XSync(display, 0);
    }

    /// <summary>Moves a window to the screen's corner, and gives it the keyboard.</summary>
    public void Place(nuint window)
    {
        _ = XMoveWindow(display, window, 0, 0);
        _ = XRaiseWindow(display, window);
        _ = XSync(display, 0);
        _ = XSetInputFocus(display, window, 1, 0);
        _ = XSync(display, 0);
    }

    /// <summary>Asks a window to close, as the button on its frame does.</summary>
    public void AskToClose(nuint window)
    {
        var message = new XClientMessage
        {
            Type = 33,
            Window = window,
            MessageType = XInternAtom(display, "WM_PROTOCOLS", 0),
            Format = 32,
            Data = XInternAtom(display, "WM_DELETE_WINDOW", 0),
        };
        _ = XSendEvent(display, window, 0, 0, &message);
        _ = XSync(display, 0);
    }

    /// <summary>Makes an icon of a window, or a window of its icon, as a window manager does.</summary>
    public void Minimise(nuint window, bool isMinimised)
    {
        var state = XInternAtom(display, "WM_STATE", 0);
        var values = stackalloc nuint[2] { isMinimised ? 3U : 1U, 0 };
        _ = XChangeProperty(display, window, state, state, 32, 0, (byte*)values, 2);
        Show(window, !isMinimised);
        if (!isMinimised)
            Place(window);
    }

    /// <summary>A window's pixels: 0x00RRGGBB, row by row.</summary>
    public uint[] Pixels(nuint window, int width, int height)
    {
        var image = XGetImage(display, window, 0, 0, (uint)width, (uint)height, ~0UL, ZPixmap);
        Assert.True(image != null);
        Assert.Equal(32, image->BitsPerPixel);
        var pixels = new uint[width * height];
        for (var y = 0; y < height; y++)
        {
            new ReadOnlySpan<uint>(image->Data + (y * image->BytesPerLine), width)
                .CopyTo(pixels.AsSpan(y * width));
        }

        _ = XDestroyImage(image);
        return pixels;
    }

    public void Dispose() => _ = XCloseDisplay(display);

    private nuint Find(nuint parent, string title)
    {
        if (XFetchName(display, parent, out var name) != 0 && name != 0)
        {
            var text = Marshal.PtrToStringUTF8(name);
            _ = XFree(name);
            if (text == title)
                return parent;
        }

        if (XQueryTree(display, parent, out _, out _, out var children, out var count) == 0 || children == null)
            return 0;
        nuint found = 0;
        for (var i = 0U; i < count && found == 0; i++)
            found = Find(children[i], title);
        _ = XFree((nint)children);
        return found;
    }

    [LibraryImport("libX11.so.6", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint XOpenDisplay(string? name);

    [LibraryImport("libX11.so.6")]
    private static partial int XCloseDisplay(nint display);

    [LibraryImport("libX11.so.6")]
    private static partial nuint XDefaultRootWindow(nint display);

    [LibraryImport("libX11.so.6")]
    private static partial int XFetchName(nint display, nuint window, out nint name);

    [LibraryImport("libX11.so.6")]
    private static partial int XQueryTree(
        nint display, nuint window, out nuint root, out nuint parent, out nuint* children, out uint count);

    [LibraryImport("libX11.so.6")]
    private static partial int XResizeWindow(nint display, nuint window, uint width, uint height);

    [LibraryImport("libX11.so.6")]
    private static partial int XMoveWindow(nint display, nuint window, int x, int y);

    [LibraryImport("libX11.so.6")]
    private static partial int XRaiseWindow(nint display, nuint window);

    [LibraryImport("libX11.so.6")]
    private static partial int XSetInputFocus(nint display, nuint window, int revertTo, nuint time);

    [LibraryImport("libX11.so.6", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nuint XInternAtom(nint display, string name, int onlyIfThere);

    [LibraryImport("libX11.so.6")]
    private static partial int XSendEvent(
        nint display, nuint window, int propagate, nint mask, XClientMessage* message);

    [LibraryImport("libX11.so.6")]
    private static partial int XChangeProperty(
        nint display, nuint window, nuint property, nuint type, int format, int mode, byte* data, int count);

    [LibraryImport("libX11.so.6")]
    private static partial int XMapWindow(nint display, nuint window);

    [LibraryImport("libX11.so.6")]
    private static partial int XUnmapWindow(nint display, nuint window);

    [LibraryImport("libX11.so.6")]
    private static partial int XSync(nint display, int discard);

    [LibraryImport("libX11.so.6")]
    private static partial int XFree(nint data);

    [LibraryImport("libX11.so.6")]
    private static partial XImage* XGetImage(
        nint display, nuint window, int x, int y, uint width, uint height, ulong planes, int format);

    [LibraryImport("libX11.so.6")]
    private static partial int XDestroyImage(XImage* image);

    // As Xlib.h has it, which writes it.
    [StructLayout(LayoutKind.Explicit, Size = 136)]
    private readonly struct XImage
    {
        [FieldOffset(16)]
        public readonly byte* Data;

        [FieldOffset(44)]
        public readonly int BytesPerLine;

        [FieldOffset(48)]
        public readonly int BitsPerPixel;
    }

    // As Xlib.h has it, within the size of any event.
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct XClientMessage
    {
        [FieldOffset(0)]
        public int Type;

        [FieldOffset(32)]
        public nuint Window;

        [FieldOffset(40)]
        public nuint MessageType;

        [FieldOffset(48)]
        public int Format;

        [FieldOffset(56)]
        public nuint Data;
    }
}
