namespace KernelEngine.Tests;

/// <summary>
/// The gradient of every differentiable pointwise row of the catalog, and the gradient of that, against differences in
/// float64: over a transposed argument, and others that broadcast against it.
/// </summary>
public sealed class PointwiseGradientTests
{
    private const int GpuShare = 10;

    // Where to draw the tensors from, and the numbers behind them. Kinks at whole numbers are never hit.
    private static readonly Dictionary<string, (double Low, double High, double[] Numbers)> Specs = new()
    {
        ["add/3"] = (-2, 2, [1.5]),
        ["sub/3"] = (-2, 2, [1.5]),
        ["rsub/3"] = (-2, 2, [1.5]),
        ["acos/1"] = (-0.9, 0.9, []),
        ["asin/1"] = (-0.9, 0.9, []),
        ["atanh/1"] = (-0.9, 0.9, []),
        ["acosh/1"] = (1.2, 3, []),
        ["erfinv/1"] = (-0.9, 0.9, []),
        ["logit/1"] = (0.1, 0.9, []),
        ["logit/2"] = (0.1, 0.9, [0.2]),
        ["addcmul/4"] = (-2, 2, [0.7]),
        ["addcdiv/4"] = (0.4, 2, [0.7]),
        ["lerp/3"] = (0.2, 0.8, []),
        ["nan_to_num/4"] = (-2, 2, [0, 1, -1]),
        ["round/2"] = (-2, 2, [10]),
        ["leaky_relu/2"] = (-2, 2, [0.1]),
        ["elu/4"] = (-2, 2, [1.3, 0.9, 0.7]),
        ["celu/4"] = (-2, 2, [1.3, 1, 0.7]),
        ["hardtanh/3"] = (-2, 2, [-0.7, 1.1]),
        ["softplus/3"] = (-2, 2, [1.5, 2]),
        ["hardshrink/2"] = (-2, 2, [0.5]),
        ["softshrink/2"] = (-2, 2, [0.5]),
        ["threshold/3"] = (-2, 2, [0.3, 5]),
        ["log/1"] = (0.3, 3, []),
        ["log2/1"] = (0.3, 3, []),
        ["log10/1"] = (0.3, 3, []),
        ["log1p/1"] = (-0.5, 3, []),
        ["pow/2"] = (0.3, 2, []),
        ["rpow/2"] = (0.3, 2, [1.7]),
        ["pow/1"] = (0.3, 2, []),
        ["float_power/2"] = (0.3, 2, []),
        ["special_entr/1"] = (0.3, 2, []),
        ["xlogy/2"] = (0.3, 2, []),
        ["special_xlog1py/2"] = (0.3, 2, []),
        ["lgamma/1"] = (0.3, 3, []),
        ["digamma/1"] = (0.3, 3, []),
        ["hardsigmoid/1"] = (-5, 5, []),
        ["hardswish/1"] = (-5, 5, []),
        ["smooth_l1_loss/3"] = (-2, 2, [0.8]),
        ["huber_loss/3"] = (-2, 2, [0.8]),
        ["binary_cross_entropy/2"] = (0.2, 0.8, []),
        ["poisson_nll_loss/2"] = (0.3, 3, []),
        ["poisson_nll_loss/3"] = (0.3, 3, [1e-8]),
        ["gaussian_nll_loss/5"] = (0.4, 2, [0.1, 0.9]),
        ["margin_ranking_loss/4"] = (-2, 2, [0.65]),
    };

    private static readonly string[] Positive = ["div", "rdiv", "reciprocal", "sqrt", "rsqrt"];

    // On GPU devices every tenth: each needs kernels of its own for value, gradient and the gradient of that.
    public static TheoryData<string, int> Rows
    {
        get
        {
            var rows = new TheoryData<string, int>();
            foreach (var device in TestDevices.All)
            {
                for (var i = 0; i < Pointwise().Length; i++)
                {
                    if (device.Data == "cpu" || i % GpuShare == 0)
                        rows.Add(device.Data, i);
                }
            }

            return rows;
        }
    }

