namespace KernelEngine;

/// <summary>Distances of every row of one matrix from every row of another.</summary>
internal static class Cdist
{
    /// <summary>
    /// first [B, P, M] and second [B, R, M] → out [B, P, R], the p-norms of the differences. Float32 or float64.
    /// </summary>
    public static readonly StructuralKernel Forward = new(
        "cdist", [("first", Access.Read), ("second", Access.Read), ("out", Access.Write)], reals: ["p"]);

    /// <summary>
    /// gradient and distance [B, P, R], first [B, P, M], second [B, R, M] → the gradient of the first. Where the
    /// distance is 0 it is 0.
    /// </summary>
    public static readonly StructuralKernel Backward = new(
        "cdist_backward",
        [
            ("gradient", Access.Read), ("distance", Access.Read), ("first", Access.Read), ("second", Access.Read),
            ("out", Access.Write),
        ],
        reals: ["p"]);

    // Of the gradient and the distance.
    private static readonly PointwiseOperator Ratio = new(
        "euclidean_dist_ratio", 2, TypeRules.Promote,
        x => [Pointwise.Select(Pointwise.Equal(x[1], 0), 0, x[0] / x[1])]);

    /// <summary>The distances; batches are those of one shape.</summary>
    public static Tensor Apply(Tensor first, Tensor second, double p)
    {
        var wide = NormTypes.Wide(first.DType);
        Shape shape = [.. first.Shape.AsSpan()[..^1], second.Shape[^2]];
        Tensor result;
        using (Autograd.NoGrad())
        {
            result = Tensor.Allocate(first.Device, Layout.Contiguous(shape), wide);
            if (result.ElementCount > 0 && first.Shape[^1] == 0)
                result.Zero_();
            else if (result.ElementCount > 0)
            {
                first.Device.Backend.Run(new StructuralLaunch
                {
                    Kernel = Forward,
                    Operands =
                    [
                        Matrices(first.To(wide).Contiguous()), Matrices(second.To(wide).Contiguous()),
                        Matrices(result),
                    ],
                    Reals = [p],
                });
            }

            result = result.To(first.DType);
        }

        if (Tensor.ShouldRecord(first, second))
        {
            var (one, two) = (first.RequiresGrad, second.RequiresGrad);
            result.SetHistory(Tensor.Recorded("CdistBackward0", [first, second, result], (g, saved) =>
                Differentiate(g[0]!, saved[0], saved[1], saved[2], p, one, two), first, second), 0);
        }

        return result;
    }

    /// <summary>
    /// Euclidean distances through a product of matrices: |a|² - 2 a·b + |b|² for all pairs at once. What is close
    /// together loses digits.
    /// </summary>
    public static Tensor Euclidean(Tensor first, Tensor second)
    {
        Tensor result;
        using (Autograd.NoGrad())
        {
            var squares = (first * first).Sum(-1, true);
            var others = (second * second).Sum(-1, true);
            var left = Tensor.Cat([first * -2, squares, Tensor.OnesLike(squares)], -1);
            var right = Tensor.Cat([second, Tensor.OnesLike(others), others], -1);
            result = left.Matmul(right.Transpose(-2, -1)).ClampMin(0).Sqrt();
        }

        if (!Tensor.ShouldRecord(first, second))
            return result;
        result.SetHistory(Tensor.Recorded("EuclideanDistBackward0", [first, second, result], (g, saved) =>
        {
            var (a, b) = (saved[0], saved[1]);
            var ratio = Ratio.Apply(g[0]!, saved[2]);
            return
            [
                (a * ratio.Sum(-1, true)) - ratio.Matmul(b),
                (b * ratio.Sum(-2, false).Unsqueeze(-1)) - ratio.Transpose(-2, -1).Matmul(a),
            ];
        }, first, second), 0);

        // As in PyTorch, where it is the last node.
        return result.View(result.Shape);
    }

    private static Tensor?[] Differentiate(
        Tensor gradient, Tensor first, Tensor second, Tensor distance, double p, bool one, bool two)
    {
        if (Tensor.ShouldRecord(gradient, first, second))
        {
            // Of operators that can be differentiated again; each argument under a name of its own, so that one that
            // depends on the other does not get its gradient too.
            var (a, b) = (first.ViewAs(first), second.ViewAs(second));
            if (!a.RequiresGrad)
                a = a.Detach().RequiresGrad_();
            if (!b.RequiresGrad)
                b = b.Detach().RequiresGrad_();
            var norm = (a.Unsqueeze(-2) - b.Unsqueeze(-3)).Norm(p, [-1]);
            var both = Autograd.Grad([norm], [a, b], [gradient], createGraph: true, allowUnused: true);
            return [one ? both[0] : null, two ? both[1] : null];
        }

        return
        [
            one ? Launch(gradient, distance, first, second, p) : null,
            two ? Launch(gradient.Transpose(-2, -1), distance.Transpose(-2, -1), second, first, p) : null,
        ];
    }

    private static Tensor Launch(Tensor gradient, Tensor distance, Tensor first, Tensor second, double p)
    {
        var wide = NormTypes.Wide(first.DType);
        if (gradient.ElementCount == 0 || first.ElementCount == 0)
            return Tensor.ZerosLike(first);
        var result = Tensor.Allocate(first.Device, Layout.Contiguous(first.Shape), wide);
        first.Device.Backend.Run(new StructuralLaunch
        {
            Kernel = Backward,
            Operands =
            [
                Matrices(gradient.To(wide).Contiguous()), Matrices(distance.To(wide).Contiguous()),
                Matrices(first.To(wide).Contiguous()), Matrices(second.To(wide).Contiguous()), Matrices(result),
            ],
            Reals = [p],
        });
        return result.To(first.DType);
    }

    /// <summary>[B, rows, columns] of a contiguous tensor that is not empty.</summary>
    private static Operand Matrices(Tensor tensor)
    {
        var (rows, columns) = (tensor.Shape[^2], tensor.Shape[^1]);
        return new(
            tensor.Storage.Resolve(),
            tensor.Layout.TryView([tensor.ElementCount / (rows * columns), rows, columns])!, tensor.DType);
    }
}
