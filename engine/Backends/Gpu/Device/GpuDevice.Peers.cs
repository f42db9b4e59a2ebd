namespace KernelEngine.Gpu;

/// <content>
/// Copies to another device of the same interface: in the order of both devices' queues, past the host, which does not
/// wait. The device that gives copies; the one that takes begins nothing more before that is done.
/// </content>
internal sealed partial class GpuDevice
{
    // By whom something was given that nobody has read since.
    private readonly Dictionary<GpuDevice, Gift> gifts = [];
    private volatile bool hasGifts;

    /// <summary>Copies what all launches so far leave in a buffer to one of another device.</summary>
    /// <returns>Whether it will be: otherwise nothing has happened, and the bytes have to go through the host.
    /// </returns>
    /// <exception cref="DeviceLostException">One of the devices is lost; the giver is asked first.</exception>
    public static bool TryCopy(
        GpuBuffer source, long sourceOffset, GpuBuffer destination, long destinationOffset, long byteCount)
    {
        var (giver, taker) = (source.Owner, destination.Owner);
        if (ReferenceEquals(giver, taker))
            return false;
        CheckRange(source, sourceOffset, byteCount);
        CheckRange(destination, destinationOffset, byteCount);
        giver.KeepPace();
        taker.KeepPace();

        // In one order, whoever gives: two devices may give each other something at once.
        var (first, second) = giver.Number < taker.Number ? (giver, taker) : (taker, giver);
        lock (first.gate)
        {
            lock (second.gate)
            {
                giver.CheckLost();
                taker.CheckLost();
                if (!giver.Driver.CopiesTo(taker.Driver))
                    return false;
                giver.Give(source.Block, sourceOffset, taker, destination.Block, destinationOffset, byteCount);
            }
        }

        GC.KeepAlive(source);
        GC.KeepAlive(destination);
        return true;
    }

    // Under both locks.
    private void Give(
        GpuBlock source, long sourceOffset, GpuDevice taker, GpuBlock destination, long destinationOffset,
        long byteCount)
    {
        taker.Submit();
        Submit();
        Driver.Await(taker.Driver, destination.LastUse, destination.Copied);
        source.Read = ++commands;
        source.LastUse = batch.Ticket;
        batch.AfterCopies = source.CopiedTo;
        batch.CommandList.Add(CopyCommand(
            hasBarrier: false, source, sourceOffset, destination, destinationOffset, byteCount));
        Submit();

        // A batch of the taker's stands for the copy: whoever uses the block, or gives it back, waits for that.
        taker.Driver.Await(Driver, source.LastUse, 0);
        destination.LastUse = taker.batch.Ticket;
        var mayFail = lastFault != 0 || hasGifts ||
            (taker.gifts.TryGetValue(this, out var before) && before.MayFail);
        taker.gifts[this] = new(destination.LastUse, mayFail);
        taker.hasGifts = true;
        taker.Submit(isMark: true);
    }

    // What was given may be wrong, as the giver found out meanwhile, or was lost: then its exception is also that of
    // whoever reads here. Not under the lock, which the giver must not be asked under.
    private void CheckGifts()
    {
        if (!hasGifts || gate.IsHeldByCurrentThread)
            return;
        GpuDevice[] givers;
        lock (gate)
            givers = [.. gifts.Keys];
        foreach (var giver in givers)
        {
            // One at a time: where one throws the others are still to be asked.
            Gift gift;
            lock (gate)
            {
                if (!gifts.Remove(giver, out gift))
                    continue;

                // What is on its way yet may be lost with its giver.
                if (gift.Ticket > Driver.Completed)
                    gifts.Add(giver, gift with { MayFail = false });
                hasGifts = gifts.Count > 0;
            }

            // One that was closed had been waited for.
            if (giver.isOver)
                continue;
            giver.CheckLost();
            if (gift.MayFail)
                giver.Synchronize();
        }
    }

    /// <summary>Something that another device has given.</summary>
    /// <param name="Ticket">The batch here that stands for the last copy.</param>
    /// <param name="MayFail">Whether what it was made by may turn out to have failed.</param>
    private readonly record struct Gift(long Ticket, bool MayFail);
}
