using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace KernelEngine.Gpu;

/// <summary>
/// What a backend brings for one device, and all of it: limits, memory, kernels, a queue. Everything above (batches,
/// hazards, pooling, staging, generated kernels) is written once above. The device calls a
/// driver under its lock, but for <see cref="Completed"/>, <see cref="Wait"/> and <see cref="Build"/>, which any
/// thread may call.
/// </summary>
public abstract class GpuDriver : IDisposable
{
    private readonly List<GpuKernel> kernels = [];
    private readonly HashSet<GpuMemory> live = [];
    private readonly Dictionary<UInt128, GpuMemory> tables = [];
    private long held;
    private bool isDisposed;

    /// <summary>A driver of a device.</summary>
    /// <param name="name">What the device is called in messages: <c>vulkan:0</c>.</param>
    /// <param name="limits">What it has and can do at most.</param>
    /// <param name="language">What kernels are given as.</param>
    protected GpuDriver(string name, GpuLimits limits, KernelLanguage language) =>
        (Loss, Limits, Language) = (new(name), limits, language);

    /// <summary>What the device has and can do at most.</summary>
    public GpuLimits Limits { get; protected init; }

    /// <summary>What kernels are given as.</summary>
    public KernelLanguage Language { get; }

    /// <summary>The queue that computes.</summary>
    public abstract GpuQueue Queue { get; }

    /// <summary>The queue that copies beside the one that computes; null where there is none.</summary>
    public virtual GpuQueue? Copies => null;

    /// <inheritdoc cref="GpuQueue.Completed"/>
    public long Completed => Queue.Completed;

    /// <summary>Whether the device is lost.</summary>
    public DeviceLoss Loss { get; }

    /// <summary>
    /// The dtypes that it multiplies matrices of with matrix units, by kernels of
    /// <see cref="ShaderKernel.MatrixUnits"/>.
    /// </summary>
    internal virtual ReadOnlySpan<DTypeCode> MatrixUnits => [];

    /// <summary>Allocates memory of its own, not initialised.</summary>
    /// <exception cref="GpuMemoryException">There is not that much.</exception>
    public GpuMemory Allocate(long byteCount, MemoryKind kind)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(byteCount);
        Loss.ThrowIfLost();
        if (byteCount > Limits.MaxMemoryBytes)
            throw new GpuMemoryException(byteCount, $"a piece has at most {Limits.MaxMemoryBytes}");
        lock (live)
        {
            // Drivers promise more than there is: they move it to the host's memory, at a tenth of the speed, or fail
            // at the first use, where nobody can do anything any more.
            if (kind == MemoryKind.Device && held + byteCount > Limits.TotalMemoryBytes)
                throw new GpuMemoryException(byteCount, $"{held} of {Limits.TotalMemoryBytes} are in use");
            if (live.Count >= Limits.MaxMemories)
                throw new GpuMemoryException(byteCount, $"the driver gives no more than {Limits.MaxMemories} pieces");
            var memory = Make(byteCount, kind);
            memory.Owner = this;
            live.Add(memory);
            held += kind == MemoryKind.Device ? byteCount : 0;
            return memory;
        }
    }

    /// <summary>Makes a kernel ready to be launched.</summary>
    /// <exception cref="TensorRuntimeException">The driver's compiler refuses it; the message says what it said.
    /// </exception>
    public GpuKernel Build(KernelCode code)
    {
        Loss.ThrowIfLost();
        if (code.Language != Language)
        {
            throw new TensorRuntimeException(
                $"the kernel {code.Name} is given as {code.Language}, and {Loss.Name} takes {Language}");
        }

        if (code.Buffers > Limits.MaxBuffers && !Limits.TakesAddresses)
        {
            throw new TensorRuntimeException(
                $"the kernel {code.Name} has {code.Buffers} buffers, and {Loss.Name} takes at most " +
                Limits.MaxBuffers);
        }

        // Elsewhere the host's part of such memory is not the device's: nobody would bring the bytes over.
        if (code.Tables is not null && Language != KernelLanguage.SpirV)
            throw new InvalidOperationException($"the kernel {code.Name} keeps tables in memory, as only SPIR-V does");
        var kernel = Compile(code);
        lock (kernels)
            kernels.Add(kernel);
        if (code.Tables is { } bytes)
            kernel.TableAddress = AddressOf(bytes);
        return kernel;
    }

    /// <summary>Hands a batch to the queue that computes, after the copies that it names.</summary>
    /// <inheritdoc cref="GpuQueue.Submit"/>
    public void Submit(GpuBatch batch) => Queue.Submit(batch, batch.AfterCopies);

    /// <summary>
    /// Whether batches of this device may copy to memory of another one's. Called under both devices' locks.
    /// </summary>
    public virtual bool CopiesTo(GpuDriver other) => false;

    /// <summary>
    /// Has what is submitted from now on to the queue that computes begin after batches of another device's queues; 0
    /// for none. Here the host waits; a driver that can have the device wait does.
    /// </summary>
    public virtual void Await(GpuDriver other, long ticket, long copies)
    {
        if (ticket > 0)
            other.Wait(ticket);
        if (copies > 0)
            other.Copies!.Wait(copies);
    }

    /// <inheritdoc cref="GpuQueue.Wait"/>
    public void Wait(long ticket) => Queue.Wait(ticket);

    /// <inheritdoc cref="GpuQueue.ReadTimes"/>
    public void ReadTimes(long ticket, Span<double> nanoseconds) => Queue.ReadTimes(ticket, nanoseconds);

    /// <summary>Whether nothing that was submitted uses a block, or that is done.</summary>
    internal bool IsDone(GpuBlock block) =>
        block.LastUse <= Completed && (block.Copied == 0 || block.Copied <= Copies!.Completed);

    /// <summary>Gives everything back; nothing is in flight any more.</summary>
    public void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        Finish();
        kernels.ForEach(kernel => kernel.Free());
        foreach (var memory in live.ToArray())
            memory.Free();
        Copies?.Dispose();
        Queue.Dispose();
        Close();
        Loss.Lose("it was closed");
    }

    /// <summary>No longer counts a piece of memory.</summary>
    /// <returns>False where that was done before.</returns>
    internal bool Forget(GpuMemory memory)
    {
        lock (live)
        {
            if (!live.Remove(memory))
                return false;
            held -= memory.Kind == MemoryKind.Device ? memory.ByteCount : 0;
            return true;
        }
    }

    /// <summary>Makes memory that there is room for, as far as the limits say.</summary>
    /// <exception cref="GpuMemoryException">There is not that much.</exception>
    protected abstract GpuMemory Make(long byteCount, MemoryKind kind);

    /// <summary>Makes a kernel of code in the driver's language.</summary>
    /// <exception cref="TensorRuntimeException">The driver's compiler refuses it.</exception>
    protected abstract GpuKernel Compile(KernelCode code);

    /// <summary>Before anything is given back: keeps what is to be kept, and ends what uses the device.</summary>
    protected virtual void Finish()
    {
    }

    /// <summary>After everything was given back: lets go of the device.</summary>
    protected virtual void Close()
    {
    }

    // The same bytes once, until the device goes.
    private unsafe ulong AddressOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return 0;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        var key = MemoryMarshal.Read<UInt128>(hash);
        lock (tables)
        {
            if (!tables.TryGetValue(key, out var memory))
            {
                memory = Allocate(bytes.Length, MemoryKind.Parameters);
                bytes.CopyTo(new Span<byte>((void*)memory.HostPointer, bytes.Length));
                tables.Add(key, memory);
            }

            return memory.Address;
        }
    }
}
