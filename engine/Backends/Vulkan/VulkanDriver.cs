using KernelEngine.Gpu;

namespace KernelEngine.Vulkan;

/// <summary>Runs batches on a Vulkan device.</summary>
internal sealed class VulkanDriver : GpuDriver
{
    private readonly VulkanMemories memories;
    private readonly VulkanKernels kernels;

    /// <summary>A driver of a device, which it disposes in the end.</summary>
    /// <param name="device">The device.</param>
    /// <param name="name">What it is called in messages: <c>vulkan:0</c>.</param>
    public VulkanDriver(LogicalDevice device, string name)
        : base(name, device.Adapter.Limits, KernelLanguage.SpirV)
    {
        Device = device;
        memories = new(device);
        kernels = new(device);
        Queue = new(device, device.Computing, kernels, Loss, isTransfer: false);
        if (device.Transfers is { } transfers)
            Copies = Queue.Other = new(device, transfers, kernels, Loss, isTransfer: true) { Other = Queue };
    }

    /// <summary>The device.</summary>
    public LogicalDevice Device { get; }

    /// <inheritdoc/>
    public override VulkanQueue Queue { get; }

    /// <inheritdoc/>
    public override GpuQueue? Copies { get; }

    /// <inheritdoc/>
    protected override GpuMemory Make(long byteCount, MemoryKind kind) => memories.Make(byteCount, kind);

    /// <inheritdoc/>
    protected override GpuKernel Compile(KernelCode code) => kernels.Make(code);

    /// <inheritdoc/>
    protected override void Close()
    {
        kernels.Dispose();
        Device.Dispose();
    }
}
