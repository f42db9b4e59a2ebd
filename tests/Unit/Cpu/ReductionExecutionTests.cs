using KernelEngine.Cpu;

namespace KernelEngine.Tests.Cpu;

public class ReductionExecutionTests
{
    private static readonly ReductionProgram Sum = new(
        "sum", [DType.Float32], [DType.Float32], [0.0], [DType.Float32], [], [],
        (x, p, place) => [x[0]], (a, b) => [a[0] + b[0]], (s, p) => [s[0]]);

    private static readonly ReductionProgram ArgMax = new(
        "argmax", [DType.Float32], [DType.Float32, DType.Int64], [double.NegativeInfinity, long.MaxValue],
        [DType.Float32, DType.Int64], [], [],
        (x, p, place) => [x[0], place],
        (a, b) =>
        {
            var first = (a[0] > b[0]) | (Pointwise.Equal(a[0], b[0]) & (a[1] < b[1]));
            return [Pointwise.Select(first, a[0], b[0]), Pointwise.Select(first, a[1], b[1])];
        },
        (s, p) => [s[0], s[1]]);

    // Mean, sum of squared deviations, count: Welford's states.
    private static readonly ReductionProgram Variance = new(
        "var", [DType.Float16], [DType.Float64, DType.Float64, DType.Float64], [0.0, 0.0, 0.0],
        [DType.Float32, DType.Float64], [], [ValueKind.Float64],
        (x, p, place) =>
        {
            var value = Pointwise.Convert(x[0], ValueKind.Float64);
            return [value, Expr.Constant(0.0, ValueKind.Float64), Expr.Constant(1.0, ValueKind.Float64)];
        },
        (a, b) =>
        {
            var n = a[2] + b[2];
            var delta = b[0] - a[0];
            var share = Pointwise.Select(Pointwise.Equal(n, 0), 0, b[2] / n);
            return [a[0] + (delta * share), a[1] + b[1] + (delta * delta * a[2] * share), n];
        },
        (s, p) => [s[0], s[1] / (s[2] - p[0])]);

    private static readonly ReductionProgram Any = new(
        "any", [DType.Int16], [DType.Bool], [false], [DType.Bool], [], [],
        (x, p, place) => [Pointwise.NotEqual(x[0], 0)], (a, b) => [a[0] | b[0]], (s, p) => [s[0]]);

