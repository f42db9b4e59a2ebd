namespace KernelEngine.Viewing;

/// <summary>
/// The elements that a heat map shows, as they were at one step: on the host, or in a tensor of the device that draws.
/// Never written again once made; counted by nobody: the collector, or the device's pool, takes it back.
/// </summary>
internal abstract class MapValues
{
    /// <summary>How many elements there are.</summary>
    public abstract int Count { get; }

    /// <summary>What it takes, in bytes.</summary>
    public abstract long ByteCount { get; }
}

/// <summary>Elements on the host.</summary>
internal sealed class HostValues(float[] values) : MapValues
{
    public override int Count => values.Length;

    public override long ByteCount => 4L * values.Length;

    public ReadOnlySpan<float> Values => values;
}

/// <summary>
/// Elements in a contiguous float32 tensor that only the viewer has, on the Vulkan device that draws: no byte of it
/// goes over the host.
/// </summary>
internal sealed class DeviceValues(Tensor tensor) : MapValues
{
    public override int Count => (int)tensor.ElementCount;

    public override long ByteCount => 4 * tensor.ElementCount;

    public Tensor Tensor => tensor;
}
