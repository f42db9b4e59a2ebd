using System.Numerics;

namespace KernelEngine;

/// <summary>A large block of host memory; its finalizer gives it back to the pool.</summary>
internal sealed class HostBlock
{
    private int state; // 0 in use, 1 returned, 2 handed out

    public HostBlock(Array array, nint offset, int sizeClass) =>
        (Array, Offset, SizeClass) = (array, offset, sizeClass);

    ~HostBlock() => Return();

    public Array Array { get; }

    public nint Offset { get; }

    public int SizeClass { get; }

    public void HandOut()
    {
        if (Interlocked.CompareExchange(ref state, 2, 0) == 0)
        {
            GC.SuppressFinalize(this);
            HostPool.Forget(SizeClass);
        }
    }

    public void Return()
    {
        if (Interlocked.CompareExchange(ref state, 1, 0) == 0)
        {
            GC.SuppressFinalize(this);
            HostPool.Return(Array, Offset, SizeClass);
        }
    }
}

/// <summary>
/// Large blocks of host memory between uses, by size class (eighths of a power of two). Blocks that nobody holds come
/// back through finalizers; so before it grows past its budget, it asks for a collection.
/// </summary>
internal static class HostPool
{
    /// <summary>Blocks below this many bytes are plain arrays: a finalizable object costs more than they do.</summary>
    public const int SmallestBlock = 64 * 1024;

    private const int Alignment = 64;
    private const long SmallestBudget = 48L << 20;

    private static readonly Lock Gate = new();
    private static readonly Stack<(Array Array, nint Offset)>[] Free = MakeStacks();
    private static readonly bool[] Wanted = new bool[Free.Length]; // since the last collection
    private static long heldBytes; // in use and free, not counting those handed out
    private static long freeBytes;
    private static long budget = SmallestBudget;

    /// <summary>Bytes held: in use and free.</summary>
    public static long HeldBytes => Interlocked.Read(ref heldBytes);

    public static HostBlock Rent(long byteCount)
    {
        var sizeClass = ClassOf(byteCount);
        if (TryTake(sizeClass) is { } block)
            return block;

        // More than one array can hold.
        if (BytesOf(sizeClass) / Alignment >= Array.MaxLength)
            throw NotEnough(byteCount);
        if (HeldBytes + BytesOf(sizeClass) > Interlocked.Read(ref budget))
        {
            Collect(BytesOf(sizeClass));
            if (TryTake(sizeClass) is { } collected)
                return collected;
        }

        var (array, offset) = Allocate(BytesOf(sizeClass), byteCount);
        Interlocked.Add(ref heldBytes, BytesOf(sizeClass));
        return new(array, offset, sizeClass);
    }

    public static void Return(Array array, nint offset, int sizeClass)
    {
        lock (Gate)
        {
            Free[sizeClass].Push((array, offset));
            freeBytes += BytesOf(sizeClass);
        }
    }

    public static void Forget(int sizeClass) => Interlocked.Add(ref heldBytes, -BytesOf(sizeClass));

    private static HostBlock? TryTake(int sizeClass)
    {
        lock (Gate)
        {
            Wanted[sizeClass] = true;
            if (!Free[sizeClass].TryPop(out var entry))
                return null;
            freeBytes -= BytesOf(sizeClass);
            return new(entry.Array, entry.Offset, sizeClass);
        }
    }

    private static void Collect(long wanted)
    {
        // Young garbage first: what a training step leaves behind rarely gets older.
        GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        GC.WaitForPendingFinalizers();
        lock (Gate)
        {
            if (heldBytes - freeBytes <= budget / 2)
            {
                // Enough came back, though perhaps in other sizes.
                MakeRoom(wanted);
                return;
            }
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        lock (Gate)
        {
            budget = Math.Max(SmallestBudget, ((heldBytes - freeBytes + wanted) * 3 / 2) + SmallestBudget);
            MakeRoom(wanted);
        }
    }

    // Those that nobody asked for of late go first, then as many of those there is most of as make room for this one:
    // the others are in the caches, and the system has mapped them.
    private static void MakeRoom(long wanted)
    {
        TrimUnwanted();
        while (heldBytes + wanted > budget && freeBytes > 0 && Free[ClassOf(wanted)].Count == 0)
            LetGo(Array.IndexOf(Free, Free.MaxBy(Idle)!), 1);
    }

    private static void TrimUnwanted()
    {
        for (var i = 0; i < Free.Length; i++)
        {
            if (!Wanted[i])
                LetGo(i, Free[i].Count);
            Wanted[i] = false;
        }
    }

    private static void LetGo(int sizeClass, int count)
    {
        for (var i = 0; i < count; i++)
            Free[sizeClass].Pop();
        Interlocked.Add(ref heldBytes, -count * BytesOf(sizeClass));
        freeBytes -= count * BytesOf(sizeClass);
    }

    private static long Idle(Stack<(Array Array, nint Offset)> blocks) =>
        blocks.Count == 0 ? 0 : blocks.Count * blocks.Peek().Array.LongLength;

    private static void Trim()
    {
        foreach (var stack in Free)
            stack.Clear();
        heldBytes -= freeBytes;
        freeBytes = 0;
    }

    private static (Array Array, nint Offset) Allocate(long bytes, long wanted)
    {
        try
        {
            return AllocateAligned(bytes);
        }
        catch (Exception e) when (e is OutOfMemoryException or OverflowException)
        {
            lock (Gate)
                Trim();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            try
            {
                return AllocateAligned(bytes);
            }
            catch (Exception again) when (again is OutOfMemoryException or OverflowException)
            {
                throw NotEnough(wanted);
            }
        }
    }

    private static TensorRuntimeException NotEnough(long wanted) => new(
        $"cpu: not enough memory: you tried to allocate {wanted} bytes.",
        $"{HeldBytes} bytes are held by other tensors");

    private static unsafe (Array Array, nint Offset) AllocateAligned(long bytes)
    {
        // One element is a whole cache line, so that more than int.MaxValue bytes fit into one array.
        var array = GC.AllocateUninitializedArray<CacheLine>(checked((int)((bytes / Alignment) + 1)), pinned: true);
        fixed (CacheLine* start = array)
            return (array, (nint)((Alignment - ((ulong)start % Alignment)) % Alignment));
    }

    private static int ClassOf(long byteCount)
    {
        var top = 63 - BitOperations.LeadingZeroCount((ulong)byteCount);
        var eighth = (byteCount + (1L << (top - 3)) - 1) >> (top - 3);
        return (top * 8) + (int)(eighth - 8);
    }

    private static long BytesOf(int sizeClass) => (8L + (sizeClass % 8)) << ((sizeClass / 8) - 3);

    private static Stack<(Array Array, nint Offset)>[] MakeStacks()
    {
        var stacks = new Stack<(Array, nint)>[64 * 8];
        for (var i = 0; i < stacks.Length; i++)
            stacks[i] = new();
        return stacks;
    }

    [System.Runtime.CompilerServices.InlineArray(Alignment / sizeof(long))]
    private struct CacheLine
    {
        private long first;
    }
}
