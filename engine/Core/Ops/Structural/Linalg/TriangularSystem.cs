namespace KernelEngine;

/// <summary>Equations with a triangular matrix.</summary>
internal static class TriangularSystem
{
    /// <summary>
    /// Replaces x by the X of A·X = x, over the last two dimensions; those before are the same in both (stride 0
    /// where A is broadcast). Only A's upper triangle is read where upper is 1, else the lower one; where unit is 1,
    /// its diagonal is not read and counts as 1. Of x, rows or columns are adjacent.
    /// </summary>
    public static readonly StructuralKernel Kernel = new(
        "triangular_solve", [("a", Access.Read), ("x", Access.ReadWrite)], integers: ["upper", "unit"]);

    /// <summary>Solves in place, not recorded.</summary>
    /// <param name="a">[…, N, N]; it broadcasts to the other.</param>
    /// <param name="x">[…, N, K], whose rows or columns are adjacent.</param>
    /// <param name="upper">Which triangle is read.</param>
    /// <param name="unit">Whether the diagonal is 1.</param>
    public static void SolveInPlace(Tensor a, Tensor x, bool upper, bool unit)
    {
        if (x.ElementCount == 0)
            return;
        x.Device.Backend.Run(new StructuralLaunch
        {
            Kernel = Kernel,
            Operands =
            [
                a.Operand(MatrixArguments.WithMatrix(MatrixArguments.Lead(x.Shape), a.Shape[^2], a.Shape[^1])),
                x.Operand(),
            ],
            Integers = [upper ? 1 : 0, unit ? 1 : 0],
        });
    }

    /// <summary>The X of A·X = B, or of X·A = B where not left, recorded; the shapes have been checked.</summary>
    public static Tensor Solve(
        Tensor a, Tensor b, bool upper, bool left, bool unit, string name = "LinalgSolveTriangularBackward0")
    {
        var lead = Shape.Broadcast(MatrixArguments.Lead(a.Shape), MatrixArguments.Lead(b.Shape));
        var shape = MatrixArguments.WithMatrix(lead, b.Shape[^2], b.Shape[^1]);
        var x = Tensor.Allocate(b.Device, Layout.Contiguous(shape), b.DType);
        b.Detach().Expand(shape).CopyTo(x);
        if (left)
            SolveInPlace(a.Detach(), x.Detach(), upper, unit);
        else
            SolveInPlace(a.Detach().Mt, x.Detach().Mt, !upper, unit);
        if (Tensor.ShouldRecord(a, b))
        {
            var needsA = a.RequiresGrad;
            var (shapeA, shapeB) = (a.Shape, b.Shape);
            x.SetHistory(Tensor.Recorded(name, [a, x], (g, saved) =>
            {
                var gradient = Solve(saved[0].Mt, g[0]!, !upper, left, unit);
                if (!needsA)
                    return [null, gradient.SumToSize(shapeB)];
                var product = left ? gradient.Matmul(saved[1].Mt) : saved[1].Mt.Matmul(gradient);
                var whole = (-product).SumToSize(shapeA);
                var skipped = unit ? 1 : 0;
                return [upper ? whole.Triu(skipped) : whole.Tril(-skipped), gradient.SumToSize(shapeB)];
            }, a, b), 0);
        }

        return x;
    }
}
