using KernelEngine.Cpu;
using KernelEngine.Tests.Cpu;
using static KernelEngine.Pointwise;

namespace KernelEngine.Tests.Recipes;

/// <summary>float64 against known values, float32 against float64 in all binades, special values.</summary>
public class RecipeTests
{
    private const float Inf = float.PositiveInfinity;
    private const float NaN = float.NaN;
    private const float Denormal = float.Epsilon;

    public static TheoryData<string> UnaryNames => [.. RecipeCatalog.Unary.Keys];

    public static TheoryData<string> BinaryNames => [.. RecipeCatalog.Binary.Keys];

    [Theory]
    [MemberData(nameof(UnaryNames))]
    public void Within_their_bound_of_known_values_in_float64(string name)
    {
        var (recipe, _, ulps, slack) = RecipeCatalog.Unary[name];
        if (!RecipeValues.Pairs.TryGetValue(name, out var pairs))
            return;
        double[] x = [.. pairs.Where((_, i) => i % 2 == 0)];
        var y = Reference.Run(recipe, x);
        for (var i = 0; i < x.Length; i++)
        {
            // The known value is rounded itself.
            var truth = pairs[(2 * i) + 1];
            var error = Reference.Ulps(y[i], truth);
            Assert.True(error <= ulps + 0.5 || (slack > 0 && Math.Abs(y[i] - truth) < slack * 1e-15),
                $"{name}({x[i]:R}) = {y[i]:R}, off by {error} ulp of {truth:R}");
        }
    }

    [Theory]
    [MemberData(nameof(UnaryNames))]
    public void Within_their_bound_in_float32(string name)
    {
        // In float64 they are known to be right far beyond float32.
        var (recipe, ulps, _, slack) = RecipeCatalog.Unary[name];
        var x = Reference.AllBinades(step: 9_973);
        var y = Reference.Run(recipe, x);
        var truth = Reference.Run(recipe, Array.ConvertAll(x, v => (double)v));
        for (var i = 0; i < x.Length; i++)
        {
            var error = Reference.Ulps(y[i], truth[i]);
            Assert.True(error <= ulps || (slack > 0 && Math.Abs(y[i] - truth[i]) < slack * 1e-6),
                $"{name}({x[i]:R}) = {y[i]:R}, off by {error} ulp of {truth[i]:R}");
        }
    }

    [Theory]
    [MemberData(nameof(BinaryNames))]
    public void Of_two_numbers_within_their_bound(string name)
    {
        var (recipe, single, wide, known) =
            RecipeCatalog.Binary[name] is var r ? (r.Recipe, r.Single, r.Double, RecipeValues.Triples[name]) : default;
        for (var i = 0; i < known.Length; i += 3)
        {
            var found = Reference.Run(recipe, [known[i]], [known[i + 1]])[0];
            var error = Reference.Ulps(found, known[i + 2]);
            Assert.True(error <= wide + 0.5, $"{name}({known[i]:R}, {known[i + 1]:R}) = {found:R}: {error} ulp");
        }

        var (x, y) = Pairs(name, 200_000);
        var results = Reference.Run(recipe, x, y);
        var truth = Reference.Run(recipe, Array.ConvertAll(x, v => (double)v), Array.ConvertAll(y, v => (double)v));
        for (var i = 0; i < x.Length; i++)
        {
            // Sums of logarithms cancel: there the error is that of the larger argument.
            var larger = Math.Max(Math.Abs(x[i]), Math.Abs(y[i]));
            var error = name.StartsWith("logadd", StringComparison.Ordinal) && Math.Abs(truth[i]) < larger
                ? Math.Abs(results[i] - truth[i]) / (MathF.BitIncrement(larger) - larger)
                : Reference.Ulps(results[i], truth[i]);
            Assert.True(error <= single, $"{name}({x[i]:R}, {y[i]:R}) = {results[i]:R}, not {truth[i]:R}: {error} ulp");
        }
    }

    [Theory]
    [MemberData(nameof(UnaryNames))]
    public void Every_executor_gives_the_bits_of_the_definition(string name)
    {
        var recipe = RecipeCatalog.Unary[name].Recipe;
        var x = Reference.AllBinades(step: 9_999_991);
        var wide = Array.ConvertAll(x, v => v * (1 + 1e-9));
        var single = Reference.ProgramOf(name, DType.Float32, 1, a => recipe(a[0]));
        var twice = Reference.ProgramOf(name, DType.Float64, 1, a => recipe(a[0]));
        float[] y = [.. x.Select(v => BitConverter.UInt32BitsToSingle(
            (uint)NaiveProgram.Run(single, [BitConverter.SingleToUInt32Bits(v)], [])[0]))];
        double[] z = [.. wide.Select(v => BitConverter.Int64BitsToDouble(
            NaiveProgram.Run(twice, [BitConverter.DoubleToInt64Bits(v)], [])[0]))];
        foreach (var choice in (ExecutorChoice[])[ExecutorChoice.Interpreter, ExecutorChoice.Emitted])
        {
            CpuMemory.With(choice, () =>
            {
                Assert.Equal(y, Reference.Run(single, x));
                Assert.Equal(z, Reference.Run(twice, wide));
            });
        }
    }

