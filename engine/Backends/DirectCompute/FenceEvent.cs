using System.Runtime.InteropServices;

namespace KernelEngine.DirectCompute;

/// <summary>What a thread sleeps on until a fence has a value: Windows's event, or libvkd3d's.</summary>
internal sealed unsafe partial class FenceEvent : IDisposable
{
    private readonly AutoResetEvent? windows = OperatingSystem.IsWindows() ? new(false) : null;
    private readonly nint own;

    public FenceEvent() => own = windows is null ? Create() : 0;

    /// <summary>What is given to Direct3D.</summary>
    public nint Handle => windows?.SafeWaitHandle.DangerousGetHandle() ?? own;

    /// <summary>Sleeps until it happens.</summary>
    public void Wait()
    {
        const uint Forever = ~0u; // libvkd3d knows no other time
        if (windows is null)
            _ = Wait(own, Forever);
        else
            windows.WaitOne();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        windows?.Dispose();
        if (own != 0)
            Destroy(own);
    }

    [LibraryImport("libvkd3d-utils.so.1", EntryPoint = "vkd3d_create_event")]
    private static partial nint Create();

    [LibraryImport("libvkd3d-utils.so.1", EntryPoint = "vkd3d_wait_event")]
    private static partial uint Wait(nint handle, uint milliseconds);

    [LibraryImport("libvkd3d-utils.so.1", EntryPoint = "vkd3d_destroy_event")]
    private static partial void Destroy(nint handle);
}
