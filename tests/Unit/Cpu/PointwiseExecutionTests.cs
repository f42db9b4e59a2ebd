using KernelEngine.Cpu;

namespace KernelEngine.Tests.Cpu;

public class PointwiseExecutionTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_executor_gives_the_bits_of_the_definition(int seed)
    {
        var random = new Random(seed);
        long[] sizes = [0, 1, 3, 15, 16, 17, 300, 1023, 1024, 1025];
        for (var i = 0; i < 12; i++)
        {
            var made = new RandomPrograms((seed * 1000) + i);
            ValueKind? only = i % 3 == 0 ? RandomPrograms.Kinds[random.Next(5)] : null;
            var program = made.Next(random.Next(1, 25), only);
            Check(made, program, [sizes[random.Next(sizes.Length)]]);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Any_strides_and_broadcasts_will_do(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 12; i++)
        {
            var made = new RandomPrograms((seed * 1000) + i + 500);
            var program = made.Next(random.Next(1, 10), i % 2 == 0 ? ValueKind.Float32 : null);
            var shape = new long[random.Next(5)];
            for (var d = 0; d < shape.Length; d++)
                shape[d] = random.Next(8) == 0 ? random.Next(250, 400) : random.Next(1, 7);
            Check(made, program, shape);
        }
    }

    [Fact]
    public void Transposed_operands_are_read_in_tiles()
    {
        for (var i = 0; i < 10; i++)
        {
            var made = new RandomPrograms(7000 + i);
            Check(made, made.Next(5), [2, 37, 300]);
        }
    }

    [Fact]
    public void Long_operands_are_shared_among_threads()
    {
        for (var i = 0; i < 3; i++)
        {
            var made = new RandomPrograms(9000 + i);
            Check(made, made.Next(12, ValueKind.Float32), [70_000]);
            Check(made, made.Next(12), [3, 70_000]);
        }
    }

    [Theory]
    [InlineData(ExecutorChoice.Interpreter)]
    [InlineData(ExecutorChoice.Emitted)]
    public void Outputs_may_be_written_where_inputs_are_read(object choice) => CpuMemory.With(
        (ExecutorChoice)choice, () =>
    {
        // Two values change places, and a third is updated from both.
        Expr a = Expr.Input(0, ValueKind.Float32), b = Expr.Input(1, ValueKind.Float32);
        var program = PointwiseProgram.Of(
            "swap", [DType.Float32, DType.Float32], [], [DType.Float32, DType.Float32], [b + 1, a + 2]);
        foreach (var n in (int[])[1, 16, 33, 1000, 5000])
        {
            var first = Enumerable.Range(0, n).Select(i => (float)i).ToArray();
            var second = Enumerable.Range(0, n).Select(i => i * 0.5f).ToArray();
            Operand x = CpuMemory.Operand(first), y = CpuMemory.Operand(second);
            CpuMemory.Backend.Run(new PointwiseLaunch { Program = program, Operands = [x, y, x, y] });
            Assert.Equal(second.Select(v => v + 1), CpuMemory.Values<float>(x));
            Assert.Equal(first.Select(v => v + 2), CpuMemory.Values<float>(y));
        }
    });

    [Fact]
    public void A_list_of_sets_is_one_launch()
    {
        Expr a = Expr.Input(0, ValueKind.Float32), rate = Expr.Parameter(0, ValueKind.Float32);
        var program = PointwiseProgram.Of("scale", [DType.Float32], [ValueKind.Float32], [DType.Float32], [a * rate]);
        var operands = new List<Operand>();
        foreach (var n in (int[])[1, 7, 0, 100, 40_000])
        {
            var x = CpuMemory.Operand(Enumerable.Range(0, n).Select(i => (float)i).ToArray());
            operands.AddRange([x, x]);
        }

        long[] parameters = [BitConverter.SingleToUInt32Bits(3)];
        CpuMemory.Backend.Run(
            new PointwiseLaunch { Program = program, Operands = operands.ToArray(), Parameters = parameters });
        foreach (var x in operands)
        {
            var expected = Enumerable.Range(0, (int)x.Layout.ElementCount).Select(i => i * 3f);
            Assert.Equal(expected, CpuMemory.Values<float>(x));
        }
    }

    [Theory]
    [InlineData(ExecutorChoice.Interpreter)]
    [InlineData(ExecutorChoice.Emitted)]
    public void Division_by_zero_throws_and_the_smallest_number_wraps(object choice) =>
        CpuMemory.With((ExecutorChoice)choice, () =>
        {
            Expr a = Expr.Input(0, ValueKind.Int32), b = Expr.Input(1, ValueKind.Int32);
            var program = PointwiseProgram.Of(
                "quotients", [DType.Int32, DType.Int32], [], [DType.Int32, DType.Int32], [a / b, a % b]);
            Operand x = CpuMemory.Operand([int.MinValue, 7, -7]), y = CpuMemory.Operand([-1, 2, 2]);
            Operand q = CpuMemory.Operand(new int[3]), r = CpuMemory.Operand(new int[3]);
            CpuMemory.Backend.Run(new PointwiseLaunch { Program = program, Operands = [x, y, q, r] });
            Assert.Equal([int.MinValue, 3, -3], CpuMemory.Values<int>(q));
            Assert.Equal([0, 1, -1], CpuMemory.Values<int>(r));
            var zero = CpuMemory.Operand([1, 0, 1]);
            Assert.Throws<DivideByZeroException>(() => CpuMemory.Backend.Run(
                new PointwiseLaunch { Program = program, Operands = [x, zero, q, r] }));
        });

    private static void Check(RandomPrograms made, PointwiseProgram program, Shape shape)
    {
        var parameters = program.Parameters.Select(made.NextBits).ToArray();
        DType[] dtypes = [.. program.Inputs, .. program.Outputs];
        var layouts = dtypes.Select((_, i) => made.NextLayout(shape, i < program.Inputs.Length)).ToArray();
        var memory = dtypes.Select((d, i) => made.NextBytes(d, Math.Max(1, layouts[i].StorageExtent))).ToArray();
        var expected = memory.Select(m => m.ToArray()).ToArray();
        var places = layouts.Select(l => CpuMemory.Places(l).ToArray()).ToArray();
        for (var e = 0; e < shape.ElementCount; e++)
        {
            var inputs = program.Inputs.Select((d, i) => NaiveProgram.Load(Read(memory[i], d, places[i][e]), d.Code));
            var results = NaiveProgram.Run(program, [.. inputs], parameters);
            for (var o = 0; o < results.Length; o++)
            {
                var i = program.Inputs.Length + o;
                var bits = NaiveProgram.Store(results[o], dtypes[i].Code);
                BitConverter.GetBytes(bits).AsSpan(0, dtypes[i].Size)
                    .CopyTo(expected[i].AsSpan((int)places[i][e] * dtypes[i].Size));
            }
        }

        var actual = new byte[2][][];
        foreach (var choice in (ExecutorChoice[])[ExecutorChoice.Interpreter, ExecutorChoice.Emitted])
        {
            CpuMemory.With(choice, () =>
            {
                var operands = dtypes
                    .Select((d, i) => new Operand(CpuMemory.Buffer(memory[i]), layouts[i], d)).ToArray();
                CpuMemory.Backend.Run(
                    new PointwiseLaunch { Program = program, Operands = operands, Parameters = parameters });
                actual[(int)choice - 1] = [.. operands.Select(CpuMemory.Bytes)];
            });
            for (var i = 0; i < dtypes.Length; i++)
                AssertSame(dtypes[i], expected[i], actual[(int)choice - 1][i], $"{choice}, {program}, operand {i}");
        }

        for (var i = 0; i < dtypes.Length; i++)
            AssertSame(dtypes[i], actual[0][i], actual[1][i], $"{program}, operand {i}, interpreted and emitted");
    }

    // Which of two NaNs an addition keeps depends on the order of its operands, which the JIT may swap.
    private static void AssertSame(DType dtype, byte[] expected, byte[] actual, string what)
    {
        for (var e = 0; e < expected.Length / dtype.Size; e++)
        {
            long x = Read(expected, dtype, e), y = Read(actual, dtype, e);
            if (x != y && !(IsNaN(dtype, x) && IsNaN(dtype, y)))
                Assert.Fail($"{what} ({dtype}), element {e}: {x:x} expected, {y:x} found");
        }
    }

    private static bool IsNaN(DType dtype, long bits) => dtype.Code switch
    {
        DTypeCode.Float16 => Half.IsNaN(BitConverter.UInt16BitsToHalf((ushort)bits)),
        DTypeCode.BFloat16 => float.IsNaN(BFloat16.FromBits((ushort)bits)),
        DTypeCode.Float32 => float.IsNaN(BitConverter.Int32BitsToSingle((int)bits)),
        DTypeCode.Float64 => double.IsNaN(BitConverter.Int64BitsToDouble(bits)),
        _ => false,
    };

    private static long Read(byte[] bytes, DType dtype, long place)
    {
        var at = bytes.AsSpan((int)place * dtype.Size, dtype.Size);
        return dtype.Size switch
        {
            1 => at[0],
            2 => BitConverter.ToUInt16(at),
            4 => BitConverter.ToUInt32(at),
            _ => BitConverter.ToInt64(at),
        };
    }
}