    [Fact]
    public void Power_has_the_special_cases_of_C()
    {
        double[] values =
        [
            0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, -1.5, 7, 1e300, -1e300, 9007199254740993, 5e-324, -5e-324,
            double.NaN, double.PositiveInfinity, double.NegativeInfinity,
        ];
        foreach (var a in values)
        {
            foreach (var b in values)
            {
                var expected = Math.Pow(a, b);
                var got = Reference.Run(Pow, [a], [b])[0];
                Assert.True(double.IsNaN(got)
                    ? double.IsNaN(expected)
                    : Reference.Ulps(got, expected) <= 1 && double.IsNegative(got) == double.IsNegative(expected),
                    $"pow({a:R}, {b:R}) = {got:R}, not {expected:R}");
            }
        }
    }

    [Fact]
    public void Angles_have_the_special_cases_of_C()
    {
        double[] values =
        [
            0, -0.0, 1, -1, 2.5, 1e300, -1e300, 5e-324, -5e-324, double.NaN, double.PositiveInfinity,
            double.NegativeInfinity,
        ];
        foreach (var a in values)
        {
            foreach (var b in values)
            {
                var expected = Math.Atan2(a, b);
                var got = Reference.Run(Atan2, [a], [b])[0];
                Assert.True(double.IsNaN(got)
                    ? double.IsNaN(expected)
                    : Reference.Ulps(got, expected) <= 1 && double.IsNegative(got) == double.IsNegative(expected),
                    $"atan2({a:R}, {b:R}) = {got:R}, not {expected:R}");
            }
        }
    }

    [Theory]
    [InlineData(3, 2, 9)]
    [InlineData(-3, 3, -27)]
    [InlineData(7, 8, 5764801)]
    [InlineData(10, 7, 10000000)]
    [InlineData(2, 0.5, 1.4142135f)]
    [InlineData(4, -0.5, 0.5f)]
    [InlineData(2, -149, float.Epsilon)]
    public void Powers_that_are_numbers_are_exact(float x, float y, float expected) =>
        Assert.Equal(expected, Reference.Run(Pow, [x], [y])[0]);

    [Fact]
    public void Powers_of_whole_numbers_wrap()
    {
        long[] bases = [0, 1, -1, 2, -2, 3, 7, -13, 3, -1, -1, 1, 2, 0, 5, 2];
        long[] exponents = [0, 9, 9, 62, 63, 39, 22, 5, 1_000_003, -3, -4, -5, -1, 5, 100, 64];
        var expected = bases.Zip(exponents, (a, n) => n >= 0 ? Wrapped(a, n) : a * a != 1 ? 0 : Wrapped(a, -n));
        Assert.Equal(expected, Reference.Run(Pow, bases, exponents));

        static long Wrapped(long a, long n)
        {
            var power = 1L;
            for (; n > 0; n--)
                power *= a;
            return power;
        }
    }

    [Theory]
    [InlineData(1f, 3, 8f)]
    [InlineData(1.5f, -149, 2 * float.Epsilon)]
    [InlineData(float.Epsilon, 149, 1f)]
    [InlineData(float.Epsilon, 276, 1.7014118e38f)]
    [InlineData(1f, 128, Inf)]
    [InlineData(-3f, -1000, -0f)]
    [InlineData(float.MaxValue, -250, 1.88079085e-37f)]
    [InlineData(0f, 1000, 0f)]
    public void Scaling_by_powers_of_two_rounds_once(float x, int n, float expected)
    {
        var program = PointwiseProgram.Of("ldexp", [DType.Float32, DType.Int32], [], [DType.Float32],
            [Ldexp(Expr.Input(0, ValueKind.Float32), Expr.Input(1, ValueKind.Int32))]);
        var bits = NaiveProgram.Run(program, [BitConverter.SingleToUInt32Bits(x), (uint)n], [])[0];
        Assert.Equal(expected, BitConverter.UInt32BitsToSingle((uint)bits));
    }

