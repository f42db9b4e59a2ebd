using KernelEngine.Bench.Protocol;

namespace KernelEngine.Bench;

/// <summary>Who takes part: Kernel on a device, or a peer.</summary>
internal abstract class Contender : IDisposable
{
    /// <summary>What it is called.</summary>
    public abstract string Name { get; }

    /// <summary>The device that it computes on, as a device string.</summary>
    public abstract string Device { get; }

    /// <summary>With how many threads; null on a device of its own.</summary>
    public abstract int? Threads { get; }

    /// <summary>Whether there are results; a driver that discards what it is given has none.</summary>
    public virtual bool Computes => true;

    /// <summary>Name and device.</summary>
    public string Label => $"{Name} {Device}";

    /// <summary>Makes a work ready.</summary>
    /// <returns>Null where it does not do such work at all.</returns>
    public abstract OpenWork? Open(Work work);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}

/// <summary>A work that a contender has ready.</summary>
internal abstract class OpenWork : IDisposable
{
    /// <summary>Does it once, from the start, and gives the results, and how long that took.</summary>
    /// <exception cref="InvalidOperationException">It cannot.</exception>
    public abstract (float[][] Results, Timing Timing) Check();

    /// <summary>Does it several times.</summary>
    /// <exception cref="InvalidOperationException">It cannot go on.</exception>
    public abstract Timing Run(int calls);

    /// <inheritdoc/>
    public abstract void Dispose();
}
