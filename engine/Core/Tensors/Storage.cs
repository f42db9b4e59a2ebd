namespace KernelEngine;

/// <summary>
/// The memory of one or more tensors, views of each other, with the count of the writes to it. It is ready, or pending:
/// a pointwise result that nobody has needed yet.
/// </summary>
/// <remarks>
/// Any number of threads may read a storage at once. Writing it, or giving it back, while another thread uses it is the
/// caller's to prevent, as with any other memory.
/// </remarks>
public sealed class Storage
{
    private DeviceBuffer? buffer;
    private PendingResult? pending;

    internal Storage(DeviceBuffer buffer) => this.buffer = buffer;

    internal Storage(PendingResult pending) => this.pending = pending;

    /// <summary>The device that it lies on.</summary>
    public ComputeDevice Device => Volatile.Read(ref pending) is { } result ? result.Call.Device : buffer!.Device;

    /// <summary>Its length in bytes.</summary>
    public long ByteCount => Volatile.Read(ref pending) is { } result ? result.ByteCount : buffer!.ByteCount;

    /// <summary>
    /// How many times it has been written in place; what autograd saved is compared with it before it is used.
    /// </summary>
    public int Version { get; internal set; }

    /// <summary>Whether its memory has been given back.</summary>
    public bool IsFreed { get; private set; }

    /// <summary>The result that its memory would hold; null where it has memory.</summary>
    internal PendingResult? Pending => Volatile.Read(ref pending) is { IsDone: false } result ? result : null;

    /// <summary>The only door to the memory: whatever is pending is computed first.</summary>
    /// <exception cref="TensorRuntimeException">The storage has been freed.</exception>
    public DeviceBuffer Resolve()
    {
        if (IsFreed)
            throw Freed();
        return Volatile.Read(ref pending) is null ? buffer! : Settle();
    }

    /// <summary>
    /// The memory, for writing to parts of it: results that are still to be computed of what it holds keep the old
    /// contents, on memory of their own.
    /// </summary>
    /// <exception cref="TensorRuntimeException">The storage has been freed.</exception>
    internal DeviceBuffer ResolveForWriting()
    {
        var current = Resolve();
        if (current.Readers != 0)
            Take(Another(current, isWhole: false));
        return buffer!;
    }

    /// <summary>The memory, for writing every element of a layout without reading it.</summary>
    /// <param name="layout">What is written.</param>
    /// <param name="dtype">The type of the elements.</param>
    /// <exception cref="TensorRuntimeException">The storage has been freed.</exception>
    internal DeviceBuffer ResolveForWriting(Layout layout, DType dtype)
    {
        var memory = ToWrite(layout, dtype, 0);
        Take(memory);
        return memory;
    }

    /// <summary>
    /// Memory for writing every element of a layout without reading it, to be taken once it is written.
    /// </summary>
    /// <param name="layout">What is written.</param>
    /// <param name="dtype">The type of the elements.</param>
    /// <param name="own">How many of the results that are still to be computed are the one to be written.</param>
    /// <exception cref="TensorRuntimeException">The storage has been freed.</exception>
    internal DeviceBuffer ToWrite(Layout layout, DType dtype, int own)
    {
        var current = Resolve();
        return current.Readers <= own ? current
            : Another(current, layout.ElementCount * dtype.Size == current.ByteCount && layout.IsDense);
    }

    /// <summary>Takes memory in the place of what it has, which only calls that read it still need.</summary>
    internal void Take(DeviceBuffer memory)
    {
        if (ReferenceEquals(buffer, memory))
            return;

        // The old memory is left to the garbage collector: the launch that is about to write may read it too.
        memory.TakeOver(buffer!);
        buffer = memory;
    }

    /// <summary>
    /// The memory, for somebody outside of the engine, who may write it at any time: no result stays pending that
    /// reads it, from now on.
    /// </summary>
    /// <exception cref="TensorRuntimeException">The storage has been freed.</exception>
    public DeviceBuffer Expose()
    {
        var exposed = ResolveForWriting();
        exposed.IsExposed = true;
        return exposed;
    }

    /// <summary>Gives the memory back at once. Every tensor that shares it becomes unusable.</summary>
    public void Free()
    {
        if (IsFreed)
            return;
        IsFreed = true;
        if (Volatile.Read(ref pending) is { } result)
            result.Call.Device.Pending.Free(result);
        else if (buffer!.Readers == 0)
            buffer.Free();
        else
            buffer.Device.Pending.Abandon(buffer);
    }

    /// <summary>Notes that autograd keeps what it holds.</summary>
    internal void MarkSaved()
    {
        if (Pending is { } result)
            result.Call.IsSaved = true;
    }

    /// <summary>Takes a result that replaces what it holds, which only calls that read it still need.</summary>
    internal void Become(PendingResult result)
    {
        var (replaced, memory) = (pending, buffer);
        Volatile.Write(ref pending, result);
        buffer = null;
        if (replaced is not null)
            replaced.Call.Device.Pending.Free(replaced);
        else
            memory!.Device.Pending.Abandon(memory);
    }

    private DeviceBuffer Settle()
    {
        if (Volatile.Read(ref pending) is not { } result)
            return buffer!;
        var computed = result.Buffer ?? result.Call.Device.Pending.Compute(result);
        buffer = computed;
        Volatile.Write(ref pending, null);
        return computed;
    }

    private static DeviceBuffer Another(DeviceBuffer old, bool isWhole)
    {
        var device = old.Device;
        var fresh = device.Backend.Allocate(device, old.ByteCount);
        if (!isWhole)
        {
            // By words where there are only whole ones.
            var dtype = old.ByteCount % sizeof(int) == 0 ? DType.Int32 : DType.UInt8;
            var all = Layout.Contiguous([old.ByteCount / dtype.Size]);
            device.Backend.Run(new PointwiseLaunch
            {
                Program = CopyPrograms.Copy(dtype, dtype),
                Operands = [new(old, all, dtype), new(fresh, all, dtype)],
            });
        }

        return fresh;
    }

    internal static TensorRuntimeException Freed() => new(
        "the storage of this tensor has been freed", "a tensor cannot be used after Free() or the end of its scope");
}
