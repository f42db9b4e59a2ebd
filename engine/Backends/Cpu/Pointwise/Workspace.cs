using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>Scratch memory of a thread, aligned to cache lines; it grows and is kept.</summary>
internal sealed unsafe class Workspace
{
    [ThreadStatic]
    private static Workspace? mine;

    private byte[] memory = [];
    private byte* start;
    private nint used;

    /// <summary>This thread's.</summary>
    public static Workspace Mine
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => mine ??= new();
    }

    /// <summary>How much is in use: give it to <see cref="Release"/> when done.</summary>
    public nint Mark => used;

    /// <summary>Takes memory that is not initialised. What was taken before stays where it is.</summary>
    public byte* Take(nint bytes)
    {
        bytes = (bytes + 63) & ~63;
        if (used + bytes > memory.Length - 64)
            Grow(bytes);
        var place = start + used;
        used += bytes;
        return place;
    }

    /// <summary>Gives back all that was taken since a mark.</summary>
    public void Release(nint mark) => used = mark;

    // A block that is in use must stay: the older ones are kept alive until everything has been given back.
    private readonly List<byte[]> outgrown = [];

    private void Grow(nint bytes)
    {
        if (used == 0)
            outgrown.Clear();
        else
            outgrown.Add(memory);
        var size = Math.Max(256 * 1024, (memory.Length * 2L) + bytes + 64);
        memory = GC.AllocateUninitializedArray<byte>(checked((int)size), pinned: true);
        start = (byte*)Unsafe.AsPointer(ref memory[0]);
        start += (64 - ((nint)start & 63)) & 63;
    }
}
