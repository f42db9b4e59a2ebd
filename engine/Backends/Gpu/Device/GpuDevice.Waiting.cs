namespace KernelEngine.Gpu;

/// <content>Waiting without a thread.</content>
internal sealed partial class GpuDevice
{
    /// <summary>Waits, without holding a thread's attention, and copies a buffer's contents to the host.</summary>
    public async ValueTask DownloadAsync(
        GpuBuffer source, long offset, Memory<byte> destination, CancellationToken cancellation)
    {
        long ticket;
        lock (gate)
        {
            CheckLost();
            Submit();
            ticket = source.Block.LastUse;
        }

        if (ticket > Driver.Completed)
        {
            var waiting = Task.Run(() => Driver.Wait(ticket), CancellationToken.None);
            await waiting.WaitAsync(cancellation).ConfigureAwait(false);
        }

        Download(source, offset, destination.Span);
    }
}
