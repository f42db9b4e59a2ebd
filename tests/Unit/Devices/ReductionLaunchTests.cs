using KernelEngine.Gpu;
using KernelEngine.Tests.Cpu;

namespace KernelEngine.Tests;

/// <summary>Reductions of any operands, on every device in every way that it has.</summary>
public class ReductionLaunchTests
{
    private static readonly ReductionProgram Sum = new(
        "sum", [DType.Float32], [DType.Float32], [0.0], [DType.Float32], [], [],
        (x, p, place) => [x[0]], (a, b) => [a[0] + b[0]], (s, p) => [s[0]]);

    private static readonly ReductionProgram SumWide = new(
        "sum", [DType.Float64], [DType.Float64], [0.0], [DType.Float64], [], [],
        (x, p, place) => [x[0]], (a, b) => [a[0] + b[0]], (s, p) => [s[0]]);

    // Long to lift, so that a thread lifts one after the other: x and y as polynomials of one another.
    private static readonly ReductionProgram Products = new(
        "products", [DType.Int32, DType.Int64], [DType.Int64], [0], [DType.Int32, DType.Int64],
        [ValueKind.Int64], [ValueKind.Int32],
        (x, p, place) =>
        {
            var product = Pointwise.Convert(x[0], ValueKind.Int64) * x[1];
            for (var i = 0; i < 30; i++)
                product = (product * p[0]) + (x[1] ^ i);
            return [product ^ place];
        },
        (a, b) => [a[0] + b[0]],
        (s, p) => [Pointwise.Convert(s[0], ValueKind.Int32) ^ p[0], s[0]]);

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

    public static TheoryData<string> Executors => Executor.All;

    [Theory]
    [MemberData(nameof(Executors))]
    public void Sums_are_right_however_the_memory_lies(string way) => Executor.Run(way, executor =>
    {
        var random = new Random(1);
        foreach (var (kept, reduced) in ((int, int)[])[
            (1, 0), (5, 0), (1, 1), (1, 7), (1, 17), (3, 64), (1, 129), (2, 5000), (1, 100_000), (300, 3),
            (130, 40), (129, 700), (7, 9000), (40_000, 2), (1024, 64)])
        {
            var values = new float[kept * reduced];
            foreach (ref var v in values.AsSpan())
                v = (random.NextSingle() * 2) - 1;
            Shape shape = [kept, reduced];
            float[]? first = null;
            foreach (var layout in (Layout[])[
                Layout.Contiguous(shape), new(shape, [1, Math.Max(1, kept)], 0),
                new(shape, [(reduced * 2) + 1, 2], 1)])
            {
                var memory = new float[Math.Max(1, layout.StorageExtent)];
                foreach (var (place, i) in Executor.Places(layout).Select((p, i) => (p, i)))
                    memory[place] = values[i];
                var output = executor.Operand(new float[kept]);
                executor.Launch(Sum, [executor.Operand(memory, layout)], [output], 1);
                var sums = executor.Values<float>(output);
                first ??= sums;

                // Processors promise the same bits.
                if (executor.IsCpu)
                    Assert.Equal(first, sums);
                for (var k = 0; k < kept; k++)
                {
                    var sum = 0.0;
                    for (var i = 0; i < reduced; i++)
                        sum += values[(k * reduced) + i];
                    Assert.Equal(sum, sums[k], 2e-5 * Math.Sqrt(reduced + 1));
                }
            }
        }
    });

    [Theory]
    [MemberData(nameof(Executors))]
    public void Results_are_the_same_every_time(string way) => Executor.Run(way, executor =>
    {
        var random = new Random(1);
        foreach (var (kept, reduced) in ((int, int)[])[(1, 50_000), (60, 900)])
        {
            var values = new double[kept * reduced];
            foreach (ref var v in values.AsSpan())
                v = random.NextDouble();
            var input = executor.Operand(values, Layout.Contiguous([kept, reduced]));
            double[]? first = null;
            for (var i = 0; i < 3; i++)
            {
                var output = executor.Operand(new double[kept]);
                executor.Launch(SumWide, [input], [output], 1);
                first ??= executor.Values<double>(output);
                Assert.Equal(first, executor.Values<double>(output));
            }
        }
    });

    [Theory]
    [MemberData(nameof(Executors))]
    public void The_first_of_equal_elements_wins(string way) => Executor.Run(way, executor =>
    {
        foreach (var (kept, reduced) in ((int, int)[])[
            (1, 1), (1, 10), (4, 1000), (200, 6), (150, 60), (2, 20_000), (1, 70_000)])
        {
            CheckPlaces(executor, kept, reduced);
        }
    });

    [Theory]
    [MemberData(nameof(Executors))]
    public void What_cannot_be_counted_at_once_is_taken_in_parts(string way) => Executor.Run(way, executor =>
    {
        LaunchShape.ForcedElements = 700;
        try
        {
            foreach (var (kept, reduced) in ((int, int)[])[(1, 5000), (3, 3001), (900, 5), (40, 40), (3000, 1)])
                CheckPlaces(executor, kept, reduced);
            for (var seed = 0; seed < 10; seed++)
                CheckVariance(executor, seed);
        }
        finally
        {
            LaunchShape.ForcedElements = null;
        }
    });

    [Theory]
    [MemberData(nameof(Executors))]
    public void Any_dimensions_of_any_strides_are_reduced(string way) => Executor.Run(way, executor =>
    {
        for (var seed = 0; seed < 40; seed++)
            CheckVariance(executor, seed);
    });

