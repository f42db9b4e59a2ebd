using System.Collections.Immutable;

namespace KernelEngine.Gpu;

/// <summary>
/// Programs of structural kernels that are composed of generated ones: made at first use, by the dtype that they
/// compute in and a few choices.
/// </summary>
/// <param name="choices">How many choices there are.</param>
/// <param name="make">Makes the program for float32 or float64, and a choice.</param>
internal sealed class Programs<T>(int choices, Func<DType, int, T> make) where T : class
{
    private readonly T?[] made = new T?[2 * choices];

    /// <summary>The program.</summary>
    public T this[DType dtype, int choice = 0] =>
        made[(2 * choice) + (dtype.Register == ValueKind.Float64 ? 1 : 0)] ??= make(dtype, choice);
}

/// <summary>Short forms of what programs are made of.</summary>
internal static class ProgramForms
{
    /// <summary>A pointwise program over inputs and parameters of one dtype.</summary>
    public static PointwiseProgram Pointwise(
        string name, DType dtype, int inputs, int parameters, int outputs, Func<Expr[], Expr[], Expr[]> body)
    {
        var x = Enumerable.Range(0, inputs).Select(i => Expr.Input(i, dtype.Register)).ToArray();
        var p = Enumerable.Range(0, parameters).Select(i => Expr.Parameter(i, dtype.Register)).ToArray();
        return PointwiseProgram.Of(
            name, Repeat(dtype, inputs), [.. Enumerable.Repeat(dtype.Register, parameters)], Repeat(dtype, outputs),
            body(x, p));
    }

    /// <summary>Sums of expressions of the inputs.</summary>
    public static ReductionProgram Sums(string name, DType dtype, int inputs, int sums, Func<Expr[], Expr[]> lift) =>
        new(name, Repeat(dtype, inputs), Repeat(dtype, sums), [.. Enumerable.Repeat((Scalar)0, sums)],
            Repeat(dtype, sums), [], [], (x, _, _) => lift(x),
            (a, b) => [.. a.Select((value, i) => value + b[i])], (s, _) => s);

    /// <summary>A layout with other sizes and strides, at the operand's first element.</summary>
    public static Operand As(this in Operand operand, ReadOnlySpan<long> sizes, ReadOnlySpan<long> strides) =>
        operand with { Layout = new Layout(new(sizes.ToArray()), strides.ToArray(), operand.Layout.Offset) };

    /// <summary>A number as a program's parameter.</summary>
    public static long Parameter(double value, DType dtype) => ((Scalar)value).ToRegister(dtype.Register);

    private static ImmutableArray<DType> Repeat(DType dtype, int count) => [.. Enumerable.Repeat(dtype, count)];
}
