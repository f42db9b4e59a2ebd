using System.Runtime.CompilerServices;

namespace KernelEngine.Gpu;

/// <summary>The kernels of a reduction that have been wanted so far.</summary>
internal sealed class ReductionKernels
{
    private readonly ReductionProgram program;
    private ReductionKernel[] known = [];

    private ReductionKernels(ReductionProgram program) => this.program = program;

    /// <summary>Those of a reduction.</summary>
    public static ReductionKernels Of(ReductionProgram program)
    {
        if (program.DeviceCode is null)
            Interlocked.CompareExchange(ref program.DeviceCode, new ReductionKernels(program), null);
        return Unsafe.As<ReductionKernels>(program.DeviceCode);
    }

    /// <summary>The kernel of a pass.</summary>
    public ReductionKernel this[in ReductionPass pass]
    {
        get
        {
            foreach (var kernel in Volatile.Read(ref known))
            {
                if (kernel.Pass == pass)
                    return kernel;
            }

            return Add(pass);
        }
    }

    private ReductionKernel Add(in ReductionPass pass)
    {
        lock (this)
        {
            foreach (var kernel in known)
            {
                if (kernel.Pass == pass)
                    return kernel;
            }

            var added = new ReductionKernel(program, pass);
            Volatile.Write(ref known, [.. known, added]);
            return added;
        }
    }
}
