namespace KernelEngine.Cuda;

/// <summary>Events between the commands of batches that are measured.</summary>
internal sealed unsafe class CudaTimestamps(CudaContext context)
{
    private readonly Dictionary<long, nint[]> batches = [];

    /// <summary>Events for a batch: one before its first command, and one behind each.</summary>
    public nint[] Begin(long ticket, int commands)
    {
        var events = new nint[commands + 1];
        lock (batches)
            batches.Add(ticket, events);
        for (var i = 0; i < events.Length; i++)
            events[i] = context.NewEvent(CudaEventFlags.Default);
        return events;
    }

    /// <summary>Gives back the events of batches that nobody asked the times of, as of those that failed.</summary>
    public void Forget()
    {
        lock (batches)
        {
            foreach (var events in batches.Values)
                context.Attempt(() => Destroy(events));
            batches.Clear();
        }
    }

    /// <summary>How long each command took, of a batch that is done.</summary>
    public void Read(long ticket, Span<double> nanoseconds)
    {
        nanoseconds.Clear();
        nint[]? events;
        lock (batches)
        {
            if (!batches.Remove(ticket, out events))
                return;
        }

        using var visit = context.Enter();
        for (var i = 0; i < nanoseconds.Length && i + 1 < events.Length; i++)
        {
            float milliseconds;
            if (CudaApi.EventElapsedTime(&milliseconds, events[i], events[i + 1]) == CudaResult.Success)
                nanoseconds[i] = milliseconds * 1e6;
        }

        Destroy(events);
    }

    private static void Destroy(nint[] events)
    {
        foreach (var one in events)
        {
            if (one != 0)
                CudaApi.EventDestroy(one);
        }
    }
}
