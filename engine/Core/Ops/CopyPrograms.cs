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
            PointwiseProgram.Of("copy", [from], [], [to], [Expr.Input(0, from.Register)]);
}
