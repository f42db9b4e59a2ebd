using System.Runtime.InteropServices;
using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>A kernel as Direct3D has it.</summary>
/// <param name="Pipeline">The <c>ID3D12PipelineState</c>.</param>
/// <param name="RootSignature">The <c>ID3D12RootSignature</c> of all kernels with as many buffers.</param>
internal readonly record struct PipelineState(ComObject Pipeline, ComObject RootSignature);

/// <summary>Makes pipelines of compiled kernels, and of sources, which it has compiled first.</summary>
internal sealed unsafe class DirectComputeKernels(ComObject device, string deviceName) : IDisposable
{
    /// <summary>The most buffers of a kernel: a root signature has 64 words, and a buffer takes two.</summary>
    public const int MaxBuffers = 31;

    /// <summary>The library's kernels, as they were compiled with the package.</summary>
    public static readonly CompiledShaders Library =
        CompiledShaders.EmbeddedIn(typeof(DirectComputeKernels).Assembly, KernelLanguage.Hlsl);

    private readonly Lock gate = new();
    private readonly ComObject[] rootSignatures = new ComObject[MaxBuffers + 1];

    /// <summary>Makes a pipeline.</summary>
    /// <exception cref="TensorRuntimeException">The compiler or the driver refuses it.</exception>
    public GpuKernel Make(KernelCode code)
    {
        var isCached = false;
        var bytes = code.Source is { } source
            ? ShaderCompiler.Compile(code.Name, source, out isCached)
            : MemoryMarshal.AsBytes(code.Words.Span);
        var signature = SignatureOf(code.Buffers);
        var answer = Create(device, signature, bytes, out var pipeline);
        if (answer < 0)
            throw code.RefusedBy(deviceName, "CreateComputePipelineState", DirectComputeErrors.NameOf(answer));
        return new HandleKernel<PipelineState>(code, new(pipeline, signature), made => made.Pipeline.Release())
        {
            WasCached = isCached,
        };
    }

    /// <summary>Whether a device takes kernels that compute in float64: libvkd3d says so and does not.</summary>
    public static bool TakesFloat64(ComObject device)
    {
        var variant = ShaderCatalog.All.SelectMany(kernel => kernel.AllVariants.ToArray())
            .First(variant => variant.Compute == Element.Float64);
        if (Library.Find(variant) is not { } words)
            return false;
        var signature = CreateSignature(device, variant.Accesses.Length);
        var takes = Create(device, signature, MemoryMarshal.AsBytes(words.Span), out var pipeline) >= 0;
        pipeline.Release();
        signature.Release();
        return takes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var signature in rootSignatures)
            signature.Release();
    }

    private static int Create(ComObject device, ComObject signature, ReadOnlySpan<byte> code, out ComObject pipeline)
    {
        if (Direct3D.MakesVulkan)
            code = MemoryMarshal.AsBytes(DxbcModule.SeparateDoubles(MemoryMarshal.Cast<byte, uint>(code)));
        fixed (byte* first = code)
        {
            var description = new ComputePipelineDescription
            {
                RootSignature = signature.Handle,
                Code = (nint)first,
                CodeBytes = (nuint)code.Length,
            };
            return device.Make(
                DeviceSlots.CreateComputePipelineState, Interfaces.PipelineState, out pipeline,
                (nint)(&description));
        }
    }

    private ComObject SignatureOf(int buffers)
    {
        lock (gate)
        {
            if (rootSignatures[buffers].IsNull)
                rootSignatures[buffers] = CreateSignature(device, buffers);
            return rootSignatures[buffers];
        }
    }

    // The parameters, then the buffers: all are descriptors in the signature itself, so there are no heaps of them.
    private static ComObject CreateSignature(ComObject device, int buffers)
    {
        var parameters = stackalloc RootParameter[buffers + 1];
        parameters[0] = new() { Type = RootParameter.ConstantBuffer };
        for (var i = 0; i < buffers; i++)
            parameters[i + 1] = new() { Type = RootParameter.UnorderedAccess, ShaderRegister = (ulong)i };
        var bytes = Direct3D.Serialize(new()
        {
            ParameterCount = (uint)buffers + 1,
            Parameters = (nint)parameters,
        });
        fixed (byte* first = bytes)
        {
            DirectComputeErrors.Check(device.Make(
                DeviceSlots.CreateRootSignature, Interfaces.RootSignature, out var signature, 0, (nint)first,
                bytes.Length), "CreateRootSignature");
            return signature;
        }
    }
}
