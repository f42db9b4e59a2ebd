namespace KernelEngine.DirectCompute;

/// <summary>
/// The Direct3D 12 objects of an application that the engine shall run on (<c>ComputeDevice.DirectCompute(host)</c>),
/// or those of the engine itself (<c>device.DirectComputeHandles()</c>).
/// </summary>
/// <param name="Device">The <c>ID3D12Device</c>, of feature level 11_0 or more.</param>
/// <param name="Queue">The <c>ID3D12CommandQueue</c> of the device, direct or for compute.</param>
public sealed record DirectComputeHost(nint Device, nint Queue);
