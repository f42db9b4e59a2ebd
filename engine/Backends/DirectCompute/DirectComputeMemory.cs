using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>A buffer in a heap of its own.</summary>
internal sealed class DirectComputeMemory : GpuMemory
{
    private ResourceStates state;
    private long batch = -1;

    public DirectComputeMemory(long byteCount, MemoryKind kind, ComObject resource, nint hostPointer)
        : base(byteCount, kind, hostPointer, address: null) =>
        (Resource, DeviceAddress) = (resource, resource.Call(ResourceSlots.GetAddress));

    /// <summary>The <c>ID3D12Resource</c>.</summary>
    public ComObject Resource { get; }

    /// <summary>Its <c>D3D12_GPU_VIRTUAL_ADDRESS</c>, which it is bound by.</summary>
    public nint DeviceAddress { get; }

    /// <summary>
    /// What it has been used for last in a batch. Between batches buffers go back to no use in particular, and what
    /// comes first in a batch needs no barrier. Memory that the host sees has one use for good.
    /// </summary>
    /// <returns>The use before; <see cref="ResourceStates.Common"/> where this is the first.</returns>
    public ResourceStates Use(long ticket, ResourceStates wanted)
    {
        var before = batch == ticket ? state : ResourceStates.Common;
        (batch, state) = (ticket, wanted);
        return before;
    }

    /// <inheritdoc/>
    protected override void Release() => Resource.Release();
}
