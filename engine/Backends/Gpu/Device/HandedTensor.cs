namespace KernelEngine.Gpu;

/// <summary>
/// Where a tensor lies, for commands of somebody else. The memory does not go to another tensor before this is
/// disposed, even where the tensor is freed or forgotten.
/// </summary>
public abstract class HandedTensor : IDisposable
{
    private GpuBuffer? held;

    internal HandedTensor(GpuBuffer held) => this.held = held;

    /// <summary>Lets go, should nobody have done so.</summary>
    ~HandedTensor() => LetGo();

    /// <summary>
    /// Lets go of the memory. Commands of others that use it must be done by then, as for any memory that is released.
    /// </summary>
    public void Dispose()
    {
        LetGo();
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives back what was made for it.</summary>
    private protected virtual void Release()
    {
    }

    private void LetGo()
    {
        if (Interlocked.Exchange(ref held, null) is not { } buffer)
            return;
        try
        {
            Release();
        }
        finally
        {
            buffer.LetGo();
        }
    }
}
