using System.Text;
using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>
/// Has the driver compile PTX for its device. It keeps what it made in a cache of its own, on disk (NVIDIA's
/// ComputeCache), so that the engine keeps nothing.
/// </summary>
internal sealed unsafe class CudaModules(CudaContext context, string name)
{
    private const int LogBytes = 8192;

    private readonly List<nint> modules = [];

    /// <summary>Makes a kernel ready.</summary>
    /// <exception cref="TensorRuntimeException">The driver refuses it; the message has the compiler's words.</exception>
    public CudaKernel Build(KernelCode code)
    {
        if (code.Language != KernelLanguage.Ptx || code.Source is not { } source)
            throw new TensorRuntimeException($"{code.Name} is in {code.Language}, and CUDA takes PTX");
        using var visit = context.Enter();
        var text = Encoding.ASCII.GetBytes(source + '\0');
        var log = new byte[LogBytes];
        nint module, function;
        fixed (byte* image = text, messages = log)
        {
            var options = stackalloc[] { CudaJitOption.ErrorLogBuffer, CudaJitOption.ErrorLogBufferSizeBytes };
            var values = stackalloc void*[] { messages, (void*)LogBytes };
            var loaded = CudaApi.ModuleLoadData(&module, image, 2, options, values);
            if (loaded != CudaResult.Success && !CudaErrors.IsSticky(loaded))
            {
                throw new TensorRuntimeException(
                    $"{name} refuses the kernel '{code.Name}': {CudaErrors.TextOf(loaded)}" +
                    $"\n{Encoding.UTF8.GetString(log).TrimEnd('\0')}".TrimEnd());
            }

            context.Check(loaded, "cuModuleLoadDataEx");
        }

        lock (modules)
            modules.Add(module);
        fixed (byte* entry = "k_main\0"u8)
            context.Check(CudaApi.ModuleGetFunction(&function, module, entry), $"cuModuleGetFunction for '{code.Name}'");
        return new(code, module, function);
    }

    /// <summary>Unloads all.</summary>
    public void UnloadAll()
    {
        if (context.Lost is not null)
            return;
        using var visit = context.Enter();
        lock (modules)
        {
            modules.ForEach(module => CudaApi.ModuleUnload(module));
            modules.Clear();
        }
    }
}
