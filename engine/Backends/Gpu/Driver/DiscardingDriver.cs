using System.Runtime.InteropServices;

namespace KernelEngine.Gpu;

/// <summary>
/// A driver that has memory but runs nothing: what the host's side of a launch costs by itself, and devices that fail
/// when they are told to.
/// </summary>
internal sealed class DiscardingDriver : GpuDriver
{
    private const long Plenty = 1L << 40;

    private readonly Line computing;
    private readonly Line? copying;

    /// <summary>A driver whose kernels are in a language.</summary>
    public DiscardingDriver(KernelLanguage language = KernelLanguage.OpenCl, bool isProcessor = false)
        : base("discard:0", LimitsOf(language, isProcessor), language) =>
        computing = new(this, (batch, _) => Submitted?.Invoke(batch));

    /// <summary>The names of the kernels that were built.</summary>
    public List<string> Built { get; } = [];

    /// <summary>Why the device is lost from now on; null while it is not.</summary>
    public string? LostBecause
    {
        get => Loss.Reason;
        set => Loss.Lose(value!);
    }

    /// <summary>How many bytes there are; more are refused.</summary>
    public long Capacity { get; init; } = Plenty;

    /// <summary>Bytes allocated.</summary>
    public long Allocated { get; private set; }

    /// <summary>Whether it computes in float64.</summary>
    public bool HasFloat64
    {
        get => Limits.HasFloat64;
        init => Limits = Limits with { HasFloat64 = value };
    }

    /// <summary>How many buffers a kernel may have.</summary>
    public int MaxBuffers
    {
        get => Limits.MaxBuffers;
        init => Limits = Limits with { MaxBuffers = value };
    }

    /// <summary>Called with each batch of copies, and the batch that they begin after; null: they have no queue of their
    /// own.</summary>
    public Action<GpuBatch, long>? Copying
    {
        get;
        init => (field, copying) = (value, new(this, (copies, after) => Copying!(copies, after)));
    }

    /// <inheritdoc/>
    public override GpuQueue Queue => computing;

    /// <inheritdoc/>
    public override GpuQueue? Copies => copying;

    /// <summary>Whether batches stay in flight until somebody waits.</summary>
    public bool IsSlow { get; set; }

    /// <summary>How often somebody has waited.</summary>
    public int Waits { get; private set; }

    /// <summary>Called with each kernel, before it is built.</summary>
    public Action<KernelCode>? Building { get; set; }

    /// <summary>How many nanoseconds a kernel of a name takes, where batches are timed; null where nobody can tell.
    /// </summary>
    public Func<string, double>? Taking { get; set; }

    /// <summary>Called with each batch.</summary>
    public Action<GpuBatch>? Submitted { get; set; }

    /// <inheritdoc/>
    protected override GpuMemory Make(long byteCount, MemoryKind kind)
    {
        if (Allocated + byteCount > Capacity)
            throw new GpuMemoryException(byteCount, $"{Allocated} of {Capacity} bytes are in use");
        Allocated += byteCount;
        return new HostMemory(this, byteCount, kind);
    }

    /// <inheritdoc/>
    protected override GpuKernel Compile(KernelCode code)
    {
        Building?.Invoke(code);
        lock (Built)
            Built.Add(code.Name);
        return new Nothing(code);
    }

    private static GpuLimits LimitsOf(KernelLanguage language, bool isProcessor) => new()
    {
        MaxGroupThreads = 1024,
        MaxGroups = 65535,
        SharedBytes = 32 * 1024,
        SubgroupSize = 32,
        HasFloat64 = true,
        IsProcessor = isProcessor,
        TakesAddresses = language != KernelLanguage.OpenCl,
        ParameterAlignment = 64,
        MaxMemoryBytes = Plenty,
        TotalMemoryBytes = Plenty,
        Identity = "discarding",
    };

    // Everything is done at once, unless the driver is slow: then when somebody waits.
    private sealed class Line(DiscardingDriver owner, Action<GpuBatch, long> seen) : GpuQueue(owner.Loss)
    {
        private long done;
        private long submitted;
        private string[] timed = [];

        public override void Submit(GpuBatch batch, long after)
        {
            Loss.ThrowIfLost();
            submitted = batch.Ticket;
            if (batch.IsTimed)
                timed = [.. batch.CommandList.Select(command => command.Name)];
            seen(batch, after);
            if (!owner.IsSlow)
                Interlocked.Exchange(ref done, batch.Ticket);
        }

        public override void ReadTimes(long ticket, Span<double> nanoseconds)
        {
            for (var i = 0; i < nanoseconds.Length; i++)
                nanoseconds[i] = owner.Taking?.Invoke(timed[i]) ?? 0;
        }

        public override void Dispose()
        {
        }

        protected override long Poll() => Interlocked.Read(ref done);

        protected override void Sleep(long ticket)
        {
            owner.Waits++;
            Interlocked.Exchange(ref done, submitted);
        }
    }

    private sealed class Nothing(KernelCode code) : GpuKernel(code);

    private sealed unsafe class HostMemory(DiscardingDriver owner, long byteCount, MemoryKind kind)
        : GpuMemory(byteCount, kind, kind == MemoryKind.Device ? 0 : Zeros((nuint)byteCount), 0x10000)
    {
        protected override void Release()
        {
            owner.Allocated -= ByteCount;
            NativeMemory.AlignedFree((void*)HostPointer);
        }

        // What is read is what no command has written: no error is found.
        private static nint Zeros(nuint byteCount)
        {
            var made = NativeMemory.AlignedAlloc(byteCount, 4096);
            NativeMemory.Clear(made, byteCount);
            return (nint)made;
        }
    }
}
