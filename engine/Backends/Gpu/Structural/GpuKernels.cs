using System.Collections.Frozen;

namespace KernelEngine.Gpu;

/// <summary>What a structural kernel does on a GPU: it records launches, and never waits.</summary>
internal delegate void GpuBody(in StructuralLaunch launch, GpuDevice gpu);

/// <summary>The dtypes that a body computes in; operands of others are converted on the way in and out.</summary>
internal enum GpuTypes
{
    /// <summary>All of them, by itself: mostly since it only moves elements.</summary>
    All,
    /// <summary>float32 and float64, and int64 for places; float16 and bfloat16 become float32.</summary>
    Reals,
    /// <summary>float32, float64, int32 and int64; narrower ones and truth values become one of them.</summary>
    Numbers,
    /// <summary>
    /// Each by itself, though it computes: it writes elsewhere than an operand's layout says, where no copy reaches.
    /// </summary>
    Own,
}

/// <summary>The structural kernels of GPU devices, by name.</summary>
internal static partial class GpuKernels
{
    private static readonly FrozenDictionary<string, Entry> Known = MakeTable();

    /// <summary>Every kernel that comes as a text, in the order of the topics' files.</summary>
    public static IEnumerable<ShaderKernel> Shaders =>
    [
        .. MatmulShaders,
        .. RandomShaders,
        .. PoissonShaders,
        .. FactorShaders,
        .. QrShaders,
        .. SpectralShaders,
        .. GatherShaders,
        .. RowShaders,
        .. ScatterShaders,
        NonZeroPlaces,
        EmbeddingBag,
        .. PoolShaders,
        .. ScanShaders,
        .. SortShaders,
        .. ConvolutionShaders,
        .. LossShaders,
        TapSums,
        .. RangeShaders,
        .. SoftmaxShaders,
        .. CeilingShaders,
    ];

    // What GpuTypes.Numbers computes in. No field: those of a partial class have no order between files.
    private static ReadOnlySpan<DType> NumberTypes =>
        (DType[])[DType.Float32, DType.Float64, DType.Int32, DType.Int64];

    /// <summary>Whether there is a body for these operands.</summary>
    public static bool Supports(GpuDevice? gpu, StructuralKernel kernel, ReadOnlySpan<Operand> operands)
    {
        if (!Known.TryGetValue(kernel.Name, out var entry))
            return false;
        foreach (var operand in operands)
        {
            if (entry.Types != GpuTypes.All && operand.DType == DType.Float64 && gpu is { Limits.HasFloat64: false })
                return false;
        }

        return true;
    }

    /// <summary>Runs a body.</summary>
    /// <exception cref="TensorNotImplementedException">There is none.</exception>
    public static void Run(GpuDevice gpu, in StructuralLaunch launch)
    {
        if (!Known.TryGetValue(launch.Kernel.Name, out var entry))
        {
            throw new TensorNotImplementedException(
                $"{launch.Kernel.Name} is not implemented on {gpu.Device}",
                "use another device, or compose it of operators");
        }

        if (entry.Types != GpuTypes.All)
            gpu.CheckFloat64(launch.Kernel.Name, launch.Operands);
        foreach (var operand in launch.Operands)
        {
            if (!ReferenceEquals(Computed(operand.DType, entry.Types), operand.DType))
            {
                RunConverted(gpu, launch, entry.Types, entry.Body);
                return;
            }
        }

        entry.Body(launch, gpu);
    }

    /// <summary>Runs a body on copies in dtypes that it computes in.</summary>
    private static void RunConverted(
        GpuDevice gpu, in StructuralLaunch launch, GpuTypes types, GpuBody body) =>
        RunConverted(gpu, launch, dtype => Computed(dtype, types), body);

    private static void RunConverted(
        GpuDevice gpu, in StructuralLaunch launch, Func<DType, DType> computed, GpuBody body)
    {
        var operands = launch.Operands.ToArray();
        for (var i = 0; i < operands.Length; i++)
        {
            var dtype = computed(operands[i].DType);
            if (ReferenceEquals(dtype, operands[i].DType))
                continue;
            if (FirstLike(launch, i) is var first && first < i)
            {
                operands[i] = operands[first];
                continue;
            }

            operands[i] = gpu.Temporary(operands[i].Layout.Shape, dtype).Operand;
            if (launch.Kernel.Operands[i].Access != Access.Write)
                gpu.Copy(launch.Operands[i], operands[i]);
        }

        body(
            new()
            {
                Kernel = launch.Kernel,
                Operands = operands,
                Integers = launch.Integers,
                Reals = launch.Reals,
            },
            gpu);
        for (var i = 0; i < operands.Length; i++)
        {
            if (ReferenceEquals(operands[i].Buffer, launch.Operands[i].Buffer) || FirstLike(launch, i) < i)
                continue;
            if (launch.Kernel.Operands[i].Access != Access.Read)
                gpu.Copy(operands[i], launch.Operands[i]);
            operands[i].Buffer.Free();
        }
    }

    // An operand that a kernel has no use for may be another one again: two copies of it would both be written back.
    private static int FirstLike(in StructuralLaunch launch, int operand)
    {
        var first = 0;
        while (launch.Operands[first] != launch.Operands[operand] ||
            launch.Kernel.Operands[first].Access != launch.Kernel.Operands[operand].Access)
        {
            first++;
        }

        return first;
    }

    private static DType Computed(DType dtype, GpuTypes types) => types switch
    {
        GpuTypes.All or GpuTypes.Own => dtype,
        _ when dtype.IsFloatingPoint => dtype.Register == ValueKind.Float64 ? dtype : DType.Float32,
        GpuTypes.Numbers when dtype.Register != ValueKind.Int64 => DType.Int32,
        _ => dtype,
    };

    private static FrozenDictionary<string, Entry> MakeTable()
    {
        var table = new Dictionary<string, Entry>();
        AddAll((name, types, body) => table.Add(name, new(body, types)));
        return table.ToFrozenDictionary();
    }

    // Each topic's file has a method of its own that adds its kernels; this one calls them all.
    private static void AddAll(Adding add)
    {
        AddMatmul(add);
        AddRandom(add);
        AddPoisson(add);
        AddFactorisations(add);
        AddQr(add);
        AddSpectral(add);
        AddGather(add);
        AddRows(add);
        AddScatter(add);
        AddNonZero(add);
        AddEmbeddingBag(add);
        AddRanges(add);
        AddSoftmax(add);
        AddBatchNorm(add);
        AddRowNorm(add);
        AddPooling(add);
        AddScans(add);
        AddSorting(add);
        AddConvolution(add);
        AddNllLoss(add);
        AddSoftmaxBackward(add);
        AddTaps(add);
        AddCdist(add);
    }

    private delegate void Adding(string name, GpuTypes types, GpuBody body);

    private sealed record Entry(GpuBody Body, GpuTypes Types);
}
