namespace KernelEngine.DirectCompute;

/// <summary>What a thread sleeps on until a fence has a value: Windows's event, or libvkd3d's.</summary>
internal sealed class FenceEvent : IDisposable
{
    private readonly AutoResetEvent? windows = OperatingSystem.IsWindows() ? new(false) : null;
    private readonly nint own;

    public FenceEvent() => own = windows is null ? Vkd3dApi.CreateEvent() : 0;

    /// <summary>What is given to Direct3D.</summary>
    public nint Handle => windows?.SafeWaitHandle.DangerousGetHandle() ?? own;

    /// <summary>Sleeps until it happens.</summary>
    public void Wait()
    {
        const uint Forever = ~0u; // libvkd3d knows no other time
        if (windows is null)
            _ = Vkd3dApi.WaitForEvent(own, Forever);
        else
            windows.WaitOne();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        windows?.Dispose();
        if (own != 0)
            Vkd3dApi.DestroyEvent(own);
    }
}
