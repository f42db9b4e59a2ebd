using System.Diagnostics;

namespace KernelEngine;

/// <summary>
/// A way to compute: it has devices, memory on them, and runs kernels over it. The dispatcher has checked everything
/// (devices, dtypes, shapes, overlap) before a backend is called: layouts are already broadcast to one shape.
/// </summary>
/// <remarks>
/// What a backend must bring is abstract. What is virtual has a default for backends whose launches are done when
/// <c>Run</c> returns; one with a queue overrides it. Any thread may call any of it.
/// </remarks>
public abstract class Backend
{
    private long launches;
    private HostProfile? profile;

    /// <summary>How many kernels have been launched since the start.</summary>
    public long Launches => Interlocked.Read(ref launches);

    /// <summary>The name in device strings: <c>cpu</c>, <c>vulkan</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The devices found, in the order of their index; empty where the driver is missing.</summary>
    public abstract IReadOnlyList<ComputeDevice> Devices { get; }

    /// <summary>Why there are no devices, in one line; null where there are some.</summary>
    public virtual string? WhyNone => null;

    /// <summary>
    /// From how many elements on a pointwise result may stay pending until it is needed, so that chains become one
    /// launch (<see cref="Fusion"/>); smaller ones run at once. Never unless a backend says so.
    /// </summary>
    public virtual long DeferFrom => long.MaxValue;

    /// <summary>Allocates memory that is not initialised.</summary>
    /// <exception cref="TensorRuntimeException">The device has not that much.</exception>
    public abstract DeviceBuffer Allocate(ComputeDevice device, long byteCount);

    /// <summary>Copies from the host's memory into a buffer; the source may be reused on return.</summary>
    public abstract void Upload(ReadOnlySpan<byte> source, DeviceBuffer destination, long byteOffset);

    /// <summary>Waits for the buffer's contents and copies them to the host's memory.</summary>
    public abstract void Download(DeviceBuffer source, long byteOffset, Span<byte> destination);

    /// <summary>
    /// Copies between two devices of this backend without the host, if it can: in the order of what was launched on
    /// both, waiting for neither.
    /// </summary>
    /// <param name="source">Where from.</param>
    /// <param name="sourceOffset">Where it begins there, in bytes.</param>
    /// <param name="destination">Where to, on another device of this backend.</param>
    /// <param name="destinationOffset">Where it begins there, in bytes.</param>
    /// <param name="byteCount">How many bytes; more than 0.</param>
    /// <returns>Whether it was, or will be, done; otherwise the bytes go through the host.</returns>
    public virtual bool TryCopy(
        DeviceBuffer source, long sourceOffset, DeviceBuffer destination, long destinationOffset, long byteCount) =>
        false;

