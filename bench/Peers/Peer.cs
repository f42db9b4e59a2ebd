using KernelEngine.Bench.Protocol;

namespace KernelEngine.Bench.Peers;

/// <summary>Another library.</summary>
internal abstract class Peer
{
    /// <summary>Its name, then its versions.</summary>
    public abstract string Name { get; }

    /// <summary>The device it computes on.</summary>
    public virtual string Device => "cpu";

    /// <summary>How many threads it computes with; null on a device of its own.</summary>
    public abstract int? Threads { get; }

    /// <summary>The operations that it does.</summary>
    public abstract IEnumerable<string> Operations { get; }

    /// <summary>Makes a job ready; null where it does the operation, but not this way.</summary>
    public abstract PeerJob? Open(Job job);
}

/// <summary>A job that is ready.</summary>
internal abstract class PeerJob : IDisposable
{
    /// <summary>Does it once; what that came to is no more.</summary>
    public abstract void Call();

    /// <summary>Waits until the calls so far are done.</summary>
    public virtual void Wait()
    {
    }

    /// <summary>Does it from the start, and returns what is to be compared.</summary>
    public abstract float[][] Check();

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
