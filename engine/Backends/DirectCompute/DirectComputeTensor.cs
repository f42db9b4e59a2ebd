using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>
/// Where a tensor lies, for Direct3D commands of somebody else: a renderer binds the resource and has its queue wait
/// for the fence's value.
/// </summary>
public sealed class DirectComputeTensor : HandedTensor
{
    private DirectComputeTensor(
        GpuBuffer held, DirectComputeMemory memory, long offset, long byteCount, ComObject fence, long value)
        : base(held)
    {
        Resource = memory.Resource.Handle;
        (Offset, ByteCount) = ((ulong)offset, (ulong)byteCount);
        Address = (ulong)memory.DeviceAddress + Offset;
        (Fence, Value) = (fence.Handle, (ulong)value);
    }

    /// <summary>
    /// The <c>ID3D12Resource</c>: a buffer, in the state <c>D3D12_RESOURCE_STATE_COMMON</c> between command lists,
    /// which may be used for unordered access. Other tensors lie in it too.
    /// </summary>
    public nint Resource { get; }

    /// <summary>Where the first element lies in it, in bytes.</summary>
    public ulong Offset { get; }

    /// <summary>How many bytes the elements take; they lie one after the other, in row-major order.</summary>
    public ulong ByteCount { get; }

    /// <summary>The address of the first element (<c>D3D12_GPU_VIRTUAL_ADDRESS</c>).</summary>
    public ulong Address { get; }

    /// <summary>The device's <c>ID3D12Fence</c>.</summary>
    public nint Fence { get; }

    /// <summary>The value that the fence has once the elements are computed.</summary>
    public ulong Value { get; }

    /// <summary>What <c>tensor.AsDirectCompute()</c> is.</summary>
    internal static DirectComputeTensor Of(Tensor tensor) =>
        DirectComputeBackend.Instance.HandOut<DirectComputeDriver, DirectComputeTensor>(tensor, m => new(
            m.Buffer, (DirectComputeMemory)m.Block.Memory, m.Offset, m.ByteCount, m.Driver.Queue.Fence,
            m.Block.LastUse));
}
