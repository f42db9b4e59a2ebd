namespace KernelEngine.DirectCompute;

// The places of methods, as the headers count them: those of IUnknown, ID3D12Object and ID3D12DeviceChild come first.

/// <summary>ID3D12Device.</summary>
internal static class DeviceSlots
{
    public const int CreateCommandQueue = 8, CreateCommandAllocator = 9, CreateComputePipelineState = 11,
        CreateCommandList = 12, CheckFeatureSupport = 13, CreateRootSignature = 16, CreateCommittedResource = 27,
        CreateFence = 36, GetDeviceRemovedReason = 37, CreateQueryHeap = 39, GetAdapterLuid = 43;
}

/// <summary>ID3D12CommandQueue.</summary>
internal static class QueueSlots
{
    public const int GetDevice = 7, ExecuteCommandLists = 10, Signal = 14, GetTimestampFrequency = 16,
        GetDescription = 18;
}

/// <summary>ID3D12GraphicsCommandList, and the reset of ID3D12CommandAllocator.</summary>
internal static class ListSlots
{
    public const int ResetAllocator = 8, Close = 9, Reset = 10, Dispatch = 14, CopyBufferRegion = 15,
        SetPipelineState = 25, ResourceBarrier = 26, SetComputeRootSignature = 29,
        SetComputeRootConstantBufferView = 37, SetComputeRootUnorderedAccessView = 41, EndQuery = 53,
        ResolveQueryData = 54;
}

/// <summary>ID3D12Resource.</summary>
internal static class ResourceSlots
{
    public const int Map = 8, Unmap = 9, GetAddress = 11;
}

/// <summary>ID3D12Fence.</summary>
internal static class FenceSlots
{
    public const int GetCompletedValue = 8, SetEventOnCompletion = 9;
}
