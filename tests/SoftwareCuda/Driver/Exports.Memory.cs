using System.Runtime.InteropServices;
using static KernelEngine.SoftwareCuda.SoftwareDriver;

namespace KernelEngine.SoftwareCuda;

/// <content>Memory and copies.</content>
internal static unsafe partial class Exports
{
    private static readonly Dictionary<nint, nuint> Pinned = [];

    [UnmanagedCallersOnly(EntryPoint = "cuMemGetInfo_v2")]
    private static int MemoryGetInfo(nuint* free, nuint* total) => CallIn(_ =>
        (*free, *total) = ((nuint)(MemoryBytes - PtxMemory.Allocated), (nuint)MemoryBytes));

    [UnmanagedCallersOnly(EntryPoint = "cuMemAlloc_v2")]
    private static int MemoryAllocate(ulong* address, nuint bytes) => CallIn(_ => *address = Allocate(bytes));

    [UnmanagedCallersOnly(EntryPoint = "cuMemFree_v2")]
    private static int MemoryFree(ulong address) => CallIn(_ => Expect(PtxMemory.Free(address)));

    [UnmanagedCallersOnly(EntryPoint = "cuMemAllocAsync")]
    private static int MemoryAllocateAsync(ulong* address, nuint bytes, nint stream) => CallIn(context =>
    {
        // There when the stream is as far; until then nobody may use it.
        StreamOf(stream, context);
        *address = Allocate(bytes);
    });

    [UnmanagedCallersOnly(EntryPoint = "cuMemFreeAsync")]
    private static int MemoryFreeAsync(ulong address, nint stream) => CallIn(context =>
        StreamOf(stream, context).Add(() => PtxMemory.Free(address)));

    [UnmanagedCallersOnly(EntryPoint = "cuMemHostAlloc")]
    private static int HostAllocate(nint* pointer, nuint bytes, uint flags) => CallIn(_ =>
    {
        Expect(bytes > 0 && flags <= 7);
        *pointer = (nint)NativeMemory.AlignedAlloc(bytes, 4096);
        Pinned.Add(*pointer, bytes);
    });

    [UnmanagedCallersOnly(EntryPoint = "cuMemFreeHost")]
    private static int HostFree(nint pointer) => CallIn(_ =>
    {
        Expect(Pinned.Remove(pointer));
        NativeMemory.AlignedFree((void*)pointer);
    });

    [UnmanagedCallersOnly(EntryPoint = "cuMemcpyHtoDAsync_v2")]
    private static int CopyToDevice(ulong to, nint from, nuint bytes, nint stream) => CallIn(context =>
    {
        Expect(PtxMemory.Holds(to, bytes) && IsPinned(from, bytes));
        StreamOf(stream, context).Add(() => Buffer.MemoryCopy((void*)from, (void*)to, bytes, bytes));
    });

    [UnmanagedCallersOnly(EntryPoint = "cuMemcpyDtoHAsync_v2")]
    private static int CopyToHost(nint to, ulong from, nuint bytes, nint stream) => CallIn(context =>
    {
        Expect(PtxMemory.Holds(from, bytes) && IsPinned(to, bytes));
        StreamOf(stream, context).Add(() => Buffer.MemoryCopy((void*)from, (void*)to, bytes, bytes));
    });

    [UnmanagedCallersOnly(EntryPoint = "cuMemcpyDtoDAsync_v2")]
    private static int CopyOnDevice(ulong to, ulong from, nuint bytes, nint stream) => CallIn(context =>
    {
        Expect(PtxMemory.Holds(from, bytes) && PtxMemory.Holds(to, bytes));
        StreamOf(stream, context).Add(() => Buffer.MemoryCopy((void*)from, (void*)to, bytes, bytes));
    });

    [UnmanagedCallersOnly(EntryPoint = "cuMemcpyPeerAsync")]
    private static int CopyPeer(
        ulong to, nint toContext, ulong from, nint fromContext, nuint bytes, nint stream) => CallIn(context =>
    {
        Expect(PtxMemory.Holds(from, bytes) && PtxMemory.Holds(to, bytes));
        SoftwareObjects.Get<SoftwareContext>(toContext);
        SoftwareObjects.Get<SoftwareContext>(fromContext);
        PeerCopies++;
        StreamOf(stream, context).Add(() => Buffer.MemoryCopy((void*)from, (void*)to, bytes, bytes));
    });

    private static ulong Allocate(nuint bytes)
    {
        Expect(bytes > 0);
        Expect(PtxMemory.Allocated + (long)bytes <= MemoryBytes, SoftwareError.OutOfMemory);
        return PtxMemory.Allocate(bytes);
    }

    // Copies from memory that is not pinned would wait.
    private static bool IsPinned(nint pointer, nuint bytes) =>
        Pinned.Any(piece => pointer >= piece.Key && (nuint)(pointer - piece.Key) + bytes <= piece.Value);

    private static SoftwareStream StreamOf(nint handle, SoftwareContext context)
    {
        var stream = SoftwareObjects.Get<SoftwareStream>(handle);
        Expect(stream.Context == context, SoftwareError.InvalidContext);
        return stream;
    }
}
