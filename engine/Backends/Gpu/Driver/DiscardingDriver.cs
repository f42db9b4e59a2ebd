using System.Runtime.InteropServices;

namespace KernelEngine.Gpu;

/// <summary>
/// A driver that has memory but runs nothing: what the host's side of a launch costs by itself, and devices that fail
/// when they are told to.
/// </summary>
internal sealed class DiscardingDriver(KernelLanguage language = KernelLanguage.OpenCl, bool isProcessor = false)
    : GpuDriver
{
    private const long Plenty = 1L << 40;

    private readonly GpuLimits limits = new()
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

    private long completed;
    private long submitted;
    private GpuCopyQueue? copies;

    /// <summary>The names of the kernels that were built.</summary>
    public List<string> Built { get; } = [];

    /// <summary>Why the device is lost from now on; null while it is not.</summary>
    public string? LostBecause { get; set; }

    /// <summary>How many bytes there are; more are refused.</summary>
    public long Capacity { get; init; } = Plenty;

    /// <summary>Bytes allocated.</summary>
    public long Allocated { get; private set; }

    /// <summary>Whether it computes in float64.</summary>
    public bool HasFloat64
    {
        get => limits.HasFloat64;
        init => limits = limits with { HasFloat64 = value };
    }

    /// <summary>Called with each batch of copies, and the batch that they begin after; null: they have no queue of their
    /// own.</summary>
    public Action<GpuBatch, long>? Copying
    {
        get;
        init => (field, copies) = (value, new Beside(this));
    }

    /// <inheritdoc/>
    public override GpuCopyQueue? Copies => copies;

    /// <summary>Whether batches stay in flight until somebody waits.</summary>
    public bool IsSlow { get; set; }

    /// <summary>How often somebody has waited.</summary>
    public int Waits { get; private set; }

    /// <summary>Called with each kernel, before it is built.</summary>
    public Action<KernelCode>? Building { get; set; }

    /// <summary>Called with each batch.</summary>
    public Action<GpuBatch>? Submitted { get; set; }

    /// <inheritdoc/>
    public override GpuLimits Limits => limits;

    /// <inheritdoc/>
    public override KernelLanguage Language => language;

    /// <inheritdoc/>
    public override long Completed
    {
        get
        {
            Check();
            return Interlocked.Read(ref completed);
        }
    }

    /// <inheritdoc/>
    public override GpuMemory Allocate(long byteCount, MemoryKind kind)
    {
        if (Allocated + byteCount > Capacity)
            throw new GpuMemoryException(byteCount, $"{Allocated} of {Capacity} bytes are in use");
        Allocated += byteCount;
        return new HostMemory(this, byteCount, kind);
    }

    /// <inheritdoc/>
    public override GpuKernel Build(KernelCode code)
    {
        Building?.Invoke(code);
        lock (Built)
            Built.Add(code.Name);
        return new Nothing(code) { TableAddress = code.Tables is null ? null : 0 };
    }

    /// <inheritdoc/>
    public override void Submit(GpuBatch batch)
    {
        Check();
        submitted = batch.Ticket;
        Submitted?.Invoke(batch);
        if (!IsSlow)
            Interlocked.Exchange(ref completed, batch.Ticket);
    }

    /// <inheritdoc/>
    public override void Wait(long ticket)
    {
        Check();
        if (ticket <= Interlocked.Read(ref completed))
            return;
        Waits++;
        Interlocked.Exchange(ref completed, submitted);
    }

    /// <inheritdoc/>
    public override void ReadTimes(long ticket, Span<double> nanoseconds) => nanoseconds.Clear();

    /// <inheritdoc/>
    public override void Dispose()
    {
    }

    private void Check()
    {
        if (LostBecause is { } reason)
            throw new DeviceLostException("discard:0", reason);
    }

    private sealed class Beside(DiscardingDriver owner) : GpuCopyQueue
    {
        private long completed;

        public override long Completed => Interlocked.Read(ref completed);

        public override void Submit(GpuBatch copies, long after)
        {
            owner.Check();
            owner.Copying!(copies, after);
            Interlocked.Exchange(ref completed, copies.Ticket);
        }

        public override void Wait(long ticket) => owner.Check();
    }

    private sealed class Nothing(KernelCode code) : GpuKernel(code);

    private sealed unsafe class HostMemory(DiscardingDriver owner, long byteCount, MemoryKind kind)
        : GpuMemory(byteCount, kind)
    {
        private nint pointer = kind == MemoryKind.Device ? 0 : Zeros((nuint)byteCount);

        public override nint HostPointer => pointer;

        public override ulong Address => 0x10000;

        public override void Free()
        {
            owner.Allocated -= ByteCount;
            NativeMemory.AlignedFree((void*)pointer);
            pointer = 0;
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
