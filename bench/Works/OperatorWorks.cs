using KernelEngine.Bench.Protocol;

namespace KernelEngine.Bench;

/// <summary>The suite of single operators.</summary>
internal static class OperatorWorks
{
    private const string Suite = "operators";
    private const int Real = sizeof(float);

    private static readonly Operation[] Pointwise =
        [Operations.Add, Operations.Relu, Operations.Exp, Operations.Tanh, Operations.Gelu];

    private static readonly long[] PointwiseSizes = [1, 64, 10_000, 1_000_000, 10_000_000];

    /// <summary>All of them.</summary>
    public static IEnumerable<Work> All =>
        [.. Products, .. Convolutions, .. PointwiseWorks, .. Chains, .. RowWorks, .. Places, .. Updates];

    /// <summary>The parameters of an MLP 784-256-128-10: 235,146 numbers.</summary>
    public static long[][] MlpShapes { get; } = ModelWorks.ShapesOfLinear([784, 256, 128, 10]);

    private static IEnumerable<Work> Products =>
    [
        .. new long[] { 8, 16, 32, 64, 128, 256, 512, 1024, 2048 }
            .Select(n => Product("", $"{n}", Operations.Matmul, n, n, n) with { Size = n }),
        Product(" other", "256, right side transposed", Operations.MatmulNt, 256, 256, 256),
        Product(" other", "256, left side transposed", Operations.MatmulTn, 256, 256, 256),
        Product(" other", "64 x 784 x 256, right side transposed", Operations.MatmulNt, 64, 256, 784),
        Product(" other", "784 x 64 x 256, left side transposed", Operations.MatmulTn, 784, 256, 64),
        Product(" other", "32 of 128", Operations.Matmul, 128, 128, 128, 32),
        Product(" other", "1 x 1024 x 1024", Operations.Matmul, 1, 1024, 1024),
    ];

    private static IEnumerable<Work> Convolutions =>
    [
        .. Convolution("64x1x28x28 to 16, 3x3", 64, 1, 28, 16, 3),
        .. Convolution("32x64x28x28 to 64, 3x3", 32, 64, 28, 64, 3),
        .. Convolution("8x128x28x28 to 128, 3x3", 8, 128, 28, 128, 3),
        .. Convolution("32x64x28x28 to 64, 1x1", 32, 64, 28, 64, 1),
        .. Convolution("32x64x28x28 depthwise, 3x3", 32, 64, 28, 64, 3, 64),
    ];

    private static IEnumerable<Work> PointwiseWorks =>
        from operation in Pointwise
        from count in PointwiseSizes
        let inputs = operation == Operations.Add ? 2 : 1
        select new Work(
            Suite, operation.Name, $"{operation.Name} {Count(count)}", operation,
            new(operation.Name, [.. Enumerable.Repeat(new Input([count], Scale: 3), inputs)], []))
        {
            Bytes = (inputs + 1.0) * Real * count,
            Size = count,
        };

    private static IEnumerable<Work> Chains =>
        from pass in (Pass[])[Pass.Forward, Pass.Backward]
        from count in PointwiseSizes[2..^1]
        select new Work(
            Suite, "chain of 7", $"chain of 7, {Count(count)}{After(pass)}", Operations.Chain,
            new(Operations.Chain.Name, [.. Enumerable.Repeat(new Input([count], Learns: true), 3)], [], pass))
        {
            // Backward reads the three and the result's gradient, and writes three gradients.
            Bytes = (pass == Pass.Forward ? 4.0 : 4 + 7) * Real * count,
            CountsLaunches = true,
        };

    private static IEnumerable<Work> RowWorks
    {
        get
        {
            var square = new Input([1024, 1024], Scale: 3);
            Input[] features = [new([1024]), new([1024])];
            Input[] channels =
                [new([64]), new([64]), new([64], Fill.Constant, 0), new([64], Fill.Constant),];
            var images = new Input([32, 64, 28, 28]);
            yield return Row("sum 1024x1024", Operations.Sum, [square with { Fill = Fill.Positive }], 1);
            yield return Row("softmax 1024x1024", Operations.Softmax, [square], 2);
            yield return Row("layer norm 1024x1024", Operations.LayerNorm, [square, .. features], 2);
            yield return Row("batch norm, training, 32x64x28x28", Operations.BatchNorm, [images, .. channels], 2);
            yield return Row(
                "max pool 2, 64x16x28x28", Operations.MaxPool, [new([64, 16, 28, 28])], 1.25, 2);
        }
    }

