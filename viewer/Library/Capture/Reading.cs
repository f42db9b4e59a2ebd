namespace KernelEngine.Viewing;

/// <summary>
/// Numbers of a device that are read together: packed into one tensor there, and read once, without holding up the
/// thread that asks.
/// </summary>
internal sealed class Reading(ComputeDevice device)
{
    // All parts of a dtype in one launch.
    private static readonly PointwiseUpdate Packing = PointwiseUpdate.Define(
        "viewer_pack", tensors: 2, numbers: 0, (t, _) => [t[1]]);

    private readonly List<Tensor> parts = [];
    private int count;
    private float[] numbers = [];

    /// <summary>Asks for a tensor's elements.</summary>
    /// <returns>Where they are once it is done.</returns>
    public Part Ask(Tensor values)
    {
        var part = new Part(this, count, (int)values.ElementCount);
        if (part.Count > 0)
            parts.Add(values.Detach().Reshape(-1));
        count += part.Count;
        return part;
    }

    /// <summary>Begins to read what was asked for, as it is now; no more can be asked for.</summary>
    /// <param name="memory">Where to; another array where this one is too short.</param>
    public ValueTask Run(ref float[] memory)
    {
        if (memory.Length < count)
            memory = new float[count + (count / 4)];
        numbers = memory;
        if (count == 0)
            return ValueTask.CompletedTask;
        var packed = Tensor.Empty([count], device: device);
        var sets = new Tensor[2 * parts.Count];
        var start = 0L;
        foreach (var (i, values) in parts.Index())
        {
            sets[2 * i] = packed.Narrow(0, start, values.ElementCount);
            sets[(2 * i) + 1] = values;
            start += values.ElementCount;
        }

        Packing.Apply(sets);
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
