namespace KernelEngine.Viewing;

/// <summary>
/// Numbers of a device that are read together: packed into one tensor there, and read once, without holding up the
/// thread that asks.
/// </summary>
internal sealed class Reading(ComputeDevice device)
{
    private readonly List<Tensor> parts = [];
    private int count;
    private float[] numbers = [];

    /// <summary>Asks for a tensor's elements; those of one that is written before <see cref="Run"/>, as they are then.</summary>
    /// <returns>Where they are once it is done.</returns>
    public Part Ask(Tensor values)
    {
        var part = new Part(this, count, (int)values.ElementCount);
        if (part.Count > 0)
            parts.Add(values);
        count += part.Count;
        return part;
    }

    /// <summary>Begins to read what was asked for; no more can be asked for.</summary>
    /// <param name="memory">Where to; replaced where it is too short.</param>
    public ValueTask Run(ref float[] memory)
    {
        if (memory.Length < count)
            memory = new float[count + (count / 4)];
        numbers = memory;
        if (count == 0)
            return ValueTask.CompletedTask;
        var packed = Tensor.Empty([count], device: device);
        var packing = new Packing();
        var start = 0L;
        foreach (var values in parts)
        {
            packing.Add(packed.Narrow(0, start, values.ElementCount), values);
            start += values.ElementCount;
        }

        packing.Run();
        return packed.ReadAsync(numbers.AsMemory(0, count));
    }

    /// <summary>Some of the numbers.</summary>
    public sealed class Part(Reading reading, int start, int count)
    {
        /// <summary>How many there are.</summary>
        public int Count => count;

        /// <summary>The numbers in row-major order, until the memory is read to again.</summary>
        public ReadOnlySpan<float> Values => reading.numbers.AsSpan(start, count);
    }
}
