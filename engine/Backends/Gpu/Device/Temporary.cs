namespace KernelEngine.Gpu;

/// <summary>
/// Memory that a structural kernel needs for a while, or an operand in the place of it. Disposing gives it back in the
/// order of the queue: launches that are recorded later may use it.
/// </summary>
internal readonly struct Temporary(Operand operand, bool isOwned) : IDisposable
{
    /// <summary>The elements.</summary>
    public Operand Operand { get; } = operand;

    /// <summary>The memory.</summary>
    public GpuBuffer Buffer => (GpuBuffer)Operand.Buffer;

    /// <summary>Gives the memory back if it is temporary.</summary>
    public void Dispose()
    {
        if (isOwned)
            Operand.Buffer.Free();
    }
}
