namespace KernelEngine;

/// <summary>
/// What pointwise expressions are written with: <c>using static KernelEngine.Pointwise;</c>. The elementary functions
/// are recipes, the same on every device.
/// </summary>
public static partial class Pointwise
{
    /// <summary>The absolute value.</summary>
    public static Expr Abs(Expr x) => Primitive.Abs.Of(x);
    /// <summary>The smaller one; NaN if either is.</summary>
    public static Expr Min(Expr a, Expr b) => Primitive.Min.Of(a, b);
    /// <summary>The larger one; NaN if either is.</summary>
    public static Expr Max(Expr a, Expr b) => Primitive.Max.Of(a, b);
    /// <summary>a * b + c, rounded once.</summary>
    public static Expr Fma(Expr a, Expr b, Expr c) => Primitive.Fma.Of(a, b, c);
    /// <summary>The square root, correctly rounded.</summary>
    public static Expr Sqrt(Expr x) => Primitive.Sqrt.Of(x);
    /// <summary>The largest whole number not above.</summary>
    public static Expr Floor(Expr x) => Primitive.Floor.Of(x);
    /// <summary>The smallest whole number not below.</summary>
    public static Expr Ceil(Expr x) => Primitive.Ceil.Of(x);
    /// <summary>The whole part.</summary>
    public static Expr Trunc(Expr x) => Primitive.Trunc.Of(x);
    /// <summary>The nearest whole number, ties to even.</summary>
    public static Expr Round(Expr x) => Primitive.Round.Of(x);
    /// <summary>Whether equal.</summary>
    public static Expr Equal(Expr a, Expr b) => Primitive.Eq.Of(a, b);
    /// <summary>Whether not equal.</summary>
    public static Expr NotEqual(Expr a, Expr b) => Primitive.Ne.Of(a, b);
    /// <summary>Whether not a number.</summary>
    public static Expr IsNaN(Expr x) => Primitive.Ne.Of(x, x);
    /// <summary>The first where the condition holds, else the second; also in the gradient.</summary>
    public static Expr Select(Expr condition, Expr ifTrue, Expr ifFalse) =>
        Primitive.Select.Of(condition, ifTrue, ifFalse);

    /// <summary>-1, 0 or 1 by the sign; NaN gives 0, as PyTorch's sign does.</summary>
    public static Expr Sign(Expr x) => Select(x > 0, One(x), Select(x < 0, -One(x), Zero(x)));

    /// <summary>The value in another kind: reals truncate towards zero.</summary>
    public static Expr Convert(Expr x, ValueKind kind) =>
        x.IsWeak ? x.As(kind) : x.Kind == kind ? x : new(Primitive.Convert, kind, [x]);

    /// <summary>The same bits as another kind of the same width.</summary>
    public static Expr Bitcast(Expr x, ValueKind kind) => x.Kind == kind ? x : new(Primitive.Bitcast, kind, [x]);

    /// <summary>
    /// As <see cref="Select"/>, where the first side is dear and rarely wanted: it is computed only where some
    /// element wants it.
    /// </summary>
    public static Expr Branch(Expr condition, Expr rarely, Expr usually) =>
        Primitive.Branch.Of(condition, rarely, usually);

    /// <summary>The number at a place of a table.</summary>
    /// <param name="table">An int, long, float or double array, not changed any more.</param>
    /// <param name="index">An int32 expression, always within the table.</param>
    internal static Expr Lookup(Array table, Expr index) => new(Primitive.Lookup, KindOf(table), [index], 0, table);

    /// <summary>The value rounded to a dtype and back to its register.</summary>
    internal static Expr Narrow(Expr x, DType dtype) => x.Kind != dtype.Register
        ? throw new ArgumentException($"{dtype} is not computed as {x.Kind}", nameof(dtype))
        : dtype.Size >= 4 || dtype == DType.Bool ? x : new(Primitive.Narrow, x.Kind, [x], (long)dtype.Code);

    /// <summary>A number of the kind of an expression.</summary>
    internal static Expr One(Expr like) => Expr.Constant(1, like.Kind);

    /// <summary>Zero of the kind of an expression.</summary>
    internal static Expr Zero(Expr like) => Expr.Constant(0, like.Kind);

    private static ValueKind KindOf(Array table) => table switch
    {
        int[] => ValueKind.Int32,
        long[] => ValueKind.Int64,
        float[] => ValueKind.Float32,
        double[] => ValueKind.Float64,
        _ => throw new ArgumentException("a table holds int, long, float or double", nameof(table)),
    };
}
