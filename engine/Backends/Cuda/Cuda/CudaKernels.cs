using System.Text;
using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>
/// Has the driver compile PTX for its device. It keeps what it made in a cache of its own, on disk (NVIDIA's
/// ComputeCache), so that the engine keeps nothing.
/// </summary>
internal sealed unsafe class CudaKernels(CudaContext context, string name)
{
    private const int LogBytes = 8192;

    /// <summary>Makes a kernel ready.</summary>
    /// <exception cref="GpuMemoryException">There is no memory for it.</exception>
    /// <exception cref="TensorRuntimeException">The driver refuses it; the message has the compiler's words.</exception>
    public CudaKernel Make(KernelCode code)
    {
        using var visit = context.Enter();
        var text = Encoding.ASCII.GetBytes(code.Source + '\0');
        var log = new byte[LogBytes];
        nint module, function;
        fixed (byte* image = text, messages = log)
        {
            var options = stackalloc[] { CudaJitOption.ErrorLogBuffer, CudaJitOption.ErrorLogBufferSizeBytes };
            var values = stackalloc void*[] { messages, (void*)LogBytes };
            var loaded = CudaApi.ModuleLoadData(&module, image, 2, options, values);
            if (loaded == CudaResult.OutOfMemory)
                throw new GpuMemoryException(text.Length, $"the kernel '{code.Name}': {CudaErrors.TextOf(loaded)}");
            if (loaded != CudaResult.Success && !CudaErrors.IsSticky(loaded))
            {
                throw new TensorRuntimeException(
                    $"{name} refuses the kernel '{code.Name}': {CudaErrors.TextOf(loaded)}" +
                    $"\n{Encoding.UTF8.GetString(log).TrimEnd('\0')}".TrimEnd());
            }

            context.Check(loaded, "cuModuleLoadDataEx");
        }

        CudaResult found;
        fixed (byte* entry = "k_main\0"u8)
            found = CudaApi.ModuleGetFunction(&function, module, entry);
        if (found != CudaResult.Success)
            CudaApi.ModuleUnload(module);
        context.Check(found, $"cuModuleGetFunction for '{code.Name}'");
        return new(context, code, module, function);
    }
}
