namespace KernelEngine;

/// <summary>Sums of products over named dimensions: <c>einsum</c>.</summary>
internal static class Contraction
{
    /// <summary>The value of an equation, from the left to the right.</summary>
    public static Tensor Einsum(string equation, IReadOnlyList<Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(equation);
        ArgumentNullException.ThrowIfNull(tensors);
        if (tensors.Count == 0)
        {
            throw new TensorValueException(
                "einsum(): must specify the equation string and at least one operand, or at least one operand and " +
                "its subscripts list");
        }

        var parsed = new EinsumEquation(equation, tensors);
        var operands = parsed.Align(tensors);
        var (kept, rank) = (parsed.OutputRank, parsed.Rank);
        if (operands.Length == 1)
        {
            var summed = Enumerable.Range(kept, rank - kept).ToArray();
            return summed.Length == 0 ? operands[0] : operands[0].Sum(summed);
        }

        var result = operands[0];
        var sums = new List<int>();
        var own = new List<int>();
        for (var i = 1; i < operands.Length; i++)
        {
            // A dimension can be summed over as soon as no later operand has it.
            var next = operands[i];
            sums.Clear();
            for (var pass = 0; pass < 2; pass++)
            {
                own.Clear();
                var (one, other) = pass == 0 ? (result, next) : (next, result);
                for (var d = kept; d < rank; d++)
                {
                    if (one.Shape[d] == 1 || IsLater(operands, i + 1, d))
                        continue;
                    if (other.Shape[d] == 1)
                        own.Add(d);
                    else if (pass == 0)
                        sums.Add(d);
                }

                if (own.Count > 0)
                    (result, next) = pass == 0 ? (SumOver(result), next) : (result, SumOver(next));
            }

            result = Pair(result, next, sums);
        }

        return rank == kept ? result : result.View(Shape.Create(result.Shape.AsSpan()[..kept]));

        Tensor SumOver(Tensor tensor) => tensor.Sum(own.ToArray(), true);
    }

    /// <summary>The product of two tensors of one rank, summed over dimensions that both have; these stay as 1.
    /// </summary>
    /// <remarks>The dimensions fall into four sorts, and each sort becomes one dimension of a batch of products of
    /// matrices: those of both operands, of the left one, of the right one, and those that are summed over.</remarks>
    private static Tensor Pair(Tensor left, Tensor right, List<int> sums)
    {
        if (sums.Count == 0)
            return left * right;
        var (both, rows, columns) = (new List<int>(), new List<int>(), new List<int>());
        for (var d = 0; d < left.Rank; d++)
        {
            if (!sums.Contains(d))
                (left.Shape[d] == 1 ? columns : right.Shape[d] == 1 ? rows : both).Add(d);
        }

        var product = left.Permute([.. both, .. rows, .. sums, .. columns])
            .Reshape([Count(left, both), Count(left, rows), Count(left, sums)])
            .Bmm(right.Permute([.. both, .. sums, .. columns, .. rows])
                .Reshape([Count(left, both), Count(left, sums), Count(right, columns)]));
        int[] order = [.. both, .. rows, .. sums, .. columns];
        var sizes = new long[order.Length];
        var back = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            var d = order[i];
            sizes[i] = i >= both.Count + rows.Count + sums.Count ? right.Shape[d]
                : i >= both.Count + rows.Count ? 1 : left.Shape[d];
            back[d] = i;
        }

        return product.View(Shape.Create(sizes)).Permute(back);
    }

    private static long Count(Tensor tensor, List<int> dimensions)
    {
        var count = 1L;
        foreach (var d in dimensions)
            count *= tensor.Shape[d];
        return count;
    }

    private static bool IsLater(Tensor[] operands, int from, int dimension)
    {
        for (var i = from; i < operands.Length; i++)
        {
            if (operands[i].Shape[dimension] != 1)
                return true;
        }

        return false;
    }
}
