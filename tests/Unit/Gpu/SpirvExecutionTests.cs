using KernelEngine.Gpu;
using KernelEngine.Tests.Cpu;

namespace KernelEngine.Tests.Gpu;

/// <summary>What is written as SPIR-V gives the bits of the definitions on a device, with its own float arithmetic
/// and with what makes up for less.</summary>
[Collection(nameof(VulkanDriverTests))]
public class SpirvExecutionTests
{
    private const int N = 2100;

    private static readonly double[] Reals =
    [
        0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3, 7, 0.1, double.NaN, double.PositiveInfinity,
        double.NegativeInfinity, 1e-45, -1e-44, 1e-39, 1.1754944e-38, 3.4028234e38, -3.4e38, 1e300, -1e300, 2147483647,
        2147483648, -2147483648, -2147483649, 9.2233720368547758e18, -9.2233720368547758e18, 9.3e18, 4.5e15, 16777217,
        65504, 65519.99, 65520, 6e-8, 2.98e-8, 6.1e-5, 123456.789, 1e20, -7.25, 1e-290, -3e-250, 0.3333333, 5e-324,
    ];

    private static readonly long[] Wholes =
    [
        0, 1, -1, 2, 3, -5, 7, 31, 32, 33, 63, 64, 65, -31, 127, 128, 255, 256, 32767, 32768, 65535, 65536,
        int.MaxValue, int.MinValue, long.MaxValue, long.MinValue, 1L << 32, 1234567890123, -1234567890123, 16777217,
        (1L << 53) + 1,
    ];

