namespace KernelEngine;

/// <content>Hyperbolic functions.</content>
public static partial class Pointwise
{
    // tanh x = x + x³ p(x²) for |x| up to 0.55; 2^-29.6 and 2^-65.
    private static readonly double[] TanhSingle =
        [-0.333333164, 0.133325443, -0.0538475476, 0.0210511591, -0.00624471065];
    private static readonly double[] TanhDouble =
    [
        -0.3333333333333333, 0.1333333333333293, -0.0539682539679485, 0.0218694885245221, -0.008863235269858882,
        0.0035921243268064503, -0.0014557989718528685, 0.0005897955115588652, -0.00023807934836990707,
        9.366135596229676e-05, -3.256819262358029e-05, 7.223074812071169e-06,
    ];

    private static readonly Primitive TanhRecipe =
        Primitive.Recipe("tanh", 1, x => ExpandTanh(x[0]), (g, y, x) => [g * (1 - (y * y))]);

    /// <summary>The hyperbolic tangent; within 1.5 ulp.</summary>
    public static Expr Tanh(Expr x) => Apply(TanhRecipe, x);

    private static Expr ExpandTanh(Expr x)
    {
        var format = RealFormat.Of(x);
        var magnitude = Abs(x);
        var square = x * x;
        var near = Fma(magnitude * square, Polynomial(square, format.Pick(TanhSingle, TanhDouble)), magnitude);
        // Beyond, the result rounds to 1.
        var limit = format.Pick(10.0, 20.0);
        var e = ExpOfModest(Select(magnitude > limit, limit, magnitude) * 2);
        return WithSignOf(Select(magnitude < 0.55, near, 1 - (2 / (e + 1))), x);
    }
}
