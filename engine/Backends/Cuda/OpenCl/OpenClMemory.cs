using System.Runtime.InteropServices;
using KernelEngine.Gpu;
using Silk.NET.OpenCL;

namespace KernelEngine.OpenCl;

/// <summary>
/// A piece of memory. On a processor all of it is the host's, used by the device where it lies. On a GPU there is
/// memory of the device, and pinned memory of the host beside it.
/// </summary>
internal sealed unsafe class OpenClMemory : GpuMemory
{
    private static long made;
    private readonly OpenClMemories owner;
    private readonly nint pinned;

    private OpenClMemory(
        OpenClMemories owner, long byteCount, MemoryKind kind, nint handle, nint pinned, nint host, bool isShared)
        : base(byteCount, kind, host, address: null) =>
        (this.owner, this.pinned, Handle, IsShared) = (owner, pinned, handle, isShared);

    /// <summary>Tells it from all other memory there ever was; handles come again.</summary>
    public long Id { get; } = Interlocked.Increment(ref made);

    /// <summary>The cl_mem that kernels see; 0 where it is only the host's.</summary>
    public nint Handle { get; }

    /// <summary>Whether host and device see the same bytes.</summary>
    public bool IsShared { get; }

    /// <summary>Memory of the host that the device uses where it lies.</summary>
    public static OpenClMemory Shared(OpenClMemories owner, long byteCount, MemoryKind kind)
    {
        // Whole pages: what OpenCL runtimes for processors ask for, so as not to copy.
        const int Page = 4096;
        void* memory;
        try
        {
            memory = NativeMemory.AlignedAlloc((nuint)((byteCount + Page - 1) / Page * Page), Page);
        }
        catch (OutOfMemoryException)
        {
            throw new GpuMemoryException(byteCount, "the host has no more");
        }

        try
        {
            var handle = owner.CreateBuffer(MemFlags.ReadWrite | MemFlags.UseHostPtr, byteCount, memory);
            return new(owner, byteCount, kind, handle, 0, (nint)memory, isShared: true);
        }
        catch (GpuMemoryException)
        {
            NativeMemory.AlignedFree(memory);
            throw;
        }
    }

    /// <summary>Memory of the device.</summary>
    public static OpenClMemory OnDevice(OpenClMemories owner, long byteCount, MemoryKind kind)
    {
        var handle = owner.CreateBuffer(MemFlags.ReadWrite, byteCount, null);
        try
        {
            owner.Place(handle, byteCount);
            return new(owner, byteCount, kind, handle, 0, 0, isShared: false);
        }
        catch (GpuMemoryException)
        {
            owner.Release(handle);
            throw;
        }
    }

    /// <summary>Memory of the host that the device copies from and to at full speed.</summary>
    /// <param name="owner">Who makes it.</param>
    /// <param name="byteCount">How much.</param>
    /// <param name="kind">What it is for.</param>
    /// <param name="isMirrored">Whether there is as much on the device, that the host's bytes are written to.</param>
    public static OpenClMemory Pinned(OpenClMemories owner, long byteCount, MemoryKind kind, bool isMirrored)
    {
        var mirror = isMirrored ? owner.CreateBuffer(MemFlags.ReadOnly, byteCount, null) : 0;
        nint pinned = 0;
        try
        {
            pinned = owner.CreateBuffer(MemFlags.ReadWrite | MemFlags.AllocHostPtr, byteCount, null);
            var host = owner.Map(pinned, byteCount);
            return new(owner, byteCount, kind, mirror, pinned, host, isShared: false);
        }
        catch (GpuMemoryException)
        {
            owner.Release(pinned);
            owner.Release(mirror);
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void Release()
    {
        if (pinned != 0)
            owner.Unmap(pinned, HostPointer);
        owner.Release(pinned);
        owner.Release(Handle);
        if (IsShared)
            NativeMemory.AlignedFree((void*)HostPointer);
    }
}