    [Theory]
    [InlineData("exp", 0f, 1f)]
    [InlineData("exp", -Inf, 0f)]
    [InlineData("exp", Inf, Inf)]
    [InlineData("exp", NaN, NaN)]
    [InlineData("exp", 88.7229f, Inf)]
    [InlineData("exp", -103.98f, 0f)]
    [InlineData("exp", -103.28f, Denormal)]
    [InlineData("exp2", 127f, 1.7014118e38f)]
    [InlineData("exp2", 128f, Inf)]
    [InlineData("exp2", -149f, Denormal)]
    [InlineData("expm1", -0f, -0f)]
    [InlineData("expm1", Denormal, Denormal)]
    [InlineData("expm1", -Inf, -1f)]
    [InlineData("expm1", Inf, Inf)]
    [InlineData("expm1", NaN, NaN)]
    [InlineData("log", 0f, -Inf)]
    [InlineData("log", 1f, 0f)]
    [InlineData("log", -1f, NaN)]
    [InlineData("log", -Inf, NaN)]
    [InlineData("log", Inf, Inf)]
    [InlineData("log", NaN, NaN)]
    [InlineData("log2", Denormal, -149f)]
    [InlineData("log2", 8f, 3f)]
    [InlineData("log10", 1000f, 3f)]
    [InlineData("log10", 1e10f, 10f)]
    [InlineData("log1p", -0f, -0f)]
    [InlineData("log1p", -1f, -Inf)]
    [InlineData("log1p", -2f, NaN)]
    [InlineData("log1p", Inf, Inf)]
    [InlineData("log1p", -Denormal, -Denormal)]
    [InlineData("sigmoid", -Inf, 0f)]
    [InlineData("sigmoid", Inf, 1f)]
    [InlineData("sigmoid", 0f, 0.5f)]
    [InlineData("sigmoid", NaN, NaN)]
    [InlineData("tanh", -0f, -0f)]
    [InlineData("tanh", Inf, 1f)]
    [InlineData("tanh", -Inf, -1f)]
    [InlineData("tanh", NaN, NaN)]
    [InlineData("sin", -0f, -0f)]
    [InlineData("sin", Denormal, Denormal)]
    [InlineData("sin", Inf, NaN)]
    [InlineData("cos", 0f, 1f)]
    [InlineData("cos", -Inf, NaN)]
    [InlineData("tan", -0f, -0f)]
    [InlineData("tan", NaN, NaN)]
    [InlineData("rsqrt", 0f, Inf)]
    [InlineData("rsqrt", -1f, NaN)]
    [InlineData("sinh", -0f, -0f)]
    [InlineData("sinh", -Inf, -Inf)]
    [InlineData("cosh", -Inf, Inf)]
    [InlineData("asinh", -Inf, -Inf)]
    [InlineData("asinh", -0f, -0f)]
    [InlineData("acosh", 1f, 0f)]
    [InlineData("acosh", 0.5f, NaN)]
    [InlineData("acosh", -Inf, NaN)]
    [InlineData("acosh", Inf, Inf)]
    [InlineData("atanh", 1f, Inf)]
    [InlineData("atanh", -1f, -Inf)]
    [InlineData("atanh", 2f, NaN)]
    [InlineData("atanh", -0f, -0f)]
    [InlineData("asin", -0f, -0f)]
    [InlineData("asin", 2f, NaN)]
    [InlineData("acos", 1f, 0f)]
    [InlineData("acos", -1f, 3.1415927f)]
    [InlineData("acos", -2f, NaN)]
    [InlineData("atan", -0f, -0f)]
    [InlineData("atan", -Inf, -1.5707964f)]
    [InlineData("sinc", 0f, 1f)]
    [InlineData("sinc", 2f, 0f)]
    [InlineData("sinc", Inf, NaN)]
    [InlineData("erf", -0f, -0f)]
    [InlineData("erf", -Inf, -1f)]
    [InlineData("erf", NaN, NaN)]
    [InlineData("erfc", Inf, 0f)]
    [InlineData("erfc", -Inf, 2f)]
    [InlineData("erfc", NaN, NaN)]
    [InlineData("erfinv", 1f, Inf)]
    [InlineData("erfinv", -1f, -Inf)]
    [InlineData("erfinv", 1.5f, NaN)]
    [InlineData("erfinv", -0f, -0f)]
    [InlineData("ndtr", -Inf, 0f)]
    [InlineData("ndtr", Inf, 1f)]
    [InlineData("ndtr", 0f, 0.5f)]
    [InlineData("lgamma", 1f, 0f)]
    [InlineData("lgamma", 2f, 0f)]
    [InlineData("lgamma", 0f, Inf)]
    [InlineData("lgamma", -3f, Inf)]
    [InlineData("lgamma", -Inf, Inf)]
    [InlineData("lgamma", Inf, Inf)]
    [InlineData("lgamma", NaN, NaN)]
    [InlineData("digamma", 0f, -Inf)]
    [InlineData("digamma", -0f, Inf)]
    [InlineData("digamma", -2f, NaN)]
    [InlineData("digamma", Inf, Inf)]
    [InlineData("trigamma", Inf, 0f)]
    [InlineData("trigamma", -2f, Inf)]
    [InlineData("log_sigmoid", -Inf, -Inf)]
    [InlineData("log_sigmoid", Inf, 0f)]
    [InlineData("softplus", -Inf, 0f)]
    [InlineData("softplus", Inf, Inf)]
    [InlineData("logit", 0f, -Inf)]
    [InlineData("logit", 1f, Inf)]
    [InlineData("logit", 0.5f, 0f)]
    [InlineData("logit", 2f, NaN)]
    [InlineData("entr", 0f, 0f)]
    [InlineData("entr", -1f, -Inf)]
    [InlineData("entr", NaN, NaN)]
    public void Special_values(string name, float x, float expected)
    {
        var recipe = RecipeCatalog.Unary[name].Recipe;
        var y = Reference.Run(recipe, [x])[0];
        Assert.Equal(expected, y);
        Assert.True(float.IsNaN(y) || float.IsNegative(expected) == float.IsNegative(y), $"{y}, not {expected}");
        var wide = Reference.Run(recipe, [(double)x])[0];
        if (!float.IsFinite(expected) && Math.Abs(x) is not (88.7229f or 128))
            Assert.Equal(expected, wide);
    }

