using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>
/// Where a tensor lies, for Direct3D commands of somebody else: a renderer binds the resource and has its queue wait
/// for the fence's value.
/// </summary>
public sealed class DirectComputeTensor : TimelineTensor
{
    internal DirectComputeTensor(in HandedMemory<DirectComputeDriver> place, DirectComputeMemory memory)
        : base(place.Buffer, place.Block, place.Offset, place.ByteCount, (ulong)memory.DeviceAddress) =>
        (Resource, Fence) = (memory.Resource.Handle, place.Driver.Queue.Fence.Handle);

    /// <summary>
    /// The <c>ID3D12Resource</c>: a buffer, in the state <c>D3D12_RESOURCE_STATE_COMMON</c> between command lists,
    /// which may be used for unordered access. Other tensors lie in it too.
    /// </summary>
    public nint Resource { get; }

    /// <summary>The device's <c>ID3D12Fence</c>.</summary>
    public nint Fence { get; }
}
