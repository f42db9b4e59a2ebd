namespace KernelEngine;

/// <summary>A = P · L · U with partial pivoting, and what is solved with the factors.</summary>
internal static class LuFactors
{
    /// <summary>
    /// Replaces the last two dimensions, M×N, row-major, by U and, below its diagonal, L, whose diagonal is 1. pivots
    /// has the row, from 1, that each row was exchanged with, one after the other; info the first zero of U's
    /// diagonal, from 1, or 0. Where the fault is not none, a zero throws.
    /// </summary>
    public static readonly StructuralKernel Factor = new(
        "lu_factor", [("a", Access.ReadWrite), ("pivots", Access.Write), ("info", Access.Write)],
        integers: ["fault"]);

    /// <summary>
    /// Exchanges rows of the last two dimensions by pivots, from 1, one after the other, or from the last to the
    /// first where reverse is 1. A pivot out of range is a <see cref="IndexFault"/>.
    /// </summary>
    public static readonly StructuralKernel SwapRows = new(
        "swap_rows", [("x", Access.ReadWrite), ("pivots", Access.Read)], integers: ["reverse", "fault"]);

    /// <summary>The factors of matrices, not recorded.</summary>
    public static (Tensor Factors, Tensor Pivots, Tensor Info) Of(Tensor a, FactorFault fault)
    {
        MatrixArguments.CheckWide(a, "lu_cpu");
        var lead = MatrixArguments.Lead(a.Shape);
        var factors = Tensor.Allocate(a.Device, Layout.Contiguous(a.Shape), a.DType);
        a.Detach().CopyTo(factors);
        var pivots = Tensor.Allocate(
            a.Device, Layout.Contiguous([.. lead.AsSpan(), Math.Min(a.Shape[^1], a.Shape[^2])]), DType.Int32);
        var info = Tensor.Allocate(a.Device, Layout.Contiguous(lead), DType.Int32);
        if (lead.ElementCount > 0)
        {
            a.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Factor,
                Operands = [factors.Operand(), pivots.Operand(), info.Operand()],
                Integers = [(long)fault],
            });
        }

        return (factors, pivots, info);
    }

    /// <summary>Exchanges the rows of matrices in place.</summary>
    public static void Swap(Tensor x, Tensor pivots, bool reverse, bool unpack)
    {
        if (x.ElementCount == 0)
            return;
        Shape shape = [.. MatrixArguments.Lead(x.Shape).AsSpan(), pivots.Shape[^1]];
        x.Device.Backend.Run(new StructuralLaunch
        {
            Kernel = SwapRows,
            Operands = [x.Operand(), pivots.Operand(shape)],
            Integers = [reverse ? 1 : 0, (long)(unpack ? IndexFault.UnpackPivot : IndexFault.SolvePivot)],
        });
    }

    /// <summary>
    /// The X of A·X = B, or of X·A = B where not left, from the factors of A; of its transpose where transposed. Not
    /// recorded.
    /// </summary>
    public static Tensor Solve(Tensor factors, Tensor pivots, Tensor b, bool left, bool transposed)
    {
        var lead = Shape.Broadcast(MatrixArguments.Lead(factors.Shape), MatrixArguments.Lead(b.Shape));
        var shape = MatrixArguments.WithMatrix(lead, b.Shape[^2], b.Shape[^1]);
        var x = Tensor.Allocate(b.Device, Layout.Contiguous(shape), b.DType);
        b.Detach().Expand(shape).CopyTo(x);

        // From the right, the transposed matrices are solved from the left.
        var columns = left ? x.Detach() : x.Detach().Mt;
        factors = factors.Detach();
        if (transposed == left)
        {
            TriangularSystem.SolveInPlace(factors.Mt, columns, upper: false, unit: false);
            TriangularSystem.SolveInPlace(factors.Mt, columns, upper: true, unit: true);
            Swap(columns, pivots, reverse: true, unpack: false);
        }
        else
        {
            Swap(columns, pivots, reverse: false, unpack: false);
            TriangularSystem.SolveInPlace(factors, columns, upper: false, unit: true);
            TriangularSystem.SolveInPlace(factors, columns, upper: true, unit: false);
        }

        return x;
    }

    /// <summary>1 where the rows were exchanged an even number of times, -1 where an odd one.</summary>
    public static Tensor Parity(Tensor pivots)
    {
        var own = Tensor.Arange(1, pivots.Shape[^1] + 1, device: pivots.Device);
        return 1 - (pivots.Ne(own).Sum(-1).Remainder(2) * 2);
    }
}