    [Theory, MemberData(nameof(Rows))]
    public void GradientsAgreeWithDifferences(string device, int row)
    {
        var on = TestDevices.Get(device);
        var op = Pointwise()[row];
        TestContext.Current.TestOutputHelper?.WriteLine(op.Name);
        var (low, high, numbers) = Specs.GetValueOrDefault(
            $"{op.Name}/{op.Arity}", (Positive.Contains(op.Name) ? 0.3 : -2, 2, []));
        if (op.Name == "lerp" && op.NodeName == "LerpBackward0")
            numbers = [0.3];
        var random = new Random(op.Name.Length + (31 * row));
        var tensors = op.Arity - numbers.Length;
        var arguments = new Argument[op.Arity];
        var leaves = new Tensor[tensors];
        Shape[] shapes = [[4, 3], [4], [3, 1]];
        for (var i = 0; i < tensors; i++)
        {
            var values = new double[shapes[i].ElementCount];
            for (var j = 0; j < values.Length; j++)
                values[j] = Draw(random, low, high);
            leaves[i] = Tensor.FromArray(values, shapes[i]).To(on).RequiresGrad_();
            arguments[i] = i == 0 ? leaves[i].Transpose(0, 1) : leaves[i];
        }

        for (var i = tensors; i < op.Arity; i++)
            arguments[i] = numbers[i - tensors];
        if (op.Name == "where")
        {
            arguments[0] = Tensor.FromArray([true, false, true]).To(on).Reshape(3, 1);
            leaves = leaves[1..];
        }

        var weights = Tensor.FromArray(Enumerable.Range(0, 12).Select(_ => (random.NextDouble() * 2) - 1).ToArray())
            .To(on);
        Tensor Value()
        {
            var result = op.Apply(arguments);
            return (result * weights[..(int)result.ElementCount].Reshape(result.Shape)).Sum();
        }

        Compare(op.Name, leaves, Autograd.Grad([Value()], leaves), () => Value().Item<double>());

        // The second derivative: of the gradients, weighed.
        var directions = leaves.Select(l => Tensor.FromArray(
            Enumerable.Range(0, (int)l.ElementCount).Select(_ => random.NextDouble()).ToArray(), l.Shape)
            .To(on)).ToArray();
        Tensor Slope()
        {
            var gradients = Autograd.Grad([Value()], leaves, createGraph: true);
            return gradients.Zip(directions, (g, d) => (g! * d).Sum()).Aggregate((a, b) => a + b);
        }

        if (Slope() is { RequiresGrad: true } slope)
        {
            Compare(op.Name + " twice", leaves, Autograd.Grad([slope], leaves, allowUnused: true),
                () => Slope().Item<double>());
        }
    }

    private static PointwiseOperator[] Pointwise() =>
        [.. OpCatalog.All.OfType<PointwiseOperator>().Where(o => o.IsDifferentiable && !IsForInPlace(o))];

    // Rows that tell their gradient from the result, under the name of those that tell it from the argument.
    private static bool IsForInPlace(PointwiseOperator op) =>
        ReferenceEquals(op, Activations.EluInPlace) || ReferenceEquals(op, Activations.LeakyReluInPlace);

    private static double Draw(Random random, double low, double high)
    {
        while (true)
        {
            var x = low + (random.NextDouble() * (high - low));
            if (Math.Abs((x * 10) - Math.Round(x * 10)) > 0.05 && Math.Abs((x * 10) - Math.Round(x * 10)) < 0.45)
                return x;
        }
    }

    private static void Compare(
        string what, Tensor[] leaves, IReadOnlyList<Tensor?> gradients, Func<double> value)
    {
        const double Step = 1e-6;
        for (var i = 0; i < leaves.Length; i++)
        {
            var data = leaves[i].Detach().ToArray<double>();
            var gradient = gradients[i]?.ToArray<double>() ?? new double[data.Length];
            for (var j = 0; j < data.Length; j++)
            {
                var x = data[j];
                var above = At(x + Step);
                var below = At(x - Step);
                At(x);
                var expected = (above - below) / (2 * Step);
                Assert.True(Math.Abs(expected - gradient[j]) <= 1e-6 + (1e-5 * Math.Abs(expected)),
                    $"{what}: argument {i} at {x}: {gradient[j]}, not {expected}");

                double At(double place)
                {
                    data[j] = place;
                    leaves[i].Detach().CopyFrom<double>(data);
                    return value();
                }
            }
        }
    }
}
