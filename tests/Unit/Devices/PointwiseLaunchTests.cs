using KernelEngine.Gpu;
using KernelEngine.Tests.Cpu;

namespace KernelEngine.Tests;

/// <summary>Expressions over any operands, on every device in every way that it has.</summary>
public class PointwiseLaunchTests
{
    public static TheoryData<string> Executors => Executor.All;

    public static TheoryData<string, int> Seeds => Executor.Seeds(6);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_executor_gives_the_bits_of_the_definition(string way, int seed) => Executor.Run(way, executor =>
    {
        var random = new Random(seed);
        long[] sizes = [0, 1, 3, 15, 16, 17, 300, 1023, 1024, 1025];
        for (var i = 0; i < (executor.IsCpu ? 24 : 4); i++)
        {
            var made = new RandomPrograms((seed * 1000) + i);
            ValueKind? only = i % 3 == 0 ? RandomPrograms.Kinds[random.Next(5)] : null;
            var program = made.Next(random.Next(1, 25), only);
            Check(executor, made, program, [sizes[random.Next(sizes.Length)]]);
        }
    });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Any_strides_and_broadcasts_will_do(string way, int seed) => Executor.Run(way, executor =>
    {
        var random = new Random(seed);
        for (var i = 0; i < (executor.IsCpu ? 24 : 4); i++)
        {
            var made = new RandomPrograms((seed * 1000) + i + 500);
            var program = made.Next(random.Next(1, 10), i % 2 == 0 ? ValueKind.Float32 : null);
            Check(executor, made, program, AnyShape(random));
        }
    });

    [Theory]
    [MemberData(nameof(Executors))]
    public void Transposed_operands_are_read_in_tiles(string way) => Executor.Run(way, executor =>
    {
        for (var i = 0; i < (executor.IsCpu ? 10 : 4); i++)
        {
            var made = new RandomPrograms(7000 + i);
            Check(executor, made, made.Next(5), [2, 37, 300]);
        }
    });

    [Theory]
    [MemberData(nameof(Executors))]
    public void Long_operands_are_shared_among_threads(string way) => Executor.Run(way, executor =>
    {
        for (var i = 0; i < (executor.IsCpu ? 3 : 1); i++)
        {
            var made = new RandomPrograms(9000 + i);
            Check(executor, made, made.Next(12, ValueKind.Float32), [70_000]);
            Check(executor, made, made.Next(12), [3, 70_000]);
        }
    });

    [Theory]
    [MemberData(nameof(Executors))]
    public void What_cannot_be_counted_at_once_is_taken_in_parts(string way) => Executor.Run(way, executor =>
    {
        LaunchShape.ForcedElements = 700;
        try
        {
            for (var i = 0; i < 8; i++)
            {
                var random = new Random(i);
                var made = new RandomPrograms(9500 + i);
                Check(executor, made, made.Next(4), i % 2 == 0 ? [random.Next(600, 4000)] : AnyShape(random));
            }
        }
        finally
        {
            LaunchShape.ForcedElements = null;
        }
    });

    [Theory]
    [MemberData(nameof(Executors))]
    public void Outputs_may_be_written_where_inputs_are_read(string way) => Executor.Run(way, executor =>
    {
        // Two values change places, and a third is updated from both.
        Expr a = Expr.Input(0, ValueKind.Float32), b = Expr.Input(1, ValueKind.Float32);
        var program = PointwiseProgram.Of(
            "swap", [DType.Float32, DType.Float32], [], [DType.Float32, DType.Float32], [b + 1, a + 2]);
        foreach (var n in (int[])[1, 16, 33, 1000, 5000])
        {
            var first = Enumerable.Range(0, n).Select(i => (float)i).ToArray();
            var second = Enumerable.Range(0, n).Select(i => i * 0.5f).ToArray();
            Operand x = executor.Operand(first), y = executor.Operand(second);
            executor.Launch(program, [x, y, x, y]);
            Assert.Equal(second.Select(v => v + 1), executor.Values<float>(x));
            Assert.Equal(first.Select(v => v + 2), executor.Values<float>(y));
        }
    });

    [Theory]
    [MemberData(nameof(Executors))]
    public void Widened_numbers_keep_their_sign(string way) => Executor.Run(way, executor =>
    {
        var wide = Pointwise.Convert(Expr.Input(0, ValueKind.Int32), ValueKind.Int64);
        var program = PointwiseProgram.Of(
            "signs", [DType.Int32], [], [DType.Bool, DType.Bool, DType.Bool, DType.Int64],
            [wide < 0, wide > -9, wide <= 63, Pointwise.Max(wide, 1)]);
        var x = executor.Operand(new[] { -3, -10, 0, 5, 64, int.MinValue });
        Operand[] results =
            [.. Enumerable.Range(0, 3).Select(_ => executor.Operand(new bool[6])), executor.Operand(new long[6])];
        executor.Launch(program, [x, .. results]);
        Assert.Equal([true, true, false, false, false, true], executor.Values<bool>(results[0]));
        Assert.Equal([true, false, true, true, true, false], executor.Values<bool>(results[1]));
        Assert.Equal([true, true, true, true, false, true], executor.Values<bool>(results[2]));
        Assert.Equal([1, 1, 1, 5, 64, 1], executor.Values<long>(results[3]));
    });