    public static TheoryData<long, long> Shapes => new()
    {
        { 1, 0 }, { 5, 0 }, { 0, 5 }, { 1, 1 }, { 1, 7 }, { 1, 17 }, { 3, 64 }, { 1, 129 }, { 2, 5000 }, { 1, 100_000 },
        { 300, 3 }, { 130, 40 }, { 129, 700 }, { 7, 9000 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Sums_have_the_same_bits_however_the_memory_lies(long kept, long reduced)
    {
        var random = new Random(1);
        var values = new float[kept * reduced];
        foreach (ref var v in values.AsSpan())
            v = (random.NextSingle() * 2) - 1;
        Shape shape = [kept, reduced];
        float[]? first = null;
        foreach (var choice in (ExecutorChoice[])[ExecutorChoice.Interpreter, ExecutorChoice.Emitted])
        {
            CpuMemory.With(choice, () =>
            {
                foreach (var layout in (Layout[])[
                    Layout.Contiguous(shape), new(shape, [1, Math.Max(1, kept)], 0),
                    new(shape, [(reduced * 2) + 1, 2], 1)])
                {
                    var memory = new float[Math.Max(1, layout.StorageExtent)];
                    foreach (var (place, i) in CpuMemory.Places(layout).Select((p, i) => (p, i)))
                        memory[place] = values[i];
                    var output = CpuMemory.Operand(new float[kept]);
                    CpuMemory.Backend.Run(new ReductionLaunch
                    {
                        Program = Sum,
                        Inputs = [CpuMemory.Operand(memory, layout)],
                        Outputs = [output],
                        ReducedRank = 1,
                    });
                    var sums = CpuMemory.Values<float>(output);
                    first ??= sums;
                    Assert.Equal(first, sums);
                }
            });
        }

        for (var k = 0; k < kept; k++)
        {
            var sum = 0.0;
            for (var i = 0; i < reduced; i++)
                sum += values[(k * reduced) + i];
            Assert.Equal(sum, first![k], 2e-5 * Math.Sqrt(reduced + 1));
        }
    }

    [Theory]
    [InlineData(ExecutorChoice.Interpreter)]
    [InlineData(ExecutorChoice.Emitted)]
    public void The_first_of_equal_elements_wins(object choice) => CpuMemory.With((ExecutorChoice)choice, () =>
    {
        var random = new Random(2);
        foreach (var (kept, reduced) in ((int, int)[])[(1, 1), (1, 10), (4, 1000), (200, 6), (150, 60), (2, 20_000)])
        {
            var values = new float[kept * reduced];
            foreach (ref var v in values.AsSpan())
                v = random.Next(5);
            Operand largest = CpuMemory.Operand(new float[kept]), place = CpuMemory.Operand(new long[kept]);
            CpuMemory.Backend.Run(new ReductionLaunch
            {
                Program = ArgMax,
                Inputs = [CpuMemory.Operand(values, Layout.Contiguous([kept, reduced]))],
                Outputs = [largest, place],
                ReducedRank = 1,
            });
            for (var k = 0; k < kept; k++)
            {
                var row = values.AsSpan(k * reduced, reduced).ToArray();
                Assert.Equal(row.Max(), CpuMemory.Values<float>(largest)[k]);
                Assert.Equal(Array.IndexOf(row, row.Max()), CpuMemory.Values<long>(place)[k]);
            }
        }
    });

    [Theory]
    [InlineData(ExecutorChoice.Interpreter)]
    [InlineData(ExecutorChoice.Emitted)]
    public void Any_dimensions_of_any_strides_are_reduced(object choice) => CpuMemory.With((ExecutorChoice)choice, () =>
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var made = new RandomPrograms(seed);
            var shape = new long[random.Next(1, 5)];
            for (var d = 0; d < shape.Length; d++)
                shape[d] = random.Next(5) == 0 ? random.Next(30, 90) : random.Next(1, 6);
            var reducedRank = random.Next(shape.Length + 1);
            var layout = made.NextLayout(shape, isInput: true);
            var halves = new Half[layout.StorageExtent];
            foreach (ref var v in halves.AsSpan())
                v = (Half)((random.NextSingle() * 4) - 2);
            var outer = shape[..^reducedRank];
            Layout a = made.NextLayout(outer, isInput: false), b = made.NextLayout(outer, isInput: false);
            Operand mean = CpuMemory.Operand(new float[a.StorageExtent], a);
            Operand variance = CpuMemory.Operand(new double[b.StorageExtent], b);
            long[] parameters = [BitConverter.DoubleToInt64Bits(0)];
            CpuMemory.Backend.Run(new ReductionLaunch
            {
                Program = Variance,
                Inputs = [CpuMemory.Operand(halves, layout)],
                Outputs = [mean, variance],
                ReducedRank = reducedRank,
                Parameters = parameters,
            });

            var places = CpuMemory.Places(layout).ToArray();
            var count = places.Length / a.ElementCount;
            var k = 0;
            foreach (var (placeA, placeB) in CpuMemory.Places(a).Zip(CpuMemory.Places(b)))
            {
                var row = places.Skip((int)(k++ * count)).Take((int)count).Select(p => (double)halves[p]).ToArray();
                var average = row.Average();
                Assert.Equal(average, CpuMemory.Values<float>(mean)[placeA], 1e-6);
                Assert.Equal(row.Average(v => (v - average) * (v - average)),
                    CpuMemory.Values<double>(variance)[placeB], 1e-9);
            }
        }
    });

    [Fact]
    public void A_state_may_be_a_truth_value()
    {
        foreach (var n in (int[])[0, 1, 9, 300, 10_000])
        {
            foreach (var hit in (int[])[-1, 0, n - 1])
            {
                var values = new short[n];
                if (hit >= 0 && n > 0)
                    values[hit] = 3;
                var output = CpuMemory.Operand(new bool[1], Layout.Scalar);
                CpuMemory.Backend.Run(new ReductionLaunch
                {
                    Program = Any,
                    Inputs = [CpuMemory.Operand(values)],
                    Outputs = [output],
                    ReducedRank = 1,
                });
                Assert.Equal(hit >= 0 && n > 0, CpuMemory.Values<bool>(output)[0]);
            }
        }
    }

    [Fact]
    public void Long_sums_are_as_exact_as_pairwise_ones()
    {
        var values = new float[10_000_000];
        Array.Fill(values, 0.1f);
        var output = CpuMemory.Operand(new float[1], Layout.Scalar);
        CpuMemory.Backend.Run(new ReductionLaunch
        {
            Program = Sum,
            Inputs = [CpuMemory.Operand(values)],
            Outputs = [output],
            ReducedRank = 1,
        });
        Assert.Equal(10_000_000 * (double)0.1f, CpuMemory.Values<float>(output)[0], 2.0);
    }
}
