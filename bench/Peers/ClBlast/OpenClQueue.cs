using System.Runtime.InteropServices;
using System.Text;

namespace KernelEngine.Bench.Peers;

/// <summary>The first OpenCL device and a queue: as little as it takes to hand memory to CLBlast.</summary>
internal sealed unsafe partial class OpenClQueue
{
    private const string Library = "libOpenCL.so.1";
    private const uint AllTypes = 0xFFFFFFFF;
    private const ulong ReadWrite = 1;
    private const uint NameOfDevice = 0x102B;
    private const uint VersionOfDriver = 0x102D;

    private readonly nint context;

    /// <summary>Opens it.</summary>
    /// <exception cref="InvalidOperationException">There is no such device.</exception>
    public OpenClQueue()
    {
        nint platform = 0, device = 0;
        uint count = 0;
        int code;
        Check(GetPlatforms(1, &platform, &count), "clGetPlatformIDs");
        Check(GetDevices(platform, AllTypes, 1, &device, &count), "clGetDeviceIDs");
        context = CreateContext(0, 1, &device, 0, 0, &code);
        Check(code, "clCreateContext");
        Handle = CreateQueue(context, device, 0, &code);
        Check(code, "clCreateCommandQueue");
        Description = $"{Text(device, NameOfDevice)}, {Text(device, VersionOfDriver)}";
    }

    /// <summary>The <c>cl_command_queue</c>.</summary>
    public nint Handle { get; }

    /// <summary>The device and its driver.</summary>
    public string Description { get; }

    /// <summary>Memory of the device, filled with some numbers.</summary>
    public nint Allocate(float[] values)
    {
        int code;
        var bytes = (nuint)values.Length * sizeof(float);
        var memory = CreateBuffer(context, ReadWrite, bytes, 0, &code);
        Check(code, "clCreateBuffer");
        fixed (float* source = values)
            Check(Write(Handle, memory, 1, 0, bytes, source, 0, 0, 0), "clEnqueueWriteBuffer");
        return memory;
    }

    /// <summary>The numbers in memory of the device.</summary>
    public float[] Read(nint memory, long count)
    {
        var values = new float[count];
        fixed (float* target = values)
        {
            Check(
                Read(Handle, memory, 1, 0, (nuint)count * sizeof(float), target, 0, 0, 0), "clEnqueueReadBuffer");
        }

        return values;
    }

    /// <summary>Waits until all is done.</summary>
    public void Finish() => Check(Finish(Handle), "clFinish");

    /// <summary>Lets go of memory.</summary>
    public static void Free(nint memory) => ReleaseMemory(memory);

    /// <summary>Lets go of an event.</summary>
    public static void Forget(nint done) => ReleaseEvent(done);

    private static string Text(nint device, uint what)
    {
        var text = stackalloc byte[256];
        nuint length;
        Check(GetDeviceInfo(device, what, 256, text, &length), "clGetDeviceInfo");
        return Encoding.UTF8.GetString(text, Math.Max(0, (int)length - 1)).Trim();
    }

    private static void Check(int code, string function)
    {
        if (code != 0)
            throw new InvalidOperationException($"{function} returned {code}");
    }

    [LibraryImport(Library, EntryPoint = "clGetPlatformIDs")]
    private static partial int GetPlatforms(uint entries, nint* platforms, uint* count);

    [LibraryImport(Library, EntryPoint = "clGetDeviceIDs")]
    private static partial int GetDevices(nint platform, ulong type, uint entries, nint* devices, uint* count);

    [LibraryImport(Library, EntryPoint = "clGetDeviceInfo")]
    private static partial int GetDeviceInfo(nint device, uint what, nuint size, byte* value, nuint* length);

    [LibraryImport(Library, EntryPoint = "clCreateContext")]
    private static partial nint CreateContext(
        nint properties, uint devices, nint* device, nint notify, nint data, int* code);

    [LibraryImport(Library, EntryPoint = "clCreateCommandQueue")]
    private static partial nint CreateQueue(nint context, nint device, ulong properties, int* code);

    [LibraryImport(Library, EntryPoint = "clCreateBuffer")]
    private static partial nint CreateBuffer(nint context, ulong flags, nuint size, nint host, int* code);

    [LibraryImport(Library, EntryPoint = "clEnqueueWriteBuffer")]
    private static partial int Write(
        nint queue, nint memory, uint waits, nuint offset, nuint size, void* source, uint events, nint list, nint done);

    [LibraryImport(Library, EntryPoint = "clEnqueueReadBuffer")]
    private static partial int Read(
        nint queue, nint memory, uint waits, nuint offset, nuint size, void* target, uint events, nint list, nint done);

    [LibraryImport(Library, EntryPoint = "clFinish")]
    private static partial int Finish(nint queue);

    [LibraryImport(Library, EntryPoint = "clReleaseMemObject")]
    private static partial int ReleaseMemory(nint memory);

    [LibraryImport(Library, EntryPoint = "clReleaseEvent")]
    private static partial int ReleaseEvent(nint done);
}
