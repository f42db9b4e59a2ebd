using KernelEngine.Gpu;
using Silk.NET.OpenCL;

namespace KernelEngine.OpenCl;

/// <summary>Makes memory of a context.</summary>
/// <param name="api">OpenCL's functions.</param>
/// <param name="context">The context.</param>
/// <param name="queue">The queue that memory is mapped by.</param>
/// <param name="isShared">Whether device and host see the same memory.</param>
internal sealed unsafe class OpenClMemories(OpenClApi api, nint context, nint queue, bool isShared)
{
    /// <summary>Makes memory of a kind.</summary>
    /// <exception cref="GpuMemoryException">There is not that much.</exception>
    public OpenClMemory Make(long byteCount, MemoryKind kind) =>
        isShared ? OpenClMemory.Shared(this, byteCount, kind)
        : kind == MemoryKind.Device ? OpenClMemory.OnDevice(this, byteCount, kind)
        : OpenClMemory.Pinned(this, byteCount, kind, kind == MemoryKind.Parameters);

    /// <summary>Makes a cl_mem.</summary>
    public nint CreateBuffer(MemFlags flags, long byteCount, void* host)
    {
        int code;
        var handle = api.CreateBuffer(context, flags, (nuint)byteCount, host, &code);
        return code == 0 ? handle : throw new GpuMemoryException(byteCount, OpenClErrors.NameOf(code));
    }

    /// <summary>Has the driver really allocate what it otherwise would at the first use.</summary>
    public void Place(nint handle, long byteCount)
    {
        var code = api.EnqueueMigrateMemObjects(
            queue, 1, &handle, MemMigrationFlags.ContentUndefined, 0, null, null);
        if (code != 0)
            throw new GpuMemoryException(byteCount, OpenClErrors.NameOf(code));
    }

    /// <summary>Where the host sees a cl_mem, until it is unmapped.</summary>
    public nint Map(nint handle, long byteCount)
    {
        int code;
        var pointer = api.EnqueueMapBuffer(
            queue, handle, 1, MapFlags.Read | MapFlags.Write, 0, (nuint)byteCount, 0, null, null, &code);
        return code == 0 ? (nint)pointer : throw new GpuMemoryException(byteCount, OpenClErrors.NameOf(code));
    }

    /// <summary>Ends what <see cref="Map"/> began. A lost device may refuse, and nothing can be done about it.</summary>
    public void Unmap(nint handle, nint pointer) =>
        api.EnqueueUnmapMemObject(queue, handle, (void*)pointer, 0, null, null);

    /// <summary>Gives a cl_mem back, or nothing.</summary>
    public void Release(nint handle)
    {
        if (handle != 0)
            api.ReleaseMemObject(handle);
    }

    /// <summary>
    /// Whether the device works on the host's memory where it lies, at once and both ways. OpenCL allows it to keep a
    /// copy of what it was given; runtimes for processors do not.
    /// </summary>
    public static bool SeesHostMemory(OpenClApi api, nint context, nint queue)
    {
        const int Size = 4096;
        Span<byte> room = new byte[2 * Size];
        fixed (byte* start = room)
        {
            var memory = (byte*)(((nint)start + Size - 1) / Size * Size);
            int code;
            var handle = api.CreateBuffer(context, MemFlags.ReadWrite | MemFlags.UseHostPtr, Size / 2, memory, &code);
            if (code != 0)
                return false;
            byte fromHost = 0, toHost = 42;
            memory[7] = 41;
            code = api.EnqueueReadBuffer(queue, handle, 1, 7, 1, &fromHost, 0, null, null);
            if (code == 0)
                code = api.EnqueueWriteBuffer(queue, handle, 1, 9, 1, &toHost, 0, null, null);
            var sees = code == 0 && fromHost == 41 && Volatile.Read(ref memory[9]) == 42;
            api.ReleaseMemObject(handle);
            return sees;
        }
    }
}
