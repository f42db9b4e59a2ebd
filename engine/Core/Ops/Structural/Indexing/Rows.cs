namespace KernelEngine;

/// <summary>
/// The kernels behind every kind of indexing by tensors: offsets are computed from indices once, checked, and rows
/// (what an index leaves of a tensor) are read, written or added to at these offsets.
/// </summary>
internal static class Rows
{
    /// <summary>
    /// offsets (+)= index * stride, indices checked against the size (and, below 0, counted from the end where the
    /// fault says so). Adds to what is there where accumulate is 1.
    /// </summary>
    public static readonly StructuralKernel Offsets = new(
        "index_offsets", [("index", Access.Read), ("offsets", Access.ReadWrite)],
        ["size", "stride", "dimension", "fault", "accumulate"]);

    /// <summary>
    /// destination[b…, r…] = source[offsets[b…] + r…]: the source's layout is that of a row at offset 0. Elements are
    /// only moved; what counts is their width.
    /// </summary>
    public static readonly StructuralKernel Read = new(
        "row_gather", [("source", Access.Read), ("offsets", Access.Read), ("destination", Access.Write)]);

    /// <summary>
    /// destination[offsets[b…] + r…] = source[b…, r…], in row-major order of b: the last one wins.
    /// </summary>
    public static readonly StructuralKernel Write = new(
        "row_scatter", [("source", Access.Read), ("offsets", Access.Read), ("destination", Access.ReadWrite)]);

    /// <summary>
    /// destination[offsets[b…] + r…] += source[b…, r…], for each place in row-major order of b.
    /// </summary>
    public static readonly StructuralKernel Add = new(
        "row_add", [("source", Access.Read), ("offsets", Access.Read), ("destination", Access.ReadWrite)]);
}
