using static KernelEngine.Gpu.ProgramForms;

namespace KernelEngine.Gpu;

/// <content>The largest element and the mean of each window: a thread for each result, that gathers.</content>
internal static partial class GpuKernels
{
    private static readonly ShaderKernel MaxPoolValues = MaxPoolForward("max_pool", Element.T, 0);
    private static readonly ShaderKernel MaxPoolBytes = MaxPoolForward("max_pool_bytes", Element.UInt8, 1);
    private static readonly ShaderKernel MaxPoolIndices = MaxPoolForward("max_pool_indices", Element.Int64, 2);
    private static readonly ShaderKernel MaxPoolBytesBackward =
        MaxPoolBackward("max_pool_bytes_backward", Element.UInt8, 1);
    private static readonly ShaderKernel MaxPoolIndicesBackward =
        MaxPoolBackward("max_pool_indices_backward", Element.Int64, 2);

    private static readonly ShaderKernel AvgPoolForward =
        Windows(ShaderKernel.Define("avg_pool", "pooling/avg_pool.kernel").Reads("src").Writes("dst"))
            .Int("includes").Int("divisor").Layout("src").Layout("dst").Variants(NumberTypes);

    private static readonly ShaderKernel AvgPoolBackward =
        Windows(ShaderKernel.Define("avg_pool_backward", "pooling/avg_pool_backward.kernel")
            .Reads("gradient").Writes("dst"))
            .Int("includes").Int("divisor").Layout("gradient").Layout("dst").Variants(NumberTypes);

    private static readonly ShaderKernel[] PoolShaders =
    [
        MaxPoolValues, MaxPoolBytes, MaxPoolIndices, MaxPoolBytesBackward, MaxPoolIndicesBackward, AvgPoolForward,
        AvgPoolBackward,
    ];

    // Windows of more elements than this are too long for a thread.
    private const long LongWindow = 1 << 13;

    private static readonly Programs<ReductionProgram> WindowSums = new(1, (dtype, _) =>
        Sums("avg_pool.sums", dtype, 1, 1, x => [x[0]]));

    private static readonly Programs<PointwiseProgram> WindowMeans = new(1, (dtype, _) =>
        ProgramForms.Pointwise("avg_pool.means", dtype, 1, 1, 1, (x, p) => [x[0] / p[0]]));

    private static void AddPooling(Adding add)
    {
        add("max_pool", GpuTypes.All, (in launch, gpu) =>
        {
            if (!MaxPoolValues.Has(launch.Operands[0].DType))
            {
                RunConverted(gpu, launch, PoolConversion, PoolLargest);
                return;
            }

            PoolLargest(launch, gpu);
        });
        add("max_pool_backward", GpuTypes.All, (in launch, gpu) =>
        {
            if (!MaxPoolValues.Has(launch.Operands[0].DType))
            {
                RunConverted(gpu, launch, PoolConversion, PoolLargestBackward);
                return;
            }

            PoolLargestBackward(launch, gpu);
        });
        add("avg_pool", GpuTypes.Numbers, (in launch, gpu) =>
        {
            if (Volume(launch) > LongWindow && launch.Operands[0].DType.IsFloatingPoint && LieInside(launch))
                PoolLongWindows(launch, gpu);
            else
                PoolMeans(AvgPoolForward, launch, gpu);
        });
        add("avg_pool_backward", GpuTypes.Numbers, (in launch, gpu) => PoolMeans(AvgPoolBackward, launch, gpu));
    }

    // Places in uint8 stay what they are.
    private static DType PoolConversion(DType dtype) =>
        dtype == DType.UInt8 ? dtype : Computed(dtype, GpuTypes.Numbers);

    private static void PoolLargest(in StructuralLaunch launch, GpuDevice gpu)
    {
        var (source, target) = (launch.Operands[0], launch.Operands[1]);
        var places = launch.Operands.Length > 2 ? launch.Operands[2] : target;
        var kernel = launch.Operands.Length == 2 ? MaxPoolValues
            : places.DType == DType.Int64 ? MaxPoolIndices : MaxPoolBytes;
        var count = target.Layout.ElementCount;
        Geometry(gpu.Launch(kernel.Find(source.DType)).Buffer(source).Buffer(target).Buffer(places), launch, count)
            .Dims(source.Layout).Dims(target.Layout)
            .Over(count, Volume(launch));
    }

