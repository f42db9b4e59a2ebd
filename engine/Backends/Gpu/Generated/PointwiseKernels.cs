using System.Runtime.CompilerServices;

namespace KernelEngine.Gpu;

/// <summary>The kernels of a program that have been wanted so far.</summary>
internal sealed class PointwiseKernels
{
    private readonly PointwiseProgram program;
    private PointwiseKernel[] known = [];

    private PointwiseKernels(PointwiseProgram program) => this.program = program;

    /// <summary>Those of a program.</summary>
    public static PointwiseKernels Of(PointwiseProgram program)
    {
        if (program.DeviceCode is null)
            Interlocked.CompareExchange(ref program.DeviceCode, new PointwiseKernels(program), null);
        return Unsafe.As<PointwiseKernels>(program.DeviceCode);
    }

    /// <summary>The kernel of a form.</summary>
    public PointwiseKernel this[in PointwiseForm form]
    {
        get
        {
            foreach (var kernel in Volatile.Read(ref known))
            {
                if (kernel.Form == form)
                    return kernel;
            }

            return Add(form);
        }
    }

    private PointwiseKernel Add(in PointwiseForm form)
    {
        lock (this)
        {
            foreach (var kernel in known)
            {
                if (kernel.Form == form)
                    return kernel;
            }

            var added = new PointwiseKernel(program, form);
            Volatile.Write(ref known, [.. known, added]);
            return added;
        }
    }
}
