namespace KernelEngine;

/// <content>Memory that pending results read, and when it is let go.</content>
internal sealed partial class PendingQueue
{
    /// <summary>Notes that a result's storage was given back.</summary>
    public void Free(PendingResult result)
    {
        lock (gate)
        {
            result.IsFreed = true;
            if (result.Buffer is { } memory)
                Abandon(memory);
            else if (!result.Call.IsRunning && result.Call.IsForgotten)
                Release(result.Call);
        }
    }

    /// <summary>Frees memory that no tensor has any more, as soon as no pending result reads it.</summary>
    public void Abandon(DeviceBuffer memory)
    {
        lock (gate)
        {
            if (memory.Readers == 0)
                memory.Free();
            else
                memory.IsAbandoned = true;
        }
    }

    // A call that is done reads nothing any more.
    private void Release(PendingCall call)
    {
        var sources = call.Sources;
        call.IsDone = true;
        call.Sources = [];
        foreach (var source in sources)
        {
            if (source.Buffer is { } memory)
                ReleaseReader(memory);
            else
            {
                var read = source.Pending!;
                read.Consumers--;
                if (!read.Call.IsRunning && !read.Call.IsDone && read.Call.IsForgotten)
                    Release(read.Call);
            }
        }
    }

    private static void ReleaseReader(DeviceBuffer memory)
    {
        if (--memory.Readers == 0 && memory.IsAbandoned)
            memory.Free();
    }
}
