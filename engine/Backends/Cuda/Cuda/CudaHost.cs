namespace KernelEngine.Cuda;

/// <summary>
/// The CUDA objects of an application that the engine shall run on (<c>ComputeDevice.Cuda(host)</c>), or those of the
/// engine itself (<c>device.CudaHandles()</c>). Without one the engine uses the device's primary context, which it
/// shares with everything that uses CUDA's runtime.
/// </summary>
/// <param name="Context">The <c>CUcontext</c>.</param>
/// <param name="Stream">
/// The <c>CUstream</c> that launches go to, of the same context; 0 for one of the engine's own.
/// </param>
public sealed record CudaHost(nint Context, nint Stream = 0);