    [Theory]
    [MemberData(nameof(Executors))]
    public void A_list_of_sets_is_one_launch(string way) => Executor.Run(way, executor =>
    {
        Expr a = Expr.Input(0, ValueKind.Float32), rate = Expr.Parameter(0, ValueKind.Float32);
        var program = PointwiseProgram.Of("scale", [DType.Float32], [ValueKind.Float32], [DType.Float32], [a * rate]);
        var operands = new List<Operand>();
        foreach (var n in (int[])[1, 7, 0, 100, 40_000])
        {
            var x = executor.Operand(Enumerable.Range(0, n).Select(i => (float)i).ToArray());
            operands.AddRange([x, x]);
        }

        // Where every second element is left alone.
        var stepped = executor.Operand([0f, 1, 2, 3], new([2], [2], 1));
        operands.AddRange([stepped, stepped]);
        executor.Launch(program, [.. operands], BitConverter.SingleToUInt32Bits(3));
        foreach (var x in operands[..^2])
        {
            var expected = Enumerable.Range(0, (int)x.Layout.ElementCount).Select(i => i * 3f);
            Assert.Equal(expected, executor.Values<float>(x));
        }

        Assert.Equal([0, 3, 2, 9], executor.Values<float>(stepped));
    });

    [Theory]
    [MemberData(nameof(Executors))]
    public void Lists_may_have_more_sets_than_fit_in_a_launch(string way) => Executor.Run(way, executor =>
    {
        Expr a = Expr.Input(0, ValueKind.Int32), b = Expr.Input(1, ValueKind.Int64);
        var program = PointwiseProgram.Of(
            "add", [DType.Int32, DType.Int64], [ValueKind.Int64], [DType.Int32],
            [a + Pointwise.Convert(b + Expr.Parameter(0, ValueKind.Int64), ValueKind.Int32)]);
        var operands = new List<Operand>();
        for (var i = 0; i < 1200; i++)
        {
            // Some in memory of their own, so that not all lies close together.
            var n = i % 100 == 7 ? 300_000 : i % 13;
            var x = executor.Operand(Enumerable.Range(0, n).ToArray());
            operands.AddRange([x, executor.Operand(Enumerable.Repeat((long)i, n).ToArray()), x]);
        }

        executor.Launch(program, [.. operands], 1L << 33 | 5);
        for (var i = 0; i < 1200; i++)
        {
            var x = operands[3 * i];
            Assert.Equal(Enumerable.Range(i + 5, (int)x.Layout.ElementCount), executor.Values<int>(x));
        }
    });

    [Theory]
    [MemberData(nameof(Executors))]
    public void Many_operands(string way) => Executor.Run(way, executor =>
    {
        const int count = 40;
        var sum = Expr.Input(0, ValueKind.Int32);
        for (var i = 1; i < count; i++)
            sum = (sum * 3) + Expr.Input(i, ValueKind.Int32);
        var program = PointwiseProgram.Of(
            "many", [.. Enumerable.Repeat(DType.Int32, count)], [], [DType.Int32], [sum]);
        foreach (var shape in (long[][])[[3000], [70, 80]])
            Check(executor, new RandomPrograms(1), program, shape);
    });

    [Theory]
    [MemberData(nameof(Executors))]
    public void Many_dimensions_that_do_not_merge(string way) => Executor.Run(way, executor =>
    {
        foreach (var rank in (int[])[5, 7, 9, 13])
        {
            var shape = Enumerable.Repeat(2L, rank).ToArray();
            var made = new RandomPrograms(rank);
            var program = made.Next(3, ValueKind.Int32);
            Check(executor, made, program, shape);
        }
    });

    private static Shape AnyShape(Random random)
    {
        var shape = new long[random.Next(5)];
        for (var d = 0; d < shape.Length; d++)
            shape[d] = random.Next(8) == 0 ? random.Next(250, 400) : random.Next(1, 7);
        return shape;
    }

    private static void Check(Executor executor, RandomPrograms made, PointwiseProgram program, Shape shape)
    {
        var parameters = program.Parameters.Select(made.NextBits).ToArray();
        DType[] dtypes = [.. program.Inputs, .. program.Outputs];
        var layouts = dtypes.Select((_, i) => made.NextLayout(shape, i < program.Inputs.Length)).ToArray();
        var memory = dtypes.Select((d, i) => made.NextBytes(d, Math.Max(1, layouts[i].StorageExtent))).ToArray();
        var expected = memory.Select(m => m.ToArray()).ToArray();
        var places = layouts.Select(l => Executor.Places(l).ToArray()).ToArray();
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

        var operands = dtypes.Select((d, i) => new Operand(executor.Buffer(memory[i]), layouts[i], d)).ToArray();
        executor.Launch(program, operands, parameters);
        for (var i = 0; i < dtypes.Length; i++)
            AssertSame(dtypes[i], expected[i], executor.Bytes(operands[i]), $"{executor}, {program}, operand {i}");
    }

    // Which of two NaNs an addition keeps depends on the order of its operands, which compilers may swap.
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
