namespace KernelEngine.Gpu;

/// <summary>A backend over the shared layer: it brings drivers, one for each device, and is done.</summary>
public abstract class GpuBackend : Backend
{
    private readonly Lock gate = new();
    private readonly Lock adopting = new();
    private readonly List<(ComputeDevice Face, Lazy<GpuDevice> Device)> known = [];
    private readonly List<(object Host, ComputeDevice Face)> hosts = [];
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

    /// <summary>
    /// The device over objects that a host application has made; the same for the same objects, until it is lost or
    /// closed. It is opened here and now: the host may let go of its own references after this.
    /// </summary>
    /// <param name="host">The objects, equal where they are the same.</param>
    /// <param name="read">What the device is, and how to open it by the name that it is given.</param>
    internal ComputeDevice Adopt<THost>(THost host, Func<(GpuDescription What, Func<string, GpuDriver> Open)> read)
        where THost : class
    {
        ArgumentNullException.ThrowIfNull(host);
        lock (adopting)
        {
            foreach (var (other, device) in hosts)
            {
                if (host.Equals(other) && Of(device).Lost is null)
                    return device;
            }

            var (what, open) = read();
            ComputeDevice? face = null;
            lock (gate)
            {
                Search();
                face = AddOpen(what, () => open(face?.ToString() ?? Name));
            }

            Of(face);
            hosts.Add((host, face));
            return face;
        }
    }

    /// <summary>The driver of a device of this backend, and the shared layer over it.</summary>
    /// <exception cref="TensorRuntimeException">It is none of this backend's devices.</exception>
    internal (GpuDevice Gpu, TDriver Driver) Opened<TDriver>(ComputeDevice device) where TDriver : GpuDriver
    {
        var gpu = Of(device);
        return (gpu, (TDriver)gpu.Driver);
    }

    /// <summary>
    /// Hands a tensor's memory out to commands of somebody else: what was recorded so far is submitted, and the memory
    /// goes to nobody else before the buffer lets go.
    /// </summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="make">Makes what the user gets; it lets go of the buffer when it is disposed.</param>
    /// <exception cref="TensorRuntimeException">It is on no device of this backend, or not contiguous.</exception>
    internal THanded HandOut<TDriver, THanded>(Tensor tensor, Func<HandedMemory<TDriver>, THanded> make)
        where TDriver : GpuDriver
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var (gpu, driver) = Opened<TDriver>(tensor.Device);
        if (!tensor.IsContiguous)
        {
            throw new TensorRuntimeException(
                "a tensor that is not contiguous cannot be handed out", "call Contiguous() first");
        }

        var buffer = (GpuBuffer)tensor.Storage.Expose();
        var block = buffer.HandOut();
        try
        {
            gpu.FlushFor(block);
            var size = tensor.DType.Size;
            return make(new(
                driver, buffer, block, block.Offset + (tensor.StorageOffset * size), tensor.ElementCount * size));
        }
        catch
        {
            buffer.LetGo();
            throw;
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
