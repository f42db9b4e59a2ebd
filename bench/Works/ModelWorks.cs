using KernelEngine.Bench.Protocol;

namespace KernelEngine.Bench;

/// <summary>The suite of networks: a step of training, and a result alone.</summary>
internal static class ModelWorks
{
    private const string Suite = "models";

    /// <summary>All of them.</summary>
    public static IEnumerable<Work> All =>
    [
        Fit(Suite, "toy fit, 1,500 steps", 1500),
        .. new[] { 1, 64, 1024 }.SelectMany(batch => Mlp(batch)),
        .. GeluMlp, .. Cnn, .. Lstm, .. Transformer,
    ];

    private static IEnumerable<Work> GeluMlp
    {
        get
        {
            long[] sizes = [128, 512, 512, 10];
            return Both(
                "GELU-MLP 128-512-512-10, written out, batch 64", Operations.GeluMlp, sizes,
                [new([64, 128]), new([64], Fill.Index, 10)],
                sizes.Zip(sizes.Skip(1), (i, o) => new[] { Weight(i, [i, o]), Bias(i, o) }).SelectMany(p => p),
                LinearFlop(64, sizes), 2.0 * 64 * sizes[0] * sizes[1]);
        }
    }

    private static IEnumerable<Work> Cnn
    {
        get
        {
            var (first, second) = (2.0 * 64 * 16 * 28 * 28 * 9, 2.0 * 64 * 32 * 14 * 14 * 16 * 9);
            return Both(
                "CNN 1-16-32-10, batch 64", Operations.Cnn, [1, 28, 10],
                [new([64, 1, 28, 28]), new([64], Fill.Index, 10)],
                [
                    Weight(9, [16, 1, 3, 3]), Bias(9, 16), Weight(144, [32, 16, 3, 3]), Bias(144, 32),
                    Weight(1568, [10, 1568]), Bias(1568, 10),
                ],
                first + second + LinearFlop(64, [1568, 10]), first);
        }
    }

    private static IEnumerable<Work> Lstm
    {
        get
        {
            const long sequences = 32, length = 50, features = 64, hidden = 128;
            return Both(
                "LSTM 64 to 128, 32 sequences of 50", Operations.Lstm, [features, hidden],
                [new([sequences, length, features]), new([sequences, length, hidden])],
                [
                    Weight(hidden, [4 * hidden, features]), Weight(hidden, [4 * hidden, hidden]),
                    Bias(hidden, 4 * hidden), Bias(hidden, 4 * hidden),
                ],
                2.0 * sequences * length * 4 * hidden * (features + hidden),
                2.0 * sequences * length * 4 * hidden * features);
        }
    }

    private static IEnumerable<Work> Transformer
    {
        get
        {
            const long sequences = 8, length = 128, features = 256, heads = 4;
            return Both(
                "transformer block, d 256, 4 heads, 8 of 128", Operations.Transformer, [features, heads],
                [new([sequences, length, features]), new([sequences, length, features])],
                [
                    new([features], Fill.Constant, Learns: true), new([features], Fill.Constant, 0, true),
                    new([features], Fill.Constant, Learns: true), new([features], Fill.Constant, 0, true),
                    Weight(features, [3 * features, features]), Bias(features, 3 * features),
                    Weight(features, [features, features]), Bias(features, features),
                    Weight(features, [4 * features, features]), Bias(features, 4 * features),
                    Weight(4 * features, [features, 4 * features]), Bias(4 * features, features),
                ],
                (2.0 * sequences * length * 12 * features * features) +
                    (4.0 * sequences * length * length * features),
                0);
        }
    }

    /// <summary>The tutorial's fit.</summary>
    public static Work Fit(string suite, string name, int steps) => new(
        suite, "toy fit", name, Operations.Fit,
        new(
            Operations.Fit.Name,
            [
                new([3, 1], Fill.Positive, 3), new([3, 1], Fill.Positive, 8), new([1, 1], Learns: true),
                new([1], Learns: true),
            ],
            [steps], Pass.Training, "sgd", 0.01));

    /// <summary>An MLP 784-256-128-10.</summary>
    public static IEnumerable<Work> Mlp(long batch)
    {
        long[] sizes = [784, 256, 128, 10];
        return Both(
            $"MLP 784-256-128-10, batch {batch}", Operations.Mlp, sizes,
            [new([batch, 784]), new([batch], Fill.Index, 10)],
            ShapesOfLinear(sizes).Select(s => s is [var o, var i] ? Weight(i, [o, i]) : Bias(100, s[0])),
            LinearFlop(batch, sizes), 2.0 * batch * sizes[0] * sizes[1]);
    }

    /// <summary>The shapes of linear layers' weights and biases.</summary>
    public static long[][] ShapesOfLinear(long[] sizes) =>
        [.. sizes.Zip(sizes.Skip(1), (i, o) => new long[][] { [o, i], [o] }).SelectMany(p => p)];

    private static double LinearFlop(long batch, long[] sizes) =>
        sizes.Zip(sizes.Skip(1), (i, o) => 2.0 * batch * i * o).Sum();

    private static IEnumerable<Work> Both(
        string name, Operation operation, long[] numbers, Input[] data, IEnumerable<Input> parameters, double flop,
        double firstLayer)
    {
        var family = name.Split(',')[0];
        Input[] inputs = [.. data, .. parameters];
        yield return new(
            Suite, family, $"{name}, inference", operation, new(operation.Name, inputs, numbers))
        {
            Flop = flop,
            CountsLaunches = true,
        };

        // The gradient of the input is wanted by nobody.
        yield return new(
            Suite, family, $"{name}, training step", operation,
            new(operation.Name, inputs, numbers, Pass.Training, "adam", 1e-4))
        {
            Flop = (3 * flop) - firstLayer,
            CountsLaunches = true,
        };
    }

    private static Input Weight(long inputs, long[] shape) =>
        new(shape, Scale: 1 / Math.Sqrt(inputs), Learns: true);

    private static Input Bias(long inputs, long count) => Weight(inputs, [count]);
}