    [Fact]
    public void Gradients_of_power_are_those_of_PyTorch()
    {
        // pow(0, 0): no slope; pow(0, 2) in the exponent: none; pow(2, 3): 12 and 8 log 2.
        var (a, b) = (Expr.Input(0, ValueKind.Float64), Expr.Input(1, ValueKind.Float64));
        var slopes = Differentiation.Of([Pow(a, b)], [Expr.Constant(1, ValueKind.Float64)], [a, b]);
        Assert.Equal((0, 0), Slopes(0, 0));
        Assert.Equal((0, 0), Slopes(0, 2));
        Assert.Equal((12, 8 * Math.Log(2)), Slopes(2, 3));
        Assert.Equal(double.NegativeInfinity, Slopes(0, -1).ByBase);

        (double ByBase, double ByExponent) Slopes(double x, double y)
        {
            DType[] two = [DType.Float64, DType.Float64];
            return (Run(slopes[0]!), Run(slopes[1]!));

            double Run(Expr slope) =>
                Reference.Run(PointwiseProgram.Of("slope", [.. two], [], [DType.Float64], [slope]), [x], [y])[0];
        }
    }

    [Theory]
    [MemberData(nameof(UnaryNames))]
    public void Derivatives_are_the_slopes(string name)
    {
        var recipe = RecipeCatalog.Unary[name].Recipe;
        var input = Expr.Input(0, ValueKind.Float64);
        var slope = Differentiation.Of([recipe(input)], [Expr.Constant(1, ValueKind.Float64)], [input])[0]!;
        var program = PointwiseProgram.Of("slope", [DType.Float64], [], [DType.Float64], [slope]);
        var start = name == "acosh" ? 1.15 : name is "lgamma" or "digamma" or "trigamma" ? 0.4 : 0.12;
        double[] x = [.. Enumerable.Range(0, 8).Select(i => start + (0.1 * i))];
        const double h = 1e-5;
        var up = Reference.Run(recipe, [.. x.Select(v => v + h)]);
        var down = Reference.Run(recipe, [.. x.Select(v => v - h)]);
        var slopes = Reference.Run(program, x);
        for (var i = 0; i < x.Length; i++)
        {
            var expected = (up[i] - down[i]) / (2 * h);
            Assert.True(Math.Abs(slopes[i] - expected) <= 1e-7 * (1 + Math.Abs(expected)),
                $"{name}'({x[i]}) = {slopes[i]}, not {expected}");
        }
    }

    /// <summary>Pairs of numbers of all magnitudes, and such as give results that are numbers.</summary>
    private static (float[] X, float[] Y) Pairs(string name, int count)
    {
        var random = new Random(7);
        var x = new float[count];
        var y = new float[count];
        for (var i = 0; i < count; i++)
        {
            x[i] = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            y[i] = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            if (i % 4 == 0)
                continue;
            if (name == "pow")
            {
                x[i] = Math.Abs(x[i]);
                y[i] = (float)((random.NextDouble() - 0.5) * 320 / Math.Max(Math.Abs(Math.Log2(x[i])), 1e-3));
            }
            else if (name is "atan2" or "hypot")
            {
                y[i] = (float)(x[i] * (random.NextDouble() * 4 - 2));
            }
            else
            {
                (x[i], y[i]) = ((float)(random.NextDouble() * 60 - 30), (float)(random.NextDouble() * 60 - 30));
            }
        }

        return (x, y);
    }
}
