using System.Collections.Concurrent;

namespace KernelEngine.Cpu;

/// <summary>The body of a structural kernel.</summary>
internal delegate void KernelBody(in StructuralLaunch launch);

/// <summary>The structural kernels of this backend, by name.</summary>
internal static unsafe partial class CpuKernels
{
    private static readonly ConcurrentDictionary<string, Entry> Known = MakeTable();

    /// <summary>Adds a kernel.</summary>
    /// <param name="name">The kernel's name.</param>
    /// <param name="body">What it does.</param>
    /// <param name="takes">Whether it takes an operand of a dtype; all dtypes if null.</param>
    public static void Add(string name, KernelBody body, Func<int, DType, bool>? takes = null) =>
        Known[name] = new(body, takes);

    public static bool Supports(StructuralKernel kernel, ReadOnlySpan<Operand> operands)
    {
        if (!Known.TryGetValue(kernel.Name, out var entry))
            return false;
        if (entry.Takes is { } takes)
        {
            for (var i = 0; i < operands.Length; i++)
            {
                if (!takes(i, operands[i].DType))
                    return false;
            }
        }

        return true;
    }

    public static void Run(in StructuralLaunch launch)
    {
        if (!Known.TryGetValue(launch.Kernel.Name, out var entry))
        {
            throw new TensorNotImplementedException(
                $"{launch.Kernel.Name} is not implemented on cpu", "use another device, or compose it of operators");
        }

        entry.Body(launch);
    }

    private static ConcurrentDictionary<string, Entry> MakeTable()
    {
        var table = new ConcurrentDictionary<string, Entry>();
        AddAll((name, body, takes) => table[name] = new(body, takes));
        return table;
    }

    // Each topic's file has a method of its own that adds its kernels; this one calls them all.
    private static void AddAll(Adding add)
    {
        AddMatmul(add);
        AddRanges(add);
        AddStridedAdd(add);
        AddRandom(add);
        AddScans(add);
        AddRows(add);
        AddGather(add);
        AddSoftmax(add);
        AddSorting(add);
        AddSearch(add);
        AddPoisson(add);
        AddNllLoss(add);
        AddFactorisations(add);
        AddSpectral(add);
        AddBatchNorm(add);
        AddPooling(add);
        AddAveragePooling(add);
        AddRowNorm(add);
        AddTaps(add);
        AddConvolution(add);
        AddEmbeddingBag(add);
        AddCdist(add);
    }

    private delegate void Adding(string name, KernelBody body, Func<int, DType, bool>? takes = null);

    private sealed record Entry(KernelBody Body, Func<int, DType, bool>? Takes);
}
