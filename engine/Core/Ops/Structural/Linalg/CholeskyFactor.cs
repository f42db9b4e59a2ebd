namespace KernelEngine;

/// <summary>A = L · Lᵀ of positive-definite matrices.</summary>
internal static class CholeskyFactor
{
    /// <summary>
    /// Replaces the last two dimensions, N×N, with adjacent elements in each row, by L, with zeros above its diagonal;
    /// only what lies on the diagonal and below is read. info has the order, from 1, of the first leading minor that
    /// is not positive, or 0; the rest of the matrix is not specified then. Where the fault is not none, it throws.
    /// </summary>
    public static readonly StructuralKernel Kernel = new(
        "cholesky", [("a", Access.ReadWrite), ("info", Access.Write)], integers: ["fault"]);

    /// <summary>The factor and what went wrong; the factor recorded.</summary>
    public static (Tensor Factor, Tensor Info) Of(Tensor a, bool upper, FactorFault fault)
    {
        MatrixArguments.CheckWide(a, "cholesky_cpu");
        var lower = Tensor.Allocate(a.Device, Layout.Contiguous(a.Shape), a.DType);
        (upper ? a.Detach().Mt : a.Detach()).CopyTo(lower);
        var info = Tensor.Allocate(a.Device, Layout.Contiguous(MatrixArguments.Lead(a.Shape)), DType.Int32);
        if (info.ElementCount > 0)
        {
            a.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Kernel,
                Operands = [lower.Operand(), info.Operand()],
                Integers = [(long)fault],
            });
        }

        // The upper factor is the lower one seen from its other side.
        var factor = upper ? new Tensor(lower.Storage, lower.Layout.Transposed, a.DType) : lower;
        if (Tensor.ShouldRecord(a))
        {
            factor.SetHistory(Tensor.Recorded(
                fault == FactorFault.TensorCholesky ? "CholeskyBackward0" : "LinalgCholeskyExBackward0", [factor],
                (g, saved) => [Differentiate(saved[0], g[0]!, upper)], a), 0);
        }

        return (factor, info);
    }

    /// <summary>The gradient of A from that of its factor: Murray, Differentiation of the Cholesky decomposition.
    /// </summary>
    private static Tensor Differentiate(Tensor factor, Tensor gradient, bool upper)
    {
        var (lower, g) = upper ? (factor.Mt, gradient.Mt) : (factor, gradient);
        var inner = lower.Mt.Matmul(g).Tril();
        inner = (inner + inner.Tril(-1).Mt) * 0.5;
        inner = TriangularSystem.Solve(lower.Mt, inner, upper: true, left: true, unit: false);
        return TriangularSystem.Solve(lower, inner, upper: false, left: false, unit: false);
    }
}
