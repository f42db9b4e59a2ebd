using System.Numerics;

namespace KernelEngine.Gpu;

/// <content>Random numbers; see <see cref="RandomKernels"/> for what each draws. One text makes them all.</content>
internal static partial class GpuKernels
{
    private const string PhiloxText = "random/philox.kernel";

    private static readonly ShaderKernel UniformDraw = Philox("philox_uniform", 0)
        .Writes("dst").Real("from").Real("scale").Int("shift")
        .Variants(DType.Float32, DType.Float64, DType.Float16, DType.BFloat16);

    private static readonly ShaderKernel NormalDraw = Philox("philox_normal", 1)
        .Writes("dst").Real("from").Real("scale").Real("two_pi").Real("ln_2")
        .Variants(DType.Float32, DType.Float64, DType.Float16, DType.BFloat16);

    private static readonly ShaderKernel IntegerDraw = Philox("philox_integers", 2)
        .Writes("dst", Element.UInt32)
        .UInt("from_low").UInt("from_high").UInt("range_low").UInt("range_high")
        .Option("WIDE", 0, 1);

    private static readonly ShaderKernel TruthDraw = Philox("philox_bernoulli", 3)
        .Writes("dst").UInt("threshold").UInt("one_low").UInt("one_high")
        .Constant("WIDE", 0).Widths(1, 2, 4);

    private static readonly ShaderKernel WideTruthDraw = Philox("philox_bernoulli_wide", 3)
        .Writes("dst", Element.UInt32).UInt("threshold").UInt("one_low").UInt("one_high")
        .Constant("WIDE", 1);

    private static readonly ShaderKernel KeyDraw = Philox("philox_keys", 4).Writes("dst", Element.UInt32);

    private static readonly ShaderKernel[] RandomShaders =
        [UniformDraw, NormalDraw, IntegerDraw, TruthDraw, WideTruthDraw, KeyDraw];

    private static void AddRandom(Adding add)
    {
        add(RandomKernels.Uniform.Name, GpuTypes.All, RunUniform);
        add(RandomKernels.Normal.Name, GpuTypes.All, RunNormal);
        add(RandomKernels.Integers.Name, GpuTypes.All, RunIntegers);
        add(RandomKernels.Bernoulli.Name, GpuTypes.All, RunBernoulli);
        add(RandomKernels.Permutation.Name, GpuTypes.All, RunPermutation);
    }

    private static ShaderKernel Philox(string name, int draw) => ShaderKernel.Define(name, PhiloxText)
        .Int("n").UInt("seed_low").UInt("seed_high").UInt("offset_low").UInt("offset_high")
        .Constant("DRAW", draw);

    private static void RunUniform(in StructuralLaunch launch, GpuDevice gpu)
    {
        var dtype = launch.Operands[0].DType;
        var (from, to) = (launch.Reals[0], launch.Reals[1]);
        using var drawn = gpu.ContiguousTarget(launch.Operands[0]);
        Draw(launch, gpu, UniformDraw.Find(dtype), drawn.Operand)
            .Real(from, dtype).Real(to - from, dtype)
            .Int(32 - (dtype == DType.Float64 ? 24 : BitOperations.Log2((ulong)dtype.MaxExact)))
            .Over(drawn.Operand.Layout.ElementCount);
        gpu.CopyBack(drawn, launch.Operands[0]);
    }

    private static void RunNormal(in StructuralLaunch launch, GpuDevice gpu)
    {
        var dtype = launch.Operands[0].DType;
        using var drawn = gpu.ContiguousTarget(launch.Operands[0]);
        Draw(launch, gpu, NormalDraw.Find(dtype), drawn.Operand)
            .Real(launch.Reals[0], dtype).Real(launch.Reals[1], dtype).Real(2 * Math.PI, dtype).Real(Math.Log(2), dtype)
            .Over(drawn.Operand.Layout.ElementCount);
        gpu.CopyBack(drawn, launch.Operands[0]);
    }

    // Narrow whole numbers are the lower bits of int32, and the others the nearest ones to an int64.
    private static void RunIntegers(in StructuralLaunch launch, GpuDevice gpu)
    {
        var output = launch.Operands[0];
        var dtype = output.DType.IsFloatingPoint || output.DType == DType.Int64 ? DType.Int64 : DType.Int32;
        using var drawn = ReferenceEquals(dtype, output.DType)
            ? gpu.ContiguousTarget(output)
            : gpu.Temporary(output.Layout.Shape, dtype);
        Draw(launch, gpu, IntegerDraw.Find(dtype == DType.Int64 ? 1 : 0), drawn.Operand)
            .Long(launch.Integers[2]).Long(launch.Integers[3])
            .Over(drawn.Operand.Layout.ElementCount);
        gpu.CopyBack(drawn, output);
    }

    private static void RunBernoulli(in StructuralLaunch launch, GpuDevice gpu)
    {
        var dtype = launch.Operands[0].DType;
        using var drawn = gpu.ContiguousTarget(launch.Operands[0]);
        var one = dtype.Code switch
        {
            DTypeCode.Float32 => BitConverter.SingleToUInt32Bits(1),
            DTypeCode.Float64 => BitConverter.DoubleToInt64Bits(1),
            DTypeCode.Float16 => 0x3C00,
            DTypeCode.BFloat16 => 0x3F80,
            _ => 1,
        };
        Draw(launch, gpu, dtype.Size == 8 ? WideTruthDraw.Find() : TruthDraw.Find(dtype), drawn.Operand)
            .Int(launch.Integers[2]).Long(one)
            .Over(drawn.Operand.Layout.ElementCount);
        gpu.CopyBack(drawn, launch.Operands[0]);
    }

    // The order of whole numbers of 64 bits.
    private static void RunPermutation(in StructuralLaunch launch, GpuDevice gpu)
    {
        var output = launch.Operands[0];
        using var keys = gpu.Temporary(output.Layout.Shape, DType.Int64);
        using var sorted = gpu.Temporary(output.Layout.Shape, DType.Int64);
        Draw(launch, gpu, KeyDraw.Find(), keys.Operand).Over(output.Layout.ElementCount);
        gpu.Run(new StructuralLaunch
        {
            Kernel = Sorting.Sort,
            Operands = [keys.Operand, sorted.Operand, output],
            Integers = [0],
        });
    }

    // What all draws begin with.
    private static GpuLaunch Draw(in StructuralLaunch launch, GpuDevice gpu, KernelSource kernel, in Operand output) =>
        gpu.Launch(kernel).Buffer(output)
            .Int(output.Layout.ElementCount).Long(launch.Integers[0]).Long(launch.Integers[1]);
}
