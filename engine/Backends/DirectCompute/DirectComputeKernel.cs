using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>A kernel as Direct3D has it.</summary>
/// <param name="code">What it was made of.</param>
/// <param name="pipeline">The <c>ID3D12PipelineState</c>.</param>
/// <param name="rootSignature">The <c>ID3D12RootSignature</c> of all kernels with as many buffers.</param>
internal sealed class DirectComputeKernel(KernelCode code, ComObject pipeline, ComObject rootSignature)
    : GpuKernel(code)
{
    /// <summary>The <c>ID3D12PipelineState</c>.</summary>
    public ComObject Pipeline { get; } = pipeline;

    /// <summary>The <c>ID3D12RootSignature</c>.</summary>
    public ComObject RootSignature { get; } = rootSignature;

    /// <inheritdoc/>
    protected override void Release() => Pipeline.Release();
}
