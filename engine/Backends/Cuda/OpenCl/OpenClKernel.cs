using KernelEngine.Gpu;

namespace KernelEngine.OpenCl;

/// <summary>A cl_kernel, and the arguments that it was last given.</summary>
internal sealed unsafe class OpenClKernel : GpuKernel
{
    private readonly long[] memories;
    private readonly OpenClApi api;
    private long first = -1;

    /// <summary>Wraps a cl_kernel.</summary>
    public OpenClKernel(OpenClApi api, KernelCode code, nint handle)
        : base(code)
    {
        (this.api, Handle) = (api, handle);
        memories = new long[code.Buffers + 1];
    }

    /// <summary>The cl_kernel.</summary>
    public nint Handle { get; }

    /// <summary>Sets a memory argument, unless it is set.</summary>
    /// <returns>OpenCL's code.</returns>
    public int SetMemory(int argument, OpenClMemory memory)
    {
        if (memories[argument] == memory.Id)
            return 0;
        var handle = memory.Handle;
        var code = api.SetKernelArg(Handle, (uint)argument, (nuint)sizeof(nint), &handle);
        memories[argument] = code == 0 ? memory.Id : 0;
        return code;
    }

    /// <summary>Sets the last argument, where the launch's parameters begin, unless it is set.</summary>
    /// <returns>OpenCL's code.</returns>
    public int SetFirst(uint word)
    {
        if (first == word)
            return 0;
        var code = api.SetKernelArg(Handle, (uint)memories.Length, sizeof(uint), &word);
        first = code == 0 ? word : -1;
        return code;
    }

    /// <inheritdoc/>
    protected override void Release() => api.ReleaseKernel(Handle);
}