    /// <summary>
    /// Copies a buffer's contents, as all launches so far leave them, to the host's memory, without holding up the
    /// calling thread. The buffer may be written or given back as soon as this returns.
    /// </summary>
    /// <param name="source">The buffer.</param>
    /// <param name="byteOffset">Where to begin in it.</param>
    /// <param name="destination">Where to copy to; not touched any more once the task is done, cancelled or not.
    /// </param>
    /// <param name="cancellation">Ends the waiting; launches are not taken back.</param>
    public virtual ValueTask DownloadAsync(
        DeviceBuffer source, long byteOffset, Memory<byte> destination, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellation);
        Download(source, byteOffset, destination.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Copies a buffer's contents to the host's memory if that needs no waiting, and allocates nothing managed. Where
    /// work is still pending, the first call asks for the contents as all launches so far leave them, and a later call
    /// for the same bytes gets these.
    /// </summary>
    /// <returns>Whether the values are there; the destination is unchanged otherwise.</returns>
    public virtual bool TryDownload(DeviceBuffer source, long byteOffset, Span<byte> destination)
    {
        Download(source, byteOffset, destination);
        return true;
    }

    /// <summary>Runs a pointwise program over one or more sets of operands.</summary>
    public void Run(in PointwiseLaunch launch)
    {
        var start = Begin();
        Execute(launch);
        End(start, launch.Program.Name);
    }

    /// <summary>Runs a reduction.</summary>
    public void Run(in ReductionLaunch launch)
    {
        var start = Begin();
        Execute(launch);
        End(start, launch.Program.Name);
    }

    /// <summary>Whether a structural kernel can run for these operands; where it cannot, the operator is composed of
    /// others, if it can be.</summary>
    public abstract bool Supports(StructuralKernel kernel, ReadOnlySpan<Operand> operands);

    /// <summary>Runs a structural kernel.</summary>
    public void Run(in StructuralLaunch launch)
    {
        for (var i = 0; i < launch.Operands.Length; i++)
            CheckReaders(launch.Kernel.Operands[i].Access, launch.Operands[i]);
        var start = Begin();
        Execute(launch);
        End(start, launch.Kernel.Name);
    }

    /// <summary>Runs a kernel of a user's own.</summary>
    /// <exception cref="TensorNotImplementedException">This backend cannot; the message says what would make it.
    /// </exception>
    public void Run(in ComputeLaunch launch)
    {
        for (var i = 0; i < launch.Operands.Length; i++)
            CheckReaders(launch.Kernel.Operands[i].Access, launch.Operands[i]);
        var start = Begin();
        Execute(launch);
        End(start, launch.Kernel.Name);
    }

    /// <summary>Does what <see cref="Run(in PointwiseLaunch)"/> promises.</summary>
    protected abstract void Execute(in PointwiseLaunch launch);

    /// <summary>Does what <see cref="Run(in ReductionLaunch)"/> promises.</summary>
    protected abstract void Execute(in ReductionLaunch launch);

    /// <summary>Does what <see cref="Run(in StructuralLaunch)"/> promises.</summary>
    protected abstract void Execute(in StructuralLaunch launch);

    /// <summary>Does what <see cref="Run(in ComputeLaunch)"/> promises; where it is not overridden, nothing runs.
    /// </summary>
    protected virtual void Execute(in ComputeLaunch launch) => throw new TensorNotImplementedException(
        $"the kernel '{launch.Kernel.Name}' cannot run on {launch.Operands[0].Buffer.Device}",
        "kernels given as text run on GPUs: move the operands there, as in x.To(ComputeDevice.Parse(\"opencl:0\")), " +
        "or write it with Pointwise.Define or operators, which run everywhere");

    /// <summary>Waits until all that was launched on a device is done, and throws what went wrong in it.</summary>
    public abstract void Synchronize(ComputeDevice device);

    /// <summary>Hands to a device what was launched and is still being collected; does not wait.</summary>
    public virtual void Flush(ComputeDevice device)
    {
    }

    /// <summary>What a device has done so far; neither waits nor hands anything to the device.</summary>
    public virtual DeviceStatistics GetStatistics(ComputeDevice device) => new() { Launches = Launches };

    /// <summary>Begins to measure each launch on a device, until the profile is disposed of.</summary>
    /// <exception cref="InvalidOperationException">It is being profiled already.</exception>
    public virtual DeviceProfile StartProfile(ComputeDevice device)
    {
        var started = new HostProfile(device, this);
        return Interlocked.CompareExchange(ref profile, started, null) is null
            ? started
            : throw new InvalidOperationException($"{device} is being profiled already: dispose of that profile first");
    }

    // When a launch began, if somebody measures; 0 otherwise.
    private long Begin()
    {
        Interlocked.Increment(ref launches);
        return profile is null ? 0 : Stopwatch.GetTimestamp();
    }

    private void End(long start, string name)
    {
        if (start != 0)
            profile?.AddSince(start, name);
    }

    // Who writes asks the storage for memory to write, and that has none.
    private static void CheckReaders(Access access, in Operand operand)
    {
        if (access != Access.Read && operand.Buffer.Readers != 0)
            throw new InvalidOperationException("memory is written that pending results are to be computed from");
    }

    /// <summary>A profile of launches that are done when they return.</summary>
    private sealed class HostProfile(ComputeDevice device, Backend owner) : DeviceProfile(device)
    {
        public void AddSince(long start, string name) => Add(name, Stopwatch.GetElapsedTime(start).TotalNanoseconds);

        protected override void Collect()
        {
            // Each launch was added when it returned.
        }

        protected override void End() => owner.profile = null;
    }
}
