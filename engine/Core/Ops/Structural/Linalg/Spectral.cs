namespace KernelEngine;

/// <summary>Orthogonal factorisations: A = Q · R, symmetric A = V · Λ · Vᵀ, A = U · Σ · Vᵀ.</summary>
internal static class Spectral
{
    /// <summary>
    /// Replaces Aᵀ, N×M in the last two dimensions, row-major, by Rᵀ, of which the first min(M, N) columns count.
    /// qt, where it is given, gets the rows of Qᵀ, row-major: min(M, N) or M of them.
    /// </summary>
    public static readonly StructuralKernel Qr = new(
        "qr", [("at", Access.ReadWrite), ("qt", Access.Write)], optional: 1);

    /// <summary>
    /// Eigenvalues of symmetric matrices, ascending, and, where the third operand is given, eigenvectors as columns.
    /// Only one triangle is read.
    /// </summary>
    public static readonly StructuralKernel Eigen = new(
        "symmetric_eigen", [("a", Access.Read), ("values", Access.Write), ("vectors", Access.Write)],
        integers: ["upper"], optional: 1);

    /// <summary>
    /// Singular values, descending, and, where they are given, the columns of U and the rows of Vᵀ: as many as there
    /// are values, or all.
    /// </summary>
    public static readonly StructuralKernel Singular = new(
        "singular_values",
        [("a", Access.Read), ("values", Access.Write), ("u", Access.Write), ("vt", Access.Write)], optional: 2);

    /// <summary>Q, or null, and R; not recorded.</summary>
    public static (Tensor? Q, Tensor R) Triangle(Tensor a, bool complete, bool wantsQ)
    {
        MatrixArguments.CheckWide(a, "geqrf_cpu");
        var (rows, columns) = (a.Shape[^2], a.Shape[^1]);
        var least = Math.Min(rows, columns);
        var lead = MatrixArguments.Lead(a.Shape);
        var turned = Make(a, lead, columns, rows);
        a.Detach().Mt.CopyTo(turned);
        var across = wantsQ ? Make(a, lead, complete ? rows : least, rows) : null;
        if (lead.ElementCount > 0)
        {
            a.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Qr,
                Operands = across is null ? [turned.Operand()] : [turned.Operand(), across.Operand()],
            });
        }

        var q = across is null ? null : new Tensor(across.Storage, across.Layout.Transposed, a.DType);
        return (q, turned.Mt.Narrow(-2, 0, complete ? rows : least).Triu());
    }

    /// <summary>Eigenvalues and, where wanted, eigenvectors; not recorded.</summary>
    public static (Tensor Values, Tensor? Vectors) Eigenvalues(Tensor a, bool upper, bool wantsVectors)
    {
        MatrixArguments.CheckWide(a, "linalg_eigh_cpu");
        var lead = MatrixArguments.Lead(a.Shape);
        var n = a.Shape[^1];
        var values = Tensor.Allocate(a.Device, Layout.Contiguous([.. lead.AsSpan(), n]), a.DType);
        var vectors = wantsVectors ? Make(a, lead, n, n) : null;
        if (values.ElementCount > 0)
        {
            a.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Eigen,
                Operands = vectors is null ? [a.Operand(), values.Operand()]
                    : [a.Operand(), values.Operand(), vectors.Operand()],
                Integers = [upper ? 1 : 0],
            });
        }

        return (values, vectors);
    }

    /// <summary>Singular values and, where wanted, singular vectors; not recorded.</summary>
    public static (Tensor? U, Tensor Values, Tensor? Vt) SingularValues(Tensor a, bool full, bool wantsVectors)
    {
        MatrixArguments.CheckWide(a, "linalg_svd_cpu");
        var (rows, columns) = (a.Shape[^2], a.Shape[^1]);
        var least = Math.Min(rows, columns);
        var lead = MatrixArguments.Lead(a.Shape);
        var values = Tensor.Allocate(a.Device, Layout.Contiguous([.. lead.AsSpan(), least]), a.DType);
        var u = wantsVectors ? Make(a, lead, rows, full ? rows : least) : null;
        var vt = wantsVectors ? Make(a, lead, full ? columns : least, columns) : null;
        if (values.ElementCount > 0)
        {
            a.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Singular,
                Operands = u is null ? [a.Operand(), values.Operand()]
                    : [a.Operand(), values.Operand(), u.Operand(), vt!.Operand()],
            });
        }
        else if (u is not null)
        {
            // Nothing to find: any basis will do.
            u.Copy_(Tensor.Eye(rows, u.Shape[^1], a.DType, a.Device));
            vt!.Copy_(Tensor.Eye(vt.Shape[^2], columns, a.DType, a.Device));
        }

        return (u, values, vt);
    }

    private static Tensor Make(Tensor like, Shape lead, long rows, long columns) => Tensor.Allocate(
        like.Device, Layout.Contiguous(MatrixArguments.WithMatrix(lead, rows, columns)), like.DType);
}
