using System.Runtime.ExceptionServices;

namespace KernelEngine.Nn;

/// <summary>
/// Makes numbered batches ahead of their use, on threads of its own; they are handed out in order, whichever thread
/// made them. The threads end with the last batch, with the first error, with <see cref="Dispose"/>, and when nobody
/// holds this any more.
/// </summary>
internal sealed class Prefetch<T> : IDisposable
{
    private readonly Shared shared;
    private readonly Thread[] threads;

    /// <summary>Starts the threads.</summary>
    /// <param name="make">Makes a batch; called on several threads at once.</param>
    /// <param name="first">The first batch.</param>
    /// <param name="end">The batch behind the last.</param>
    /// <param name="workers">How many threads.</param>
    /// <param name="depth">How many batches are made ahead at most.</param>
    public Prefetch(Func<int, T> make, int first, int end, int workers, long depth)
    {
        var batches = Math.Max(end - first, 0);
        shared = new(make, first, end, (int)Math.Min(depth, batches));
        threads = new Thread[Math.Min(workers, batches)];
        for (var i = 0; i < threads.Length; i++)
        {
            threads[i] = new(shared.Work) { IsBackground = true, Name = "DataLoader worker" };
            threads[i].Start();
        }
    }

    ~Prefetch() => shared.End();

    /// <summary>Waits for the next batch.</summary>
    /// <exception cref="Exception">What the making of this batch threw.</exception>
    public T Next()
    {
        var result = shared.Next();
        GC.KeepAlive(this);
        return result;
    }

    /// <summary>Waits until the batches in the making are done, and ends the threads.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        shared.End();
        foreach (var thread in threads)
            thread.Join();
    }

    /// <summary>What the threads see: not the handle, so that a loader that is forgotten ends them.</summary>
    private sealed class Shared(Func<int, T> make, int first, int end, int depth)
    {
        private readonly Lock gate = new();
        private readonly SemaphoreSlim room = new(depth);
        private readonly Slot[] slots = MakeSlots(depth);
        private int claimed = first;
        private int given = first;
        private volatile bool hasEnded;

        public void Work()
        {
            while (true)
            {
                room.Wait();
                int number;
                lock (gate)
                {
                    if (hasEnded || claimed == end)
                    {
                        // The next worker is to see it too.
                        room.Release();
                        return;
                    }

                    number = claimed++;
                }

                var slot = slots[number % slots.Length];
                try
                {
                    slot.Batch = make(number);
                }
                catch (Exception e)
                {
                    slot.Error = ExceptionDispatchInfo.Capture(e);
                    lock (gate)
                        claimed = end;
                }

                slot.Ready.Release();
            }
        }

        public T Next()
        {
            var slot = slots[given % slots.Length];
            slot.Ready.Wait();
            slot.Error?.Throw();
            var batch = slot.Batch!;
            slot.Batch = default;
            given++;
            room.Release();
            return batch;
        }

        public void End()
        {
            hasEnded = true;
            room.Release();
        }

        private static Slot[] MakeSlots(int count)
        {
            var slots = new Slot[count];
            for (var i = 0; i < count; i++)
                slots[i] = new();
            return slots;
        }
    }

    private sealed class Slot
    {
        public readonly SemaphoreSlim Ready = new(0);
        public T? Batch;
        public ExceptionDispatchInfo? Error;
    }
}
