namespace KernelEngine.Gpu;

/// <summary>A backend over the shared layer: it brings drivers, one for each device, and is done.</summary>
public abstract class GpuBackend : Backend
{
    private readonly Lock gate = new();
    private readonly Lock adopting = new();
    private readonly List<(ComputeDevice Face, Lazy<GpuDevice> Device)> known = [];
    private readonly List<(object Host, ComputeDevice Face)> hosts = [];
    private readonly List<string> refused = [];
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
    public override bool TryCopy(
        DeviceBuffer source, long sourceOffset, DeviceBuffer destination, long destinationOffset, long byteCount) =>
        GpuDevice.TryCopy(
            (GpuBuffer)source, sourceOffset, (GpuBuffer)destination, destinationOffset, byteCount);

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
    /// <returns>All that there are, those that cannot be used too, and why, if there are none, in one line.</returns>
    protected abstract (IReadOnlyList<GpuAdapter> Found, string? WhyNone) Find();

    /// <summary>Opens a device, when it is first used.</summary>
    /// <param name="adapter">One of those found.</param>
    /// <param name="name">What it is called in messages: <c>vulkan:0</c>.</param>
    protected abstract GpuDriver Open(GpuAdapter adapter, string name);

    /// <summary>The device of an index.</summary>
    /// <exception cref="TensorRuntimeException">There is none; the message says why.</exception>
    internal ComputeDevice At(int index)
    {
        ComputeDevice.Register(this);
        return ComputeDevice.Parse($"{Name}:{index}");
    }

    /// <summary>The first device whose name, or whose driver's, has a text in it, in any case.</summary>
    /// <exception cref="TensorRuntimeException">There is none; the message lists those there are.</exception>
    internal ComputeDevice Named(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ComputeDevice.Register(this);
        var devices = Devices;
        return devices.FirstOrDefault(device => device.Name.Contains(text, StringComparison.OrdinalIgnoreCase) ||
                device.Driver.Contains(text, StringComparison.OrdinalIgnoreCase))
            ?? throw new TensorRuntimeException(
                $"no device of {Name} has '{text}' in its name",
                devices.Count == 0 ? WhyNone : $"found: {string.Join("; ", devices.Select(d => d.Describe()))}");
    }

    /// <summary>The devices that are there and cannot be used, each with the reason, in one line.</summary>
    internal IReadOnlyList<string> Refused
    {
        get
        {
            lock (gate)
            {
                Search();
                return refused;
            }
        }
    }

    /// <summary>
    /// The device over objects that a host application has made; the same for the same objects, until it is lost or
    /// closed. It is opened here and now: the host may let go of its own references after this.
    /// </summary>
    /// <param name="host">The objects, equal where they are the same.</param>
    /// <param name="read">What the device is, and how to open it by the name that it is given.</param>
    internal ComputeDevice Adopt<THost>(THost host, Func<(GpuAdapter What, Func<string, GpuDriver> Open)> read)
        where THost : class
    {
        ArgumentNullException.ThrowIfNull(host);
        ComputeDevice.Register(this);
        lock (adopting)
        {
            foreach (var (other, device) in hosts)
            {
                if (host.Equals(other) && Of(device).Lost is null)
                    return device;
            }

            var (what, open) = read();
            if (what.WhyUnusable is { } why)
                throw new TensorRuntimeException($"{what.Name} {why}");
            ComputeDevice? face = null;
            lock (gate)
            {
                Search();
                face = AddOpen(what, () => open(face?.ToString() ?? Name));
            }

            try
            {
                Of(face);
            }
            catch
            {
                lock (gate)
                    known.RemoveAll(one => ReferenceEquals(one.Face, face));
                throw;
            }

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
        (var found, whyNone) = Find();
        foreach (var adapter in found)
        {
            if (adapter.WhyUnusable is { } why)
            {
                refused.Add($"{adapter.Name} {why}");
                continue;
            }

            var name = $"{Name}:{known.Count}";
            AddOpen(adapter, () => Open(adapter, name));
        }

        whyNone = known.Count > 0 ? null : refused.Count > 0 ? string.Join("; ", refused) : whyNone;
    }

    private ComputeDevice AddOpen(GpuAdapter adapter, Func<GpuDriver> open)
    {
        var limits = adapter.Limits;
        var face = new ComputeDevice(
            this, known.Count, adapter.Name, adapter.Type,
            new(limits.TotalMemoryBytes, limits.MaxMemoryBytes, limits.HasFloat64, adapter.Features)
            {
                MaxOperands = limits.MaxBuffers,
            },
            adapter.Driver);

        // A device that is busy now may be free later: only what was opened is kept. All callers hold the gate.
        known.Add((face, new(() => new GpuDevice(open()) { Device = face }, LazyThreadSafetyMode.PublicationOnly)));
        return face;
    }
}
