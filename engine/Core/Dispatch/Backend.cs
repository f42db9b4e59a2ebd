namespace KernelEngine;

/// <summary>
/// A way to compute: it has devices, memory on them, and runs kernels over it. The dispatcher has checked everything
/// (devices, dtypes, shapes, overlap) before a backend is called: layouts are already broadcast to one shape.
/// </summary>
public abstract class Backend
{
    private long launches;

    /// <summary>How many kernels have been launched since the start.</summary>
    public long Launches => Interlocked.Read(ref launches);

    /// <summary>The name in device strings: <c>cpu</c>, <c>vulkan</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The devices found, in the order of their index; empty where the driver is missing.</summary>
    public abstract IReadOnlyList<ComputeDevice> Devices { get; }

    /// <summary>Why there are no devices, in one line; null where there are some.</summary>
    public virtual string? WhyNone => null;

    /// <summary>Allocates memory that is not initialised.</summary>
    /// <exception cref="TensorRuntimeException">The device has not that much.</exception>
    public abstract DeviceBuffer Allocate(ComputeDevice device, long byteCount);

    /// <summary>Copies from the host's memory into a buffer; the source may be reused on return.</summary>
    public abstract void Upload(ReadOnlySpan<byte> source, DeviceBuffer destination, long byteOffset);

    /// <summary>Waits for the buffer's contents and copies them to the host's memory.</summary>
    public abstract void Download(DeviceBuffer source, long byteOffset, Span<byte> destination);

    /// <summary>Runs a pointwise program over one or more sets of operands.</summary>
    public void Run(in PointwiseLaunch launch)
    {
        Interlocked.Increment(ref launches);
        Execute(launch);
    }

    /// <summary>Runs a reduction.</summary>
    public void Run(in ReductionLaunch launch)
    {
        Interlocked.Increment(ref launches);
        Execute(launch);
    }

    /// <summary>Whether a structural kernel can run for these operands; where it cannot, the operator is composed of
    /// others, if it can be.</summary>
    public abstract bool Supports(StructuralKernel kernel, ReadOnlySpan<Operand> operands);

    /// <summary>Runs a structural kernel.</summary>
    public void Run(in StructuralLaunch launch)
    {
        Interlocked.Increment(ref launches);
        Execute(launch);
    }

    /// <summary>Does what <see cref="Run(in PointwiseLaunch)"/> promises.</summary>
    protected abstract void Execute(in PointwiseLaunch launch);

    /// <summary>Does what <see cref="Run(in ReductionLaunch)"/> promises.</summary>
    protected abstract void Execute(in ReductionLaunch launch);

    /// <summary>Does what <see cref="Run(in StructuralLaunch)"/> promises.</summary>
    protected abstract void Execute(in StructuralLaunch launch);

    /// <summary>Waits until all that was launched on a device is done, and throws what went wrong in it.</summary>
    public abstract void Synchronize(ComputeDevice device);
}
