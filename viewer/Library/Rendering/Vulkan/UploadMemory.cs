namespace KernelEngine.Viewing;

/// <summary>What shaders take beside the canvas and tensors, written anew for each frame: tables, elements on the host.</summary>
internal sealed class UploadMemory(RenderDevice device) : IDisposable
{
    private const int Alignment = 16;

    private readonly RenderMemory memory = new(device, MemoryUse.FromHost);
    private readonly Dictionary<object, ulong> known = new(ReferenceEqualityComparer.Instance);
    private long used;

    /// <summary>How much so many values take.</summary>
    public static unsafe long SizeOf<T>(int count)
        where T : unmanaged => (((long)count * sizeof(T)) + Alignment - 1) / Alignment * Alignment;

    /// <summary>Begins a frame; the one before is done.</summary>
    /// <param name="byteCount">What it will take.</param>
    public void Begin(long byteCount)
    {
        memory.Reserve(Math.Max(byteCount, 1));
        known.Clear();
        used = 0;
    }

    /// <summary>Takes room for values.</summary>
    public Span<T> Take<T>(int count, out ulong address)
        where T : unmanaged
    {
        var values = memory.At<T>(used, count);
        address = memory.Address + (ulong)used;
        used += SizeOf<T>(count);
        return values;
    }

    /// <summary>Where values lie that belong to an object; written once in a frame.</summary>
    public ulong AddressOf<T>(object owner, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        if (known.TryGetValue(owner, out var address))
            return address;
        values.CopyTo(Take<T>(values.Length, out address));
        return known[owner] = address;
    }

    public void Dispose() => memory.Dispose();
}