    [Theory]
    [MemberData(nameof(Executors))]
    public void Several_inputs_lie_in_several_ways(string way) => Executor.Run(way, executor =>
    {
        for (var seed = 0; seed < 25; seed++)
        {
            var random = new Random(seed);
            var made = new RandomPrograms(seed + 100);
            var shape = new long[random.Next(1, 5)];
            for (var d = 0; d < shape.Length; d++)
                shape[d] = random.Next(5) == 0 ? random.Next(30, 200) : random.Next(1, 9);
            var reducedRank = random.Next(shape.Length + 1);
            Layout a = made.NextLayout(shape, isInput: true), b = made.NextLayout(shape, isInput: true);
            var x = Enumerable.Range(0, (int)a.StorageExtent).Select(_ => random.Next()).ToArray();
            var y = Enumerable.Range(0, (int)b.StorageExtent).Select(_ => random.NextInt64()).ToArray();
            Shape outer = shape[..^reducedRank];
            Layout c = made.NextLayout(outer, isInput: false), d2 = made.NextLayout(outer, isInput: false);
            Operand narrow = executor.Operand(new int[c.StorageExtent], c);
            Operand wide = executor.Operand(new long[d2.StorageExtent], d2);
            executor.Launch(
                Products, [executor.Operand(x, a), executor.Operand(y, b)], [narrow, wide], reducedRank,
                1_000_000_007L * 1001, 12345);

            long[] placesA = [.. Executor.Places(a)], placesB = [.. Executor.Places(b)];
            var count = placesA.Length / (int)outer.ElementCount;
            var (narrows, wides) = (executor.Values<int>(narrow), executor.Values<long>(wide));
            var k = 0;
            foreach (var (placeC, placeD) in Executor.Places(c).Zip(Executor.Places(d2)))
            {
                var sum = 0L;
                for (var i = 0; i < count; i++)
                {
                    var (p, q) = (x[placesA[(k * count) + i]], y[placesB[(k * count) + i]]);
                    var product = p * q;
                    for (var j = 0; j < 30; j++)
                        product = (product * (1_000_000_007L * 1001)) + (q ^ j);
                    sum += product ^ i;
                }

                k++;
                Assert.Equal(sum, wides[placeD]);
                Assert.Equal((int)sum ^ 12345, narrows[placeC]);
            }
        }
    });

    [Theory]
    [MemberData(nameof(Executors))]
    public void A_state_may_be_a_truth_value(string way) => Executor.Run(way, executor =>
    {
        foreach (var n in (int[])[0, 1, 9, 300, 10_000])
        {
            foreach (var hit in (int[])[-1, 0, n - 1])
            {
                var values = new short[n];
                if (hit >= 0 && n > 0)
                    values[hit] = 3;
                var output = executor.Operand(new bool[1], Layout.Scalar);
                executor.Launch(Any, [executor.Operand(values)], [output], 1);
                Assert.Equal(hit >= 0 && n > 0, executor.Values<bool>(output)[0]);
            }
        }
    });

    [Theory]
    [MemberData(nameof(Executors))]
    public void Long_sums_are_as_exact_as_pairwise_ones(string way) => Executor.Run(way, executor =>
    {
        var values = new float[10_000_000];
        Array.Fill(values, 0.1f);
        var output = executor.Operand(new float[1], Layout.Scalar);
        executor.Launch(Sum, [executor.Operand(values)], [output], 1);
        Assert.Equal(10_000_000 * (double)0.1f, executor.Values<float>(output)[0], 2.0);
    });

    private static void CheckPlaces(Executor executor, int kept, int reduced)
    {
        var random = new Random(2);
        var values = new float[kept * reduced];
        foreach (ref var v in values.AsSpan())
            v = random.Next(5);
        Operand largest = executor.Operand(new float[kept]), place = executor.Operand(new long[kept]);
        foreach (var isTransposed in (bool[])[false, true])
        {
            var memory = values;
            Shape shape = [kept, reduced];
            var layout = Layout.Contiguous(shape);
            if (isTransposed)
            {
                layout = new(shape, [1, kept], 0);
                memory = new float[values.Length];
                for (var i = 0; i < values.Length; i++)
                    memory[(i / reduced) + (i % reduced * kept)] = values[i];
            }

            executor.Launch(ArgMax, [executor.Operand(memory, layout)], [largest, place], 1);
            var (largests, places) = (executor.Values<float>(largest), executor.Values<long>(place));
            for (var k = 0; k < kept; k++)
            {
                var row = values.AsSpan(k * reduced, reduced).ToArray();
                Assert.Equal(row.Max(), largests[k]);
                Assert.Equal(Array.IndexOf(row, row.Max()), places[k]);
            }
        }
    }

    private static void CheckVariance(Executor executor, int seed)
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
        Operand mean = executor.Operand(new float[a.StorageExtent], a);
        Operand variance = executor.Operand(new double[b.StorageExtent], b);
        executor.Launch(
            Variance, [executor.Operand(halves, layout)], [mean, variance], reducedRank,
            BitConverter.DoubleToInt64Bits(0));

        var places = Executor.Places(layout).ToArray();
        var count = places.Length / a.ElementCount;
        var (means, variances) = (executor.Values<float>(mean), executor.Values<double>(variance));
        var k = 0;
        foreach (var (placeA, placeB) in Executor.Places(a).Zip(Executor.Places(b)))
        {
            var row = places.Skip((int)(k++ * count)).Take((int)count).Select(p => (double)halves[p]).ToArray();
            var average = row.Average();
            Assert.Equal(average, means[placeA], 1e-6);
            Assert.Equal(row.Average(v => (v - average) * (v - average)), variances[placeB], 1e-9);
        }
    }
}
