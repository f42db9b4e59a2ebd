namespace KernelEngine.SoftwareCuda;

/// <summary>What applications know by handles.</summary>
internal static class SoftwareObjects
{
    private static readonly Dictionary<nint, object> Known = [];
    private static nint last = 0x5000;

    /// <summary>A handle for an object.</summary>
    public static nint Add(object known)
    {
        Known.Add(last += 16, known);
        return last;
    }

    /// <summary>The object of a handle.</summary>
    /// <exception cref="SoftwareErrorException">It is none, or of something else.</exception>
    public static T Get<T>(nint handle)
        where T : class => Known.GetValueOrDefault(handle) as T
        ?? throw new SoftwareErrorException(SoftwareError.InvalidHandle);

    /// <summary>Forgets a handle.</summary>
    public static void Remove(nint handle)
    {
        if (!Known.Remove(handle))
            throw new SoftwareErrorException(SoftwareError.InvalidHandle);
    }
}

/// <summary>A context, and the error that stays in it.</summary>
internal sealed class SoftwareContext(int device)
{
    /// <summary>Its device.</summary>
    public int Device { get; } = device;

    /// <summary>What every call returns from now on; 0 for what it otherwise would.</summary>
    public int Error { get; set; }

    /// <summary>How many retain it.</summary>
    public int Users { get; set; }
}

/// <summary>A stream: what was enqueued runs as late as it may, so that nothing is done that nobody waited for.</summary>
internal sealed class SoftwareStream(SoftwareContext context)
{
    private readonly Queue<Action> waiting = new();
    private long done;

    /// <summary>Its context.</summary>
    public SoftwareContext Context { get; } = context;

    /// <summary>How much was enqueued so far.</summary>
    public long End { get; private set; }

    /// <summary>What is captured instead of enqueued; null where nothing is.</summary>
    public List<Action>? Captured { get; set; }

    /// <summary>Enqueues, or captures.</summary>
    public void Add(Action action)
    {
        if (Captured is not null)
        {
            Captured.Add(action);
            return;
        }

        waiting.Enqueue(action);
        End++;
    }

    /// <summary>Whether so much has been done.</summary>
    public bool IsDone(long count) => done >= count;

    /// <summary>Does one thing of what waits.</summary>
    public void Step()
    {
        if (!waiting.TryDequeue(out var action))
            return;
        try
        {
            // A context with an error does nothing more.
            if (Context.Error == 0)
                action();
        }
        catch (PtxFaultException e)
        {
            Context.Error = e.Code;
            SoftwareDriver.LastFault = e.Message;
        }
        finally
        {
            done++;
        }
    }

    /// <summary>Works until so much is done.</summary>
    public void RunTo(long count)
    {
        while (done < count)
            Step();
    }
}

/// <summary>An event: a place in what a stream has to do.</summary>
internal sealed class SoftwareEvent(bool hasTime)
{
    /// <summary>The stream that it was recorded in.</summary>
    public SoftwareStream? Stream { get; private set; }

    /// <summary>How much has to be done before it is.</summary>
    public long Place { get; private set; }

    /// <summary>Whether it can be asked for times.</summary>
    public bool HasTime { get; } = hasTime;

    /// <summary>Whether it is complete.</summary>
    public bool IsDone => Stream is null || Stream.IsDone(Place);

    /// <summary>Puts it behind what a stream has to do now.</summary>
    public void Record(SoftwareStream stream)
    {
        stream.Add(() => { });
        (Stream, Place) = (stream, stream.End);
    }

    /// <summary>Has a stream wait for what it stands for now.</summary>
    public void HaveWait(SoftwareStream stream)
    {
        var (of, place) = (Stream, Place);
        stream.Add(() => of?.RunTo(place));
    }
}

/// <summary>A kernel of a module.</summary>
internal sealed record SoftwareFunction(PtxKernel Kernel);

/// <summary>A graph.</summary>
internal sealed record SoftwareGraph(List<Action> Nodes);

/// <summary>A graph that can be launched.</summary>
internal sealed record SoftwareExecutable(List<Action> Nodes);
