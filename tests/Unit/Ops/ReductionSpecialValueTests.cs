namespace KernelEngine.Tests;

/// <summary>NaN and infinity through every reduction: over all elements, over rows and over columns, short and long.
/// </summary>
public class ReductionSpecialValueTests
{
    private const double NaN = double.NaN;
    private const double Inf = double.PositiveInfinity;

    private static readonly double[][] Inputs = [[1, NaN, 2], [1, Inf, 2], [1, -Inf, 2], [Inf, 1, -Inf]];

    // What each reduction gives for the inputs above.
    private static readonly (string Name, Func<Tensor, int, Tensor> Reduce, double[] Expected)[] Rows =
    [
        ("sum", (x, d) => x.Sum(d), [NaN, Inf, -Inf, NaN]),
        ("nansum", (x, d) => x.Nansum([d]), [3, Inf, -Inf, NaN]),
        ("mean", (x, d) => x.Mean(d), [NaN, Inf, -Inf, NaN]),
        ("nanmean", (x, d) => x.Nanmean([d]), [1.5, Inf, -Inf, NaN]),
        ("prod", (x, d) => x.Prod(d), [NaN, Inf, -Inf, -Inf]),
        ("amax", (x, d) => x.Amax([d]), [NaN, Inf, 2, Inf]),
        ("amin", (x, d) => x.Amin([d]), [NaN, 1, -Inf, -Inf]),
        ("max", (x, d) => x.Max(d).Values, [NaN, Inf, 2, Inf]),
        ("min", (x, d) => x.Min(d).Values, [NaN, 1, -Inf, -Inf]),
        ("max's index", (x, d) => x.Max(d).Indices, [1, 1, 2, 0]),
        ("min's index", (x, d) => x.Min(d).Indices, [1, 0, 1, 2]),
        ("argmax", (x, d) => x.Argmax(d), [1, 1, 2, 0]),
        ("argmin", (x, d) => x.Argmin(d), [1, 0, 1, 2]),
        ("any", (x, d) => x.Any(d), [1, 1, 1, 1]),
        ("all", (x, d) => x.All(d), [1, 1, 1, 1]),
        ("count_nonzero", (x, d) => x.CountNonzero(d), [3, 3, 3, 3]),
        ("var", (x, d) => x.Var(d), [NaN, NaN, NaN, NaN]),
        ("std", (x, d) => x.Std(d), [NaN, NaN, NaN, NaN]),
        ("logsumexp", (x, d) => x.Logsumexp(d), [NaN, Inf, 2.3132616875182226, Inf]),
        ("norm 1", (x, d) => x.VectorNorm(1, [d]), [NaN, Inf, Inf, Inf]),
        ("norm 2", (x, d) => x.VectorNorm(2, [d]), [NaN, Inf, Inf, Inf]),
        ("norm inf", (x, d) => x.VectorNorm(Inf, [d]), [NaN, Inf, Inf, Inf]),
        ("norm -inf", (x, d) => x.VectorNorm(-Inf, [d]), [NaN, 1, 1, 1]),
        ("norm 0", (x, d) => x.VectorNorm(0, [d]), [3, 3, 3, 3]),
    ];

    public static TheoryData<string> Devices => TestDevices.All;

    [Theory, MemberData(nameof(Devices))]
    public void Special_values_go_through(string device)
    {
        var d = TestDevices.Get(device);
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            var input = Tensor.FromSpan<double>([.. Inputs.SelectMany(r => r)], [Inputs.Length, 3], d).To(dtype);
            foreach (var (name, reduce, expected) in Rows)
            {
                Compare(name + " of rows", expected, reduce(input, 1));
                Compare(name + " of columns", expected, reduce(input.T.Contiguous(), 0));
                for (var i = 0; i < expected.Length; i++)
                    Compare(name + " of all", [expected[i]], reduce(input[i], 0));
            }
        }
    }

    [Theory, MemberData(nameof(Devices))]
    public void A_NaN_far_inside_is_found(string device)
    {
        foreach (var length in new[] { 17, 1000, 70_001 })
        {
            var x = Tensor.Ones([length], device: TestDevices.Get(device));
            x[length / 2] = NaN;
            Assert.True(double.IsNaN(x.Sum().Item<double>()));
            Assert.True(double.IsNaN(x.Max().Item<double>()));
            Assert.True(double.IsNaN(x.Min().Item<double>()));
            Assert.True(double.IsNaN(x.Logsumexp(0).Item<double>()));
            Assert.True(double.IsNaN(x.Var().Item<double>()));
            Assert.Equal(length / 2, x.Argmax().Item<long>());
            Assert.Equal(length - 1, x.Nansum().Item<long>());
        }
    }

    [Theory, MemberData(nameof(Devices))]
    public void Every_pointwise_row_takes_empty_tensors(string device)
    {
        var empty = Tensor.Empty([0, 3], device: TestDevices.Get(device));
        foreach (var op in OpCatalog.All.OfType<PointwiseOperator>())
        {
            // Some take whole numbers only, some a condition first.
            var shapes = new List<Shape>();
            foreach (var (first, others) in new[] { (empty, empty), (empty.Long(), empty.Long()), (empty.Bool(), empty) })
            {
                try
                {
                    shapes.Add(op.Apply([first, .. Enumerable.Repeat<Argument>(others, op.Arity - 1)]).Shape);
                }
                catch (TensorException e) when (e.Kind is ErrorKind.Runtime or ErrorKind.NotImplemented)
                {
                    continue;
                }
            }

            Assert.NotEmpty(shapes);
            Assert.All(shapes, shape => Assert.Equal(new Shape([0L, 3]), shape));
        }
    }

    private static void Compare(string what, double[] expected, Tensor actual)
    {
        var values = actual.To(DType.Float64).ToArray<double>();
        Assert.True(expected.Length == values.Length, what);
        for (var i = 0; i < values.Length; i++)
        {
            var same = double.IsFinite(expected[i])
                ? Math.Abs(values[i] - expected[i]) < 1e-5
                : expected[i].Equals(values[i]);
            Assert.True(same, $"{what} of [{string.Join(", ", Inputs[i])}]: {values[i]}, not {expected[i]}");
        }
    }
}
