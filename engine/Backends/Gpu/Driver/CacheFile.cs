namespace KernelEngine.Gpu;

/// <summary>
/// What a driver has compiled altogether, kept on disk from one run to the next (<see cref="DiskCache"/>), in a file of
/// one device and one build of its driver.
/// </summary>
internal sealed class CacheFile : IDisposable
{
    private const long SaveEveryMilliseconds = 10_000;

    private readonly string name;
    private readonly string identity;
    private readonly Func<byte[]?> data;
    private readonly Lock gate = new();
    private bool isDirty, isDisposed;
    private long savedAt = Environment.TickCount64;

    /// <summary>The file of a device.</summary>
    /// <param name="prefix">What comes first in its name.</param>
    /// <param name="identity">Device and driver with their versions.</param>
    /// <param name="data">What is to be kept; null where that cannot be said now.</param>
    /// <param name="savesAtExit">Whether it is written when the program ends, too: the device is there until then.
    /// </param>
    public CacheFile(string prefix, string identity, Func<byte[]?> data, bool savesAtExit)
    {
        (name, this.identity, this.data) = (DiskCache.NameOf(prefix, identity), identity, data);
        if (savesAtExit)
            AppDomain.CurrentDomain.ProcessExit += SaveAtExit;
    }

    /// <summary>What was kept; null where there is nothing sound.</summary>
    public byte[]? Read() => DiskCache.Read(name, identity);

    /// <summary>Says that there is something new. Writes it now and then, not on this thread.</summary>
    public void Touch()
    {
        lock (gate)
        {
            isDirty = true;
            if (Environment.TickCount64 - savedAt < SaveEveryMilliseconds)
                return;
            savedAt = Environment.TickCount64;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static file => file.Save(), this, preferLocal: false);
    }

    /// <summary>Writes what is new a last time.</summary>
    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= SaveAtExit;
        Save();
        lock (gate)
            isDisposed = true;
    }

    private void Save()
    {
        lock (gate)
        {
            if (!isDirty || isDisposed)
                return;
            isDirty = false;
            savedAt = Environment.TickCount64;
            if (data() is { Length: > 0 } bytes)
                DiskCache.Write(name, identity, bytes);
        }
    }

    private void SaveAtExit(object? sender, EventArgs e) => Save();
}
