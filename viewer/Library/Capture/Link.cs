using System.Collections.Concurrent;

namespace KernelEngine.Viewing;

/// <summary>What the training's thread and the window's have in common; either may call anything.</summary>
internal sealed class Link
{
    private readonly object changed = new();
    private readonly ConcurrentQueue<Request> requests = new();
    private volatile Wishes wishes = new();
    private volatile Frame? newest;
    private volatile PointedCell? pointed;
    private volatile bool isEnded, isClosed;
    private int version;

    /// <summary>Raised where a frame was published, a cell was read, or the training has ended.</summary>
    public event Action? Published;

    /// <summary>What the window wants; a training that is paused looks at once.</summary>
    public Wishes Wishes
    {
        get => wishes;
        set
        {
            wishes = value;
            Wake();
        }
    }

    /// <summary>The cell on the device that the user points at; null where there is none.</summary>
    public PointedCell? Pointed
    {
        get => pointed;
        set
        {
            pointed = value;
            Wake();
        }
    }

    /// <summary>Grows with each wish and request, and where a frame was taken.</summary>
    public int Version => Volatile.Read(ref version);

    /// <summary>Whether no step will come any more.</summary>
    public bool IsEnded => isEnded;

    /// <summary>Whether nobody looks any more.</summary>
    public bool IsClosed => isClosed;

    /// <summary>How long the window took for its last picture, in seconds of one core.</summary>
    public double DrawSeconds { get; set; }

    /// <summary>Whether the last frame that was published has not been taken.</summary>
    public bool IsWaiting => newest is not null;

    /// <summary>Asks something of the training.</summary>
    public void Ask(Request request)
    {
        requests.Enqueue(request);
        Wake();
    }

    /// <summary>What was asked for first.</summary>
    public bool TryGetRequest(out Request request) => requests.TryDequeue(out request!);

    /// <summary>Hands a frame to the window; one that was not taken is dropped, but for its losses.</summary>
    public void Publish(Frame frame)
    {
        newest = Interlocked.Exchange(ref newest, null) is { } missed ? frame.After(missed) : frame;
        Published?.Invoke();
    }

    /// <summary>Hands the numbers of a cell to the window.</summary>
    public void Publish(PointedCell cell, float[] numbers)
    {
        cell.Numbers = numbers;
        Published?.Invoke();
    }

    /// <summary>The newest frame, if it was not taken yet.</summary>
    public Frame? Take()
    {
        var taken = Interlocked.Exchange(ref newest, null);
        if (taken is not null)
            Wake();
        return taken;
    }

    /// <summary>Says that no step will come any more.</summary>
    public void End()
    {
        isEnded = true;
        Published?.Invoke();
    }

    /// <summary>Says that nobody looks any more: a training that is paused goes on.</summary>
    public void Close()
    {
        isClosed = true;
        Wake();
    }

    /// <summary>Waits until something is newer than a version, or the window is closed.</summary>
    public void WaitForChange(int since)
    {
        lock (changed)
        {
            while (version == since && !isClosed)
                Monitor.Wait(changed);
        }
    }

    /// <summary>Ends waits for a change.</summary>
    public void Wake()
    {
        lock (changed)
        {
            version++;
            Monitor.PulseAll(changed);
        }
    }
}