    public static TheoryData<ValueKind, bool> Kinds =>
        [.. from kind in Enum.GetValues<ValueKind>() from isPoor in (bool[])[false, true] select (kind, isPoor)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Primitives(ValueKind kind, bool isPoor) => Check(KernelPrograms.AllOf(kind), N, isPoor);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Conversions(ValueKind kind, bool isPoor) => Check(KernelPrograms.ConversionsOf(kind), N, isPoor);

    [Fact]
    public void Every_number_of_every_narrow_dtype() => Check(KernelPrograms.Memory(), 65536);

    [Fact]
    public void Programs_made_by_chance()
    {
        using var bench = new VulkanBench();
        for (var seed = 0; seed < 20; seed++)
            Check(bench, new RandomPrograms(seed).Next(1 + (2 * seed)), 300, bench.Driver.Limits);
    }

    [Fact]
    public unsafe void Blocks_variables_and_shared_memory()
    {
        using var bench = new VulkanBench();
        var kernel = bench.Driver.Build(
            SourceWriterTests.ReverseGroups(new SpirvWriter("reverse", 2, (64, 1, 1), bench.Driver.Limits)));
        var values = Enumerable.Range(0, 128).Select(i => (float)(i * i)).ToArray();
        var (upload, x, y) = (bench.Upload(values), bench.Device(128), bench.Device(128));
        bench.Copy(upload, x);
        bench.Launch(kernel, x, y, 128, 0, barrier: true);
        var expected = values.Select((_, i) =>
        {
            var (group, lane) = (i & ~63, i & 63);
            var sum = values[group + 63 - lane];
            for (var k = 0; k < lane; k++)
                sum += (k & 1) == 0 ? values[group + k] : k;
            return sum;
        });
        Assert.Equal(expected, bench.Read(y));
        upload.Free();
        x.Free();
        y.Free();
    }

    private static void Check(PointwiseProgram program, int n, bool isPoor = false)
    {
        using var bench = new VulkanBench();
        var limits = bench.Driver.Limits;
        Check(bench, program, n, isPoor ? limits with { Floats = GpuFloats.None } : limits);
    }

    private static unsafe void Check(VulkanBench bench, PointwiseProgram program, int n, GpuLimits limits)
    {
        var random = new Random(1);
        var dtypes = program.Inputs.AddRange(program.Outputs);
        var kernel = bench.Driver.Build(KernelPrograms.Write(
            new SpirvWriter(program.Name, dtypes.Length, (64, 1, 1), limits, program.LooksUp), program, program.Key));
        var parameters = program.Parameters.Select(k => BitsOf(k, 17, random)).ToArray();
        var memory = dtypes.Select(d => bench.Driver.Allocate(n * d.Size, MemoryKind.Device)).ToArray();
        var host = dtypes.Select(d => bench.Driver.Allocate(n * d.Size, MemoryKind.Upload)).ToArray();
        for (var k = 0; k < program.Inputs.Length; k++)
        {
            for (var i = 0; i < n; i++)
                Set(host[k], dtypes[k], i, InputBits(dtypes[k], k, i, random));
            bench.Copy(host[k], memory[k]);
        }

        var words = new List<uint> { VulkanBench.Groups * 64, 0, VulkanBench.Groups, 1 };
        var addresses = memory.Select(m => (long)m.Address).ToList();
        if (kernel.TableAddress is { } tables)
            addresses.Add((long)tables);
        foreach (var number in addresses.Append(n).Concat(parameters))
            words.AddRange((uint)number, (uint)(number >> 32));
        words.RemoveAt(ParameterLayout.Own(addresses.Count) + 1); // n has one word
        bench.Launch(kernel, [.. words]);
        for (var k = program.Inputs.Length; k < memory.Length; k++)
            bench.Copy(memory[k], host[k], barrier: true);
        bench.Run();

        for (var i = 0; i < n; i++)
        {
            var inputs = program.Inputs.Select((d, k) => NaiveProgram.Load(Get(host[k], d, i), d.Code)).ToArray();
            var expected = NaiveProgram.Run(program, inputs, parameters);
            for (var k = 0; k < expected.Length; k++)
            {
                var dtype = program.Outputs[k];
                if (IsBeyond(program.Code[program.Results[k]], inputs, limits))
                    continue;
                var (want, got) =
                    (NaiveProgram.Store(expected[k], dtype.Code), Get(host[inputs.Length + k], dtype, i));
                Assert.True(
                    want == got || (IsNaN(want, dtype) && IsNaN(got, dtype)),
                    $"{program.Code[program.Results[k]].Primitive} to {dtype}, output {k}, element {i} of " +
                    $"({string.Join(", ", inputs.Select(x => x.ToString("x")))}): {got:x}, not {want:x}");
            }
        }

        foreach (var piece in memory.Concat(host))
            piece.Free();
    }

    // First every pair of the numbers worth trying, then others.
    private static long InputBits(DType dtype, int input, int i, Random random)
    {
        if (dtype.Size < 4)
            return dtype == DType.Bool ? (i >> input) & 3 : i;
        var place = input == 0 ? i % Reals.Length : input == 1 ? i / Reals.Length : random.Next(Reals.Length);
        return BitsOf(dtype.Register, i < Reals.Length * Reals.Length ? place : -1, random);
    }

    private static long BitsOf(ValueKind kind, int place, Random random)
    {
        var real = place >= 0 ? Reals[place] : (random.NextDouble() - 0.5) * Math.ScaleB(1, random.Next(-20, 40));
        var whole = place >= 0 ? Wholes[place % Wholes.Length] : random.NextInt64(long.MinValue, long.MaxValue);
        return kind switch
        {
            ValueKind.Bool => whole & 1,
            ValueKind.Int32 => (uint)whole,
            ValueKind.Int64 => whole,
            ValueKind.Float32 => BitConverter.SingleToUInt32Bits((float)real),
            _ => BitConverter.DoubleToInt64Bits(real),
        };
    }

    private static unsafe long Get(GpuMemory memory, DType dtype, int i) => dtype.Size switch
    {
        1 => ((byte*)memory.HostPointer)[i],
        2 => ((ushort*)memory.HostPointer)[i],
        4 => ((uint*)memory.HostPointer)[i],
        _ => ((long*)memory.HostPointer)[i],
    };

    private static unsafe void Set(GpuMemory memory, DType dtype, int i, long bits)
    {
        switch (dtype.Size)
        {
            case 1: ((byte*)memory.HostPointer)[i] = (byte)bits; break;
            case 2: ((ushort*)memory.HostPointer)[i] = (ushort)bits; break;
            case 4: ((uint*)memory.HostPointer)[i] = (uint)bits; break;
            default: ((long*)memory.HostPointer)[i] = bits; break;
        }
    }

    // An fma of float64 that is made of others is not exact where the product is subnormal, or nearly.
    private static bool IsBeyond(in Instruction step, long[] inputs, GpuLimits limits) =>
        step.Primitive == Primitive.Fma && step.Kind == ValueKind.Float64 &&
        (limits.Floats & GpuFloats.FusedMultiplyAdd) == 0 && inputs.Length == 3 &&
        Math.Abs(BitConverter.Int64BitsToDouble(inputs[0]) * BitConverter.Int64BitsToDouble(inputs[1])) < 1e-288;

    private static bool IsNaN(long bits, DType dtype) => dtype.Code switch
    {
        DTypeCode.Float16 => Half.IsNaN(BitConverter.UInt16BitsToHalf((ushort)bits)),
        DTypeCode.BFloat16 => (bits & 0x7FFF) > 0x7F80,
        DTypeCode.Float32 => float.IsNaN(BitConverter.UInt32BitsToSingle((uint)bits)),
        DTypeCode.Float64 => double.IsNaN(BitConverter.Int64BitsToDouble(bits)),
        _ => false,
    };
}
