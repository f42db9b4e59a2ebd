using System.Runtime.InteropServices;
using System.Text;

namespace KernelEngine.SoftwareCuda;

/// <summary>The driver's state, and what calls have in common.</summary>
public static class SoftwareDriver
{
    /// <summary>How many devices it has.</summary>
    public const int Devices = 2;

    /// <summary>The memory of each, in bytes.</summary>
    public const long MemoryBytes = 2L << 30;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<int, nint> Primary = [];
    private static readonly Dictionary<string, nint> Texts = [];

    [ThreadStatic]
    private static Stack<nint>? current;

    /// <summary>What the last thread that did what it must not did.</summary>
    public static string? LastFault { get; internal set; }

    /// <summary>Major and minor compute capability of the devices.</summary>
    public static (int Major, int Minor) Capability { get; set; } = (8, 0);

    /// <summary>How many kernels were launched.</summary>
    public static long Launches { get; internal set; }

    /// <summary>How many graphs were launched.</summary>
    public static long GraphLaunches { get; internal set; }

    /// <summary>Whether streams refuse to be captured.</summary>
    public static bool RefusesCapture { get; set; }

    /// <summary>How many copies between devices were enqueued.</summary>
    public static long PeerCopies { get; internal set; }

    /// <summary>A context of an application's own.</summary>
    public static nint CreateContext(int device)
    {
        lock (Gate)
            return SoftwareObjects.Add(new SoftwareContext(device));
    }

    /// <summary>A stream of an application's own.</summary>
    public static nint CreateStream(nint context)
    {
        lock (Gate)
            return SoftwareObjects.Add(new SoftwareStream(SoftwareObjects.Get<SoftwareContext>(context)));
    }

    /// <summary>The calling thread's contexts, from the innermost.</summary>
    internal static Stack<nint> Current => current ??= new();

    /// <summary>Runs a call that needs no context.</summary>
    internal static int Call(Action call)
    {
        lock (Gate)
        {
            try
            {
                call();
                return (int)SoftwareError.Success;
            }
            catch (SoftwareErrorException e)
            {
                return (int)e.Error;
            }
        }
    }

    /// <summary>Runs a call in the thread's context.</summary>
    internal static int CallIn(Action<SoftwareContext> call)
    {
        lock (Gate)
        {
            if (!Current.TryPeek(out var handle))
                return (int)SoftwareError.InvalidContext;
            try
            {
                var context = SoftwareObjects.Get<SoftwareContext>(handle);
                if (context.Error == 0)
                    call(context);
                return context.Error;
            }
            catch (SoftwareErrorException e)
            {
                return (int)e.Error;
            }
        }
    }

    /// <summary>The primary context of a device.</summary>
    internal static nint RetainPrimary(int device)
    {
        CheckDevice(device);
        if (!Primary.TryGetValue(device, out var handle))
            Primary.Add(device, handle = SoftwareObjects.Add(new SoftwareContext(device)));
        SoftwareObjects.Get<SoftwareContext>(handle).Users++;
        return handle;
    }

    /// <summary>Lets go of it; the last one destroys it.</summary>
    internal static void ReleasePrimary(int device)
    {
        if (!Primary.TryGetValue(device, out var handle))
            throw new SoftwareErrorException(SoftwareError.InvalidContext);
        if (--SoftwareObjects.Get<SoftwareContext>(handle).Users > 0)
            return;
        Primary.Remove(device);
        SoftwareObjects.Remove(handle);
    }

    /// <summary>Throws where there is no such device.</summary>
    internal static void CheckDevice(int device) => Expect((uint)device < Devices, SoftwareError.InvalidDevice);

    /// <summary>Ends a call unless something is so.</summary>
    internal static void Expect(bool isSo, SoftwareError error = SoftwareError.InvalidValue)
    {
        if (!isSo)
            throw new SoftwareErrorException(error);
    }

    /// <summary>A text that stays.</summary>
    internal static nint TextOf(string text)
    {
        if (!Texts.TryGetValue(text, out var pointer))
            Texts.Add(text, pointer = Marshal.StringToCoTaskMemUTF8(text));
        return pointer;
    }

    /// <summary>Writes a text with its zero, as far as there is room.</summary>
    internal static unsafe void Write(string text, nint target, int room)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = Math.Min(bytes.Length, room - 1);
        bytes.AsSpan(0, length).CopyTo(new Span<byte>((void*)target, length));
        ((byte*)target)[length] = 0;
    }
}
