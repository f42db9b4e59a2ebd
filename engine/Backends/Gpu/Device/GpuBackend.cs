namespace KernelEngine.Gpu;

/// <summary>A backend over the shared layer: it brings drivers, one for each device, and is done.</summary>
public abstract class GpuBackend : Backend
{
    private readonly Lock gate = new();
    private readonly List<(ComputeDevice Face, Lazy<GpuDevice> Device)> known = [];
    private string? whyNone;
    private bool isSearched;

    /// <inheritdoc/>
    public override IReadOnlyList<ComputeDevice> Devices
    {
        get
        {
            lock (gate)
            {
                Search();
                return [.. known.Select(d => d.Face)];
            }
        }
    }

    /// <inheritdoc/>
    public override string? WhyNone
    {
        get
        {
            lock (gate)
            {
                Search();
                return whyNone;
            }
        }
    }

    /// <inheritdoc/>
    public override long DeferFrom => 1;

    /// <inheritdoc/>
    public override DeviceBuffer Allocate(ComputeDevice device, long byteCount) => Of(device).Allocate(byteCount);

    /// <inheritdoc/>
    public override void Upload(ReadOnlySpan<byte> source, DeviceBuffer destination, long byteOffset) =>
        ((GpuBuffer)destination).Owner.Upload(source, (GpuBuffer)destination, byteOffset);

    /// <inheritdoc/>
    public override void Download(DeviceBuffer source, long byteOffset, Span<byte> destination) =>
        ((GpuBuffer)source).Owner.Download((GpuBuffer)source, byteOffset, destination);

    /// <inheritdoc/>
    public override bool Supports(StructuralKernel kernel, ReadOnlySpan<Operand> operands) =>
        GpuKernels.Supports(operands.IsEmpty ? null : OwnerOf(operands), kernel, operands);

    /// <inheritdoc/>
    public override void Synchronize(ComputeDevice device) => Of(device).Synchronize();

    /// <inheritdoc/>
    public override ValueTask DownloadAsync(
        DeviceBuffer source, long byteOffset, Memory<byte> destination, CancellationToken cancellation) =>
        ((GpuBuffer)source).Owner.DownloadAsync((GpuBuffer)source, byteOffset, destination, cancellation);

    /// <inheritdoc/>
    public override bool TryDownload(DeviceBuffer source, long byteOffset, Span<byte> destination) =>
        ((GpuBuffer)source).Owner.TryDownload((GpuBuffer)source, byteOffset, destination);

    /// <inheritdoc/>
    public override void Flush(ComputeDevice device) => Of(device).Flush();

    /// <inheritdoc/>
    public override DeviceStatistics GetStatistics(ComputeDevice device) => Of(device).Statistics;

    /// <inheritdoc/>
    public override DeviceProfile StartProfile(ComputeDevice device) => Of(device).StartProfile();

    /// <inheritdoc/>
    protected override void Execute(in PointwiseLaunch launch) => OwnerOf(launch.Operands).Run(launch);

    /// <inheritdoc/>
    protected override void Execute(in ReductionLaunch launch) => OwnerOf(launch.Outputs).Run(launch);

    /// <inheritdoc/>
    protected override void Execute(in StructuralLaunch launch) => OwnerOf(launch.Operands).Run(launch);

    /// <inheritdoc/>
    protected override void Execute(in ComputeLaunch launch) => OwnerOf(launch.Operands).Run(launch);

    /// <summary>Looks for devices; called once.</summary>
    /// <param name="found">
    /// What to call for each: what it is, and how to open it. The driver is opened when the device is first used.
    /// </param>
    /// <returns>Why there are none, in one line; null where there are some.</returns>
    protected abstract string? Find(Action<GpuDescription, Func<GpuDriver>> found);

    /// <summary>Adds a device that a host application has opened.</summary>
    protected ComputeDevice Add(GpuDescription description, Func<GpuDriver> open)
    {
        lock (gate)
        {
            Search();
            return AddOpen(description, open);
        }
    }

    /// <summary>The shared layer of a device.</summary>
    internal GpuDevice Of(ComputeDevice device)
    {
        lock (gate)
        {
            foreach (var (face, found) in known)
            {
                if (ReferenceEquals(face, device))
                    return found.Value;
            }
        }

        throw new TensorRuntimeException($"{device} is not a device of {Name}");
    }

    private static GpuDevice OwnerOf(ReadOnlySpan<Operand> operands) => ((GpuBuffer)operands[0].Buffer).Owner;

    private void Search()
    {
        if (isSearched)
            return;
        isSearched = true;
        whyNone = Find((description, open) => AddOpen(description, open));
    }

    private ComputeDevice AddOpen(GpuDescription description, Func<GpuDriver> open)
    {
        var face = new ComputeDevice(
            this, known.Count, description.Name, description.Type,
            new(description.MemoryBytes, description.MaxBufferBytes, description.HasFloat64, description.Features),
            description.Driver);
        known.Add((face, new(() => new GpuDevice(open()) { Device = face })));
        return face;
    }
}

/// <summary>What a GPU backend says of a device before it is opened.</summary>
/// <param name="Name">Its name as the driver gives it.</param>
/// <param name="Type">What it is made of.</param>
/// <param name="MemoryBytes">Memory it has, in bytes.</param>
/// <param name="MaxBufferBytes">The largest single buffer, in bytes.</param>
/// <param name="HasFloat64">Whether it computes in float64.</param>
/// <param name="Features">What else it has, in words.</param>
/// <param name="Driver">The driver and its version.</param>
public sealed record GpuDescription(
    string Name, DeviceType Type, long MemoryBytes, long MaxBufferBytes, bool HasFloat64, string Features,
    string Driver);
