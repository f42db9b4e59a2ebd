using static KernelEngine.Pointwise;

namespace KernelEngine.Tests.Recipes;

/// <summary>The recipes in float32 over all binades, against float64, and their special values.</summary>
public class RecipeTests
{
    private const float Inf = float.PositiveInfinity;
    private const float NaN = float.NaN;
    private const float Denormal = float.Epsilon;

    private static readonly Dictionary<string, (Func<Expr, Expr> Recipe, Func<double, double> Truth, double Ulps)>
        Unary = new()
        {
            ["exp"] = (Exp, Math.Exp, 1),
            ["exp2"] = (Exp2, x => Math.Pow(2, x), 1),
            ["expm1"] = (Expm1, Reference.Expm1, 2),
            ["log"] = (Log, Math.Log, 1),
            ["log2"] = (Log2, Math.Log2, 1.5),
            ["log10"] = (Log10, Math.Log10, 1.5),
            ["log1p"] = (Log1p, Reference.Log1p, 1.5),
            ["sigmoid"] = (Sigmoid, x => x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x)), 2),
            ["tanh"] = (Tanh, Math.Tanh, 1.5),
            ["sin"] = (Sin, Math.Sin, 1.5),
            ["cos"] = (Cos, Math.Cos, 1.5),
            ["tan"] = (Tan, Math.Tan, 2),
            ["rsqrt"] = (Rsqrt, x => 1 / Math.Sqrt(x), 1.5),
        };

    public static TheoryData<string> UnaryNames => [.. Unary.Keys];

    [Theory]
    [MemberData(nameof(UnaryNames))]
    public void WithinTheirBoundInFloat32(string name)
    {
        var (recipe, truth, ulps) = Unary[name];
        var x = Reference.AllBinades(step: 37_123);
        var y = ScalarInterpreter.Run(Reference.ProgramOf(DType.Float32, recipe), x);
        for (var i = 0; i < x.Length; i++)
        {
            var error = Reference.Ulps(y[i], truth(x[i]));
            Assert.True(error <= ulps, $"{name}({x[i]:R}) = {y[i]:R}, off by {error} ulp of {truth(x[i]):R}");
        }
    }

    [Theory]
    [MemberData(nameof(UnaryNames))]
    public void NearThePlatformsInFloat64(string name)
    {
        if (name is "expm1" or "log1p")
            return;
        var (recipe, truth, ulps) = Unary[name];
        double[] x = [.. Reference.AllBinades(step: 371_231).Select(v => v * (1 + 1e-9))];
        var y = ScalarInterpreter.Run(Reference.ProgramOf(DType.Float64, recipe), x);
        for (var i = 0; i < x.Length; i++)
        {
            // The platform's own functions are within 1 ulp, the sigmoid within 2.
            var error = Reference.Ulps(y[i], truth(x[i]));
            Assert.True(error <= ulps + 2, $"{name}({x[i]:R}) = {y[i]:R}, off by {error} ulp of {truth(x[i]):R}");
        }
    }

    [Fact]
    public void PowersAreWithinAnUlp()
    {
        var random = new Random(7);
        var x = new float[200_000];
        var y = new float[x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = BitConverter.Int32BitsToSingle(random.Next(0, 0x7F800000));
            y[i] = (float)((random.NextDouble() - 0.5) * 320 / Math.Max(Math.Abs(Math.Log2(x[i])), 1e-3));
        }

        var program = PointwiseProgram.Of("pow", [DType.Float32, DType.Float32], [], [DType.Float32],
            [Pow(Expr.Input(0, ValueKind.Float32), Expr.Input(1, ValueKind.Float32))]);
        var result = ScalarInterpreter.Run(program, x, y);
        for (var i = 0; i < x.Length; i++)
        {
            var error = Reference.Ulps(result[i], Math.Pow(x[i], y[i]));
            Assert.True(error <= 1, $"pow({x[i]:R}, {y[i]:R}) = {result[i]:R}, off by {error} ulp");
        }
    }

    [Fact]
    public void PowerHasTheSpecialCasesOfC()
    {
        double[] values =
        [
            0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, -1.5, 7, 1e300, -1e300, 9007199254740993, 5e-324, -5e-324,
            double.NaN, double.PositiveInfinity, double.NegativeInfinity,
        ];
        var program = PointwiseProgram.Of("pow", [DType.Float64, DType.Float64], [], [DType.Float64],
            [Pow(Expr.Input(0, ValueKind.Float64), Expr.Input(1, ValueKind.Float64))]);
        foreach (var a in values)
        {
            foreach (var b in values)
            {
                var expected = Math.Pow(a, b);
                var got = ScalarInterpreter.Run(program, [a], [b])[0];
                Assert.True(Reference.Ulps(got, expected) <= 1 && double.IsNegative(got) == double.IsNegative(expected)
                    || double.IsNaN(got) && double.IsNaN(expected), $"pow({a:R}, {b:R}) = {got:R}, not {expected:R}");
            }
        }
    }

    [Fact]
    public void PowersOfWholeNumbersWrap()
    {
        var program = PointwiseProgram.Of("pow", [DType.Int64, DType.Int64], [], [DType.Int64],
            [Pow(Expr.Input(0, ValueKind.Int64), Expr.Input(1, ValueKind.Int64))]);
        long[] bases = [0, 1, -1, 2, -2, 3, 7, -13, 3, -1, -1, 1, 2, 0, 5, 2];
        long[] exponents = [0, 9, 9, 62, 63, 39, 22, 5, 1_000_003, -3, -4, -5, -1, 5, 100, 64];
        for (var i = 0; i < bases.Length; i++)
        {
            var got = ScalarInterpreter.Run(program, [[bases[i]], [exponents[i]]])[0][0];
            var expected = exponents[i] < 0
                ? (bases[i] == 1 ? 1 : bases[i] == -1 ? (exponents[i] % 2 == 0 ? 1 : -1) : 0)
                : (long)(ulong)(System.Numerics.BigInteger.ModPow(bases[i], exponents[i], (System.Numerics.BigInteger)
                    1 << 64) is var p && p < 0 ? p + ((System.Numerics.BigInteger)1 << 64) : p);
            Assert.Equal(expected, got);
        }
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
    public void SpecialValues(string name, float x, float expected)
    {
        var y = ScalarInterpreter.Run(Reference.ProgramOf(DType.Float32, Unary[name].Recipe), [x])[0];
        Assert.Equal(expected, y);
        Assert.True(float.IsNaN(y) || float.IsNegative(expected) == float.IsNegative(y), $"{y}, not {expected}");
        var wide = ScalarInterpreter.Run(Reference.ProgramOf(DType.Float64, Unary[name].Recipe), [(double)x])[0];
        if (float.IsNaN(expected))
            Assert.True(double.IsNaN(wide), $"{wide}, not {expected}");
    }

    [Fact]
    public void GradientsOfPowerAreThoseOfPyTorch()
    {
        // pow(0, 0): no slope; pow(0, 2) in the exponent: none; pow(2, 3): 12 and 8 log 2.
        var a = Expr.Input(0, ValueKind.Float64);
        var b = Expr.Input(1, ValueKind.Float64);
        var slopes = Differentiation.Of([Pow(a, b)], [Expr.Constant(1, ValueKind.Float64)], [a, b]);
        var program = PointwiseProgram.Of("slopes", [DType.Float64, DType.Float64], [],
            [DType.Float64, DType.Float64], [slopes[0]!, slopes[1]!]);
        Assert.Equal((0, 0), Slopes(0, 0));
        Assert.Equal((0, 0), Slopes(0, 2));
        Assert.Equal((12, 8 * Math.Log(2)), Slopes(2, 3));
        Assert.Equal(double.NegativeInfinity, Slopes(0, -1).ByBase);

        (double ByBase, double ByExponent) Slopes(double x, double y)
        {
            var results = ScalarInterpreter.Run(
                program, [[BitConverter.DoubleToInt64Bits(x)], [BitConverter.DoubleToInt64Bits(y)]]);
            return (BitConverter.Int64BitsToDouble(results[0][0]), BitConverter.Int64BitsToDouble(results[1][0]));
        }
    }
}
