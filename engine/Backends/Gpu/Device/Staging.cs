namespace KernelEngine.Gpu;

/// <summary>
/// Memory through which bytes go to a device and come back, where the host does not see the device's own. The host
/// writes it before the batch runs that reads it: so a block is free again only when that batch is done.
/// </summary>
internal sealed class Staging(GpuDriver driver, MemoryKind kind, Action whenFull)
{
    /// <summary>The most bytes that go through at once.</summary>
    public const long PieceBytes = 16L << 20;

    private readonly BlockPool pool = new(driver, kind, whenFull, collects: false);
    private readonly Queue<GpuBlock> inFlight = new();
    private readonly System.Collections.Concurrent.ConcurrentQueue<GpuBlock> later = new();

    /// <summary>Bytes that the driver has allocated.</summary>
    public long HeldBytes => pool.HeldBytes;

    /// <summary>Bytes of blocks that batches still use.</summary>
    public long UsedBytes => pool.UsedBytes;

    /// <summary>A block that no batch uses.</summary>
    public GpuBlock Rent(long byteCount)
    {
        Reclaim();
        return pool.Rent(byteCount);
    }

    /// <summary>Takes a block back once the batch of its last use is done.</summary>
    public void Return(GpuBlock block) => inFlight.Enqueue(block);

    /// <summary>Takes a block back, from any thread, when the lock is next held.</summary>
    public void ReturnLater(GpuBlock block) => later.Enqueue(block);

    /// <summary>Gives back to the driver what nobody uses.</summary>
    public void GiveBack()
    {
        Reclaim();
        pool.GiveBack();
    }

    /// <summary>Takes back what is done.</summary>
    public void Reclaim()
    {
        while (later.TryDequeue(out var returned))
            inFlight.Enqueue(returned);
        if (inFlight.Count == 0)
            return;
        while (inFlight.TryPeek(out var block) && driver.IsDone(block))
            pool.Return(inFlight.Dequeue());
    }
}
