using Silk.NET.Vulkan;

namespace KernelEngine.Viewing;

/// <summary>What shaders take beside the canvas and tensors, written anew for each frame: tables, elements on the host.</summary>
internal sealed class UploadMemory(RenderDevice device) : IDisposable
{
    private readonly RenderMemory memory = new(device, MemoryUse.FromHost);
    private readonly Dictionary<object, int> known = new(ReferenceEqualityComparer.Instance);
    private int used;

    /// <summary>All of it as whole numbers.</summary>
    public BufferView Integers => memory.View(Format.R32Sint);

    /// <summary>All of it as numbers.</summary>
    public BufferView Floats => memory.View(Format.R32Sfloat);

    /// <summary>Begins a frame; the one before is done.</summary>
    /// <param name="words">How many words it will take.</param>
    public void Begin(long words)
    {
        memory.Reserve(Math.Max(words, 1) * sizeof(uint));
        known.Clear();
        used = 0;
    }

    /// <summary>Takes room for words.</summary>
    /// <param name="count">How many.</param>
    /// <param name="place">Where they are.</param>
    public Span<T> Take<T>(int count, out int place)
        where T : unmanaged
    {
        place = used;
        used += count;
        return memory.At<T>(sizeof(uint) * (long)place, count);
    }

    /// <summary>Where words are that belong to an object; written once in a frame.</summary>
    public int PlaceOf<T>(object owner, ReadOnlySpan<T> words)
        where T : unmanaged
    {
        if (known.TryGetValue(owner, out var place))
            return place;
        words.CopyTo(Take<T>(words.Length, out place));
        return known[owner] = place;
    }

    /// <summary>The address of a place.</summary>
    public ulong AddressOf(int place) => memory.Address + (sizeof(uint) * (ulong)place);

    public void Dispose() => memory.Dispose();
}
