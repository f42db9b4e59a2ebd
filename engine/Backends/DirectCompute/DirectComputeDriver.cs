using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>Direct3D 12 behind the shared GPU layer: one device, of its own or a host's.</summary>
internal sealed class DirectComputeDriver : GpuDriver
{
    private readonly ComObject device;
    private readonly DirectComputeMemories memories;
    private readonly DirectComputeKernels kernels;

    /// <summary>A driver of a device.</summary>
    /// <param name="adapter">What the device can do.</param>
    /// <param name="device">The <c>ID3D12Device</c>, which it holds until it is closed.</param>
    /// <param name="queue">A host's queue, which it holds too; none where it is to be made.</param>
    /// <param name="name">What it is called in messages: <c>directcompute:0</c>.</param>
    public DirectComputeDriver(GpuAdapter adapter, ComObject device, ComObject queue, string name)
        : base(name, adapter.Limits, KernelLanguage.Hlsl)
    {
        this.device = device;
        memories = new(device);
        kernels = new(device, adapter.Name);
        Queue = new(this, device, queue);
        device.Retain();
    }

    /// <inheritdoc/>
    public override DirectComputeQueue Queue { get; }

    /// <summary>What it computes with.</summary>
    public DirectComputeHost Handles => new(device.Handle, Queue.Handle.Handle);

    /// <inheritdoc/>
    protected override GpuMemory Make(long byteCount, MemoryKind kind) => memories.Make(byteCount, kind);

    /// <inheritdoc/>
    protected override GpuKernel Compile(KernelCode code) => kernels.Make(code);

    /// <inheritdoc/>
    protected override void Close()
    {
        kernels.Dispose();
        device.Release();
    }
}
