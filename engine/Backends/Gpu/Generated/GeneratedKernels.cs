using System.Runtime.CompilerServices;

namespace KernelEngine.Gpu;

/// <summary>The kernels of a program that have been wanted so far.</summary>
/// <typeparam name="TForm">What tells them apart.</typeparam>
/// <typeparam name="TKernel">What they are.</typeparam>
/// <param name="declare">Declares one.</param>
internal sealed class GeneratedKernels<TForm, TKernel>(Func<TForm, TKernel> declare)
    where TForm : struct, IEquatable<TForm>
    where TKernel : KernelSource
{
    private readonly Lock gate = new();
    private (TForm Form, TKernel Kernel)[] known = [];

    /// <summary>Those that a program keeps, made at first use.</summary>
    /// <param name="kept">Where it keeps them.</param>
    /// <param name="program">The program.</param>
    /// <param name="make">Makes those of a program.</param>
    public static GeneratedKernels<TForm, TKernel> Of<TProgram>(
        ref object? kept, TProgram program, Func<TProgram, GeneratedKernels<TForm, TKernel>> make)
    {
        if (kept is null)
            Interlocked.CompareExchange(ref kept, make(program), null);
        return Unsafe.As<GeneratedKernels<TForm, TKernel>>(kept);
    }

    /// <summary>The kernel of a form.</summary>
    public TKernel this[in TForm form] => Find(form) ?? Add(form);

    private TKernel? Find(in TForm form)
    {
        foreach (ref readonly var one in Volatile.Read(ref known).AsSpan())
        {
            if (one.Form.Equals(form))
                return one.Kernel;
        }

        return null;
    }

    private TKernel Add(in TForm form)
    {
        lock (gate)
        {
            if (Find(form) is { } meanwhile)
                return meanwhile;
            var added = declare(form);
            Volatile.Write(ref known, [.. known, (form, added)]);
            return added;
        }
    }
}