    private static void PoolLargestBackward(in StructuralLaunch launch, GpuDevice gpu)
    {
        var (gradient, places, target) = (launch.Operands[0], launch.Operands[1], launch.Operands[2]);
        var kernel = places.DType == DType.Int64 ? MaxPoolIndicesBackward : MaxPoolBytesBackward;
        var count = target.Layout.ElementCount;
        Geometry(
            gpu.Launch(kernel.Find(gradient.DType)).Buffer(gradient).Buffer(places).Buffer(target), launch, count)
            .Dims(gradient.Layout).Dims(places.Layout).Dims(target.Layout)
            .Over(count, Volume(launch));
    }

    private static void PoolMeans(ShaderKernel kernel, in StructuralLaunch launch, GpuDevice gpu)
    {
        var (source, target) = (launch.Operands[0], launch.Operands[1]);
        var count = target.Layout.ElementCount;
        Geometry(gpu.Launch(kernel.Find(source.DType)).Buffer(source).Buffer(target), launch, count)
            .Int(launch.Integers[12]).Int(launch.Integers[13]).Dims(source.Layout).Dims(target.Layout)
            .Over(count, Volume(launch));
    }

    // How many places a window has.
    private static long Volume(in StructuralLaunch launch) =>
        launch.Integers[0] * launch.Integers[1] * launch.Integers[2];

    // Whether all elements of all windows are elements of the planes.
    private static bool LieInside(in StructuralLaunch launch)
    {
        var (planes, results) = (launch.Operands[0].Layout.Shape, launch.Operands[1].Layout.Shape);
        var numbers = launch.Integers;
        for (var i = 0; i < 3; i++)
        {
            var last = ((results[2 + i] - 1) * numbers[3 + i]) + ((numbers[i] - 1) * numbers[9 + i]);
            if (numbers[6 + i] != 0 || last >= planes[2 + i])
                return false;
        }

        return true;
    }

    // The windows as dimensions of their own, and a sum over these.
    private static void PoolLongWindows(in StructuralLaunch launch, GpuDevice gpu)
    {
        var (source, target) = (launch.Operands[0], launch.Operands[1]);
        var numbers = launch.Integers;
        var results = target.Layout.Shape.AsSpan();
        var strides = source.Layout.Strides;
        var windows = source.As(
            [.. results, numbers[0], numbers[1], numbers[2]],
            [
                strides[0], strides[1],
                numbers[3] * strides[2], numbers[4] * strides[3], numbers[5] * strides[4],
                numbers[9] * strides[2], numbers[10] * strides[3], numbers[11] * strides[4],
            ]);
        gpu.Run(new ReductionLaunch
        {
            Program = WindowSums[target.DType],
            Inputs = [windows],
            Outputs = [target],
            ReducedRank = 3,
        });
        gpu.Run(new PointwiseLaunch
        {
            Program = WindowMeans[target.DType],
            Operands = [target, target],
            Parameters = [Parameter(numbers[13] != 0 ? numbers[13] : Volume(launch), target.DType)],
        });
    }

    private static GpuLaunch Geometry(GpuLaunch kernel, in StructuralLaunch launch, long count)
    {
        kernel.Int(count);
        foreach (var number in launch.Integers[..12])
            kernel.Int(number);
        return kernel;
    }

    private static ShaderKernel MaxPoolForward(string name, Element places, int kind) =>
        Windows(ShaderKernel.Define(name, "pooling/max_pool.kernel")
            .Reads("src").Writes("dst").Writes("places", places))
            .Layout("src").Layout("dst").Constant("PLACES", kind).Variants(NumberTypes);

    private static ShaderKernel MaxPoolBackward(string name, Element places, int kind) =>
        Windows(ShaderKernel.Define(name, "pooling/max_pool_backward.kernel")
            .Reads("gradient").Reads("places", places).Writes("dst"))
            .Layout("gradient").Layout("places").Layout("dst").Constant("PLACES", kind).Variants(NumberTypes);

    private static ShaderKernel Windows(ShaderKernel kernel)
    {
        kernel.Includes("planes.shader", "windows.shader").Int("count");
        foreach (var name in MaxPool.Geometry)
            kernel.Int(name);
        return kernel;
    }
}