    private static IEnumerable<Work> Places
    {
        get
        {
            var square = new Input([1024, 1024]);
            var places = new Input([1024, 1024], Fill.Index, 1024);

            // Places are int64.
            yield return Row(
                "embedding, 4096 of 10000x256", Operations.Embedding,
                [new([10_000, 256]), new([4096], Fill.Index, 10_000)], 2 * 4096.0 / 10_000);
            yield return Row("gather 1024x1024", Operations.Gather, [square, places], 4);
            yield return Row("scatter add 1024x1024", Operations.ScatterAdd, [square, places, square], 5);
            yield return Row("sort 1M", Operations.Sort, [new([1_000_000])], 2);
        }
    }

    private static IEnumerable<Work> Updates =>
        from optimizer in (string[])["sgd", "adam"]
        let name = optimizer == "sgd" ? "SGD" : "Adam"
        select new Work(
            Suite, "optimizers", $"{name}, 235k parameters", Operations.Optimizer,
            new(
                Operations.Optimizer.Name, [.. MlpShapes.Concat(MlpShapes).Select(s => new Input(s))], [],
                Pass.Training, optimizer, 1e-3))
        {
            // Parameter and moments are read and written, the gradient is read.
            Bytes = (optimizer == "sgd" ? 3.0 : 7) * Real * MlpShapes.Sum(s => s.Aggregate(1L, (a, b) => a * b)),
        };

    private static Work Product(
        string family, string name, Operation operation, long m, long n, long k, long batch = 1)
    {
        var (left, right) = ((long[])[m, k], (long[])[k, n]);
        if (operation == Operations.MatmulTn)
            Array.Reverse(left);
        if (operation == Operations.MatmulNt)
            Array.Reverse(right);
        if (batch > 1)
            (left, right) = ([batch, .. left], [batch, .. right]);
        return new(
            Suite, $"matrix product{family}", $"matmul {name}", operation,
            new(operation.Name, [new(left), new(right)], []))
        {
            Flop = 2.0 * batch * m * n * k,
            Bytes = (double)Real * batch * ((m * k) + (k * n) + (m * n)),
        };
    }

    private static IEnumerable<Work> Convolution(
        string name, long images, long channels, long size, long outputs, long kernel, long groups = 1) =>
        from pass in (Pass[])[Pass.Forward, Pass.Backward]
        let taps = channels / groups * kernel * kernel
        let input = images * channels * size * size
        let output = images * outputs * size * size
        let scale = 1 / Math.Sqrt(taps)
        select new Work(
            Suite, $"convolution{After(pass)}", $"convolution {name}{After(pass)}", Operations.Convolution,
            new(
                Operations.Convolution.Name,
                [
                    new([images, channels, size, size], Learns: true),
                    new([outputs, channels / groups, kernel, kernel], Scale: scale, Learns: true),
                    new([outputs], Scale: scale, Learns: true),
                ],
                [kernel / 2, groups], pass))
        {
            // The gradients of input and weight are as much work each as the result.
            Flop = (pass == Pass.Forward ? 2.0 : 6) * output * taps,
            Bytes = (pass == Pass.Forward ? 1.0 : 3) * Real * (input + output),
        };

    private static Work Row(
        string name, Operation operation, Input[] inputs, double passes, params long[] numbers) =>
        new(Suite, "rows and places", name, operation, new(operation.Name, inputs, numbers))
        {
            Bytes = passes * Real * inputs[0].Count,
        };

    private static string After(Pass pass) => pass == Pass.Forward ? "" : ", forward and backward";

    private static string Count(long count) => count switch
    {
        >= 1_000_000 => $"{count / 1_000_000}M",
        >= 1_000 => $"{count / 1_000}k",
        _ => $"{count}",
    };
}
