using System.Collections.Concurrent;
using System.Numerics;

namespace KernelEngine.Gpu;

/// <summary>
/// The memory of a device of one kind, in blocks by size class (eighths of a power of two): small ones carved from
/// slabs, large ones allocated by themselves. Blocks go back as soon as nobody holds them; whoever takes one next is
/// ordered after its users. Called under the device's lock, but for <see cref="ReturnLater"/>.
/// </summary>
/// <param name="driver">Who has the memory.</param>
/// <param name="kind">What it is for.</param>
/// <param name="whenFull">Where the driver has no more: waits for everything, and gives back what nobody uses.</param>
/// <param name="collects">Whether blocks may be those of objects that the garbage collector has not found yet.</param>
internal sealed class BlockPool(GpuDriver driver, MemoryKind kind, Action whenFull, bool collects)
{
    private const long SmallestBlock = 256;
    private const long SmallestSlab = 4L << 20;
    private const long LargestSlab = 64L << 20;
    private const long LargestInSlab = LargestSlab / 8;
    private const long SmallestBudget = 64L << 20;
    private const int SmallestCount = 1 << 15;

    private readonly Stack<GpuBlock>[] free = MakeStacks();
    private readonly ConcurrentQueue<GpuBlock> returned = new(); // by finalizers
    private readonly Dictionary<GpuMemory, long> carved = []; // bytes of it that blocks were made of
    private GpuMemory? slab;
    private long slabUsed;
    private long usedBytes;
    private long carvedBytes;
    private long budget = SmallestBudget;
    private int usedCount;
    private int carvedCount;
    private int countBudget = SmallestCount;

    /// <summary>Bytes that the driver has allocated.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Bytes of blocks that somebody holds.</summary>
    public long UsedBytes => usedBytes;

    /// <summary>A block of at least so many bytes.</summary>
    /// <exception cref="GpuMemoryException">There is no more, even after everything unused was given back.</exception>
    public GpuBlock Rent(long byteCount)
    {
        var sizeClass = ClassOf(Math.Max(byteCount, SmallestBlock));
        Drain();
        if (TryTake(sizeClass) is { } block)
            return block;
        var bytes = BytesOf(sizeClass);
        if (collects && (carvedBytes + bytes > budget || carvedCount >= countBudget || NeedsLargeSlab(bytes)))
        {
            if (CollectFor(sizeClass) is { } collected)
                return collected;
        }

        try
        {
            return Make(sizeClass, bytes);
        }
        catch (GpuMemoryException)
        {
            Collect(GC.MaxGeneration);
            whenFull();
            return TryTake(sizeClass) ?? Make(sizeClass, bytes);
        }
    }

    /// <summary>Takes a block back.</summary>
    public void Return(GpuBlock block)
    {
        usedBytes -= block.ByteCount;
        usedCount--;
        free[block.SizeClass].Push(block);
    }

    /// <summary>Takes a block back, from any thread, when the lock is next held.</summary>
    public void ReturnLater(GpuBlock block) => returned.Enqueue(block);

    /// <summary>Gives memory back to the driver that nobody has a block of; nothing is in flight.</summary>
    public void GiveBack()
    {
        Drain();
        var idle = new Dictionary<GpuMemory, long>();
        foreach (var block in free.SelectMany(stack => stack))
            idle[block.Memory] = idle.GetValueOrDefault(block.Memory) + block.ByteCount;
        foreach (var (memory, bytes) in idle)
        {
            if (bytes != carved[memory])
            {
                idle.Remove(memory);
                continue;
            }

            carved.Remove(memory);
            carvedBytes -= bytes;
            HeldBytes -= memory.ByteCount;
            if (ReferenceEquals(memory, slab))
                slab = null;
            memory.Free();
        }

        foreach (var stack in free)
        {
            var kept = stack.Where(block => !idle.ContainsKey(block.Memory)).Reverse().ToArray();
            carvedCount -= stack.Count - kept.Length;
            stack.Clear();
            Array.ForEach(kept, stack.Push);
        }
    }

    private GpuBlock? TryTake(int sizeClass)
    {
        if (!free[sizeClass].TryPop(out var block))
            return null;
        usedBytes += block.ByteCount;
        usedCount++;
        return block;
    }

    private bool NeedsSlab(long bytes) =>
        bytes <= LargestInSlab && (slab is null || slabUsed + bytes > slab.ByteCount);

    // As large as all slabs before: what nobody holds any more is looked for first.
    private bool NeedsLargeSlab(long bytes) => HeldBytes >= LargestSlab / 2 && NeedsSlab(bytes);

    private GpuBlock Make(int sizeClass, long bytes)
    {
        GpuBlock block;
        if (bytes > LargestInSlab)
        {
            block = new(driver.Allocate(bytes, kind), 0, bytes, sizeClass);
            HeldBytes += bytes;
        }
        else
        {
            if (NeedsSlab(bytes))
            {
                // Each slab is as large as all before it, within limits.
                var size = Math.Clamp((long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(HeldBytes, bytes)),
                    SmallestSlab, LargestSlab);
                slab = driver.Allocate(size, kind);
                slabUsed = 0;
                HeldBytes += size;
            }

            block = new(slab!, slabUsed, bytes, sizeClass);
            slabUsed += bytes;
        }

        carved[block.Memory] = carved.GetValueOrDefault(block.Memory) + bytes;
        carvedBytes += bytes;
        usedBytes += bytes;
        carvedCount++;
        usedCount++;
        return block;
    }

    // What nobody holds any more may not have been found yet. Where it is not, there is more to come before the next
    // search: one for each new block would be slow.
    private GpuBlock? CollectFor(int sizeClass)
    {
        Collect(1);
        if (TryTake(sizeClass) is { } young)
            return young;
        Collect(GC.MaxGeneration);
        budget = Math.Max((usedBytes * 3 / 2) + SmallestBudget, carvedBytes + BytesOf(sizeClass) + (SmallestBudget / 4));
        countBudget = Math.Max((usedCount * 3 / 2) + SmallestCount, carvedCount + (SmallestCount / 4));
        return TryTake(sizeClass);
    }

    private void Collect(int generation)
    {
        GC.Collect(generation);
        GC.WaitForPendingFinalizers();
        Drain();
    }

    private void Drain()
    {
        while (returned.TryDequeue(out var block))
            Return(block);
    }

    private static int ClassOf(long byteCount)
    {
        var top = 63 - BitOperations.LeadingZeroCount((ulong)byteCount);
        var eighth = (byteCount + (1L << (top - 3)) - 1) >> (top - 3);
        var found = (top * 8) + (int)(eighth - 8);

        // A block begins at a multiple of 256 bytes.
        while (BytesOf(found) % SmallestBlock != 0)
            found++;
        return found;
    }

    private static long BytesOf(int sizeClass) => (8L + (sizeClass % 8)) << ((sizeClass / 8) - 3);

    private static Stack<GpuBlock>[] MakeStacks()
    {
        var stacks = new Stack<GpuBlock>[64 * 8];
        for (var i = 0; i < stacks.Length; i++)
            stacks[i] = new();
        return stacks;
    }
}
