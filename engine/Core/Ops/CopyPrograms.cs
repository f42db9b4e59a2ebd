namespace KernelEngine;

/// <summary>The programs that fill memory and copy it from one dtype to another.</summary>
internal static class CopyPrograms
{
    private static readonly PointwiseProgram[] Fills =
        [.. DType.All.Select(d => PointwiseProgram.Of("fill", [], [d.Register], [d], [Expr.Parameter(0, d.Register)]))];

    private static readonly PointwiseProgram?[] Copies = new PointwiseProgram?[DType.All.Count * DType.All.Count];

    /// <summary>() → dtype, with the value as parameter.</summary>
    public static PointwiseProgram Fill(DType dtype) => Fills[(int)dtype.Code];

    /// <summary>Converts as PyTorch's <c>to</c>.</summary>
    public static PointwiseProgram Copy(DType from, DType to) =>
        Copies[((int)from.Code * DType.All.Count) + (int)to.Code] ??=
            PointwiseProgram.Of("copy", [from], [], [to], [Converted(Expr.Input(0, from.Register), to)]);

    /// <summary>What a whole number cannot hold, NaN too, becomes the smallest one, as on x86 processors.</summary>
    private static Expr Converted(Expr x, DType to)
    {
        if (!Primitive.IsReal(x.Kind) || !to.IsInteger)
            return x;
        var isWide = to.Register == ValueKind.Int64;
        return Pointwise.Select(
            Pointwise.Abs(x) < (isWide ? 9223372036854775808.0 : 2147483648.0), Pointwise.Convert(x, to.Register),
            Expr.Constant(isWide ? long.MinValue : int.MinValue, to.Register));
    }
}
