namespace KernelEngine.Gpu;

/// <summary>A tensor's memory on a device. Nobody has to free it: its finalizer gives it back.</summary>
internal sealed class GpuBuffer(ComputeDevice device, GpuDevice owner, long byteCount, GpuBlock block)
    : DeviceBuffer(device, byteCount)
{
    private const int Freed = 1;

    private int state; // bit 0: freed; the rest: holders outside of the engine

    ~GpuBuffer() => Release(fromFinalizer: true);

    /// <summary>The device that it belongs to.</summary>
    public GpuDevice Owner { get; } = owner;

    /// <summary>Where it lies.</summary>
    /// <exception cref="TensorRuntimeException">It has been freed.</exception>
    public GpuBlock Block => (Volatile.Read(ref state) & Freed) == 0 ? block : throw new TensorRuntimeException(
        "the storage of this tensor has been freed", "a tensor cannot be used after Free() or the end of its scope");

    /// <summary>A copy that was asked for, until it is fetched.</summary>
    public GpuBlock? Asked { get; set; }

    /// <summary>What it is a copy of: an offset and a length in bytes.</summary>
    public (long Offset, int Length) AskedFor { get; set; }

    /// <inheritdoc/>
    internal override void TakeOver(DeviceBuffer replaced)
    {
        if (replaced is GpuBuffer { Asked: not null } buffer)
            Owner.MoveAsked(buffer, this);
    }

    /// <inheritdoc/>
    public override void Free()
    {
        Release(fromFinalizer: false);
        GC.SuppressFinalize(this);
    }

    /// <summary>Notes a holder outside of the engine: the memory is not used again before it lets go.</summary>
    public GpuBlock HandOut()
    {
        var known = Volatile.Read(ref state);
        while ((known & Freed) == 0)
        {
            var before = Interlocked.CompareExchange(ref state, known + 2, known);
            if (before == known)
                break;
            known = before;
        }

        return (known & Freed) == 0 ? block : Block;
    }

    /// <summary>A holder outside of the engine lets go.</summary>
    public void LetGo()
    {
        if (Interlocked.Add(ref state, -2) == Freed)
            Owner.Return(block, fromFinalizer: true);
    }

    private void Release(bool fromFinalizer)
    {
        var before = Interlocked.Or(ref state, Freed);
        if (before == 0)
            Owner.Return(block, fromFinalizer);
        if ((before & Freed) != 0 || Asked is not { } asked)
            return;
        Asked = null;
        Owner.Forget(asked, fromFinalizer);
    }
}
