namespace KernelEngine;

/// <summary>Rows of a table, gathered and put together bag by bag, without the rows in between.</summary>
internal static class EmbeddingBags
{
    /// <summary>
    /// weight [rows, width], indices [n] and offsets [bags (+ 1 where ends)] in int64 → out [bags, width], for each bag
    /// the sum (mode 0), mean (1) or largest (2) of its rows; the padding's row counts for nothing. Also counts [bags],
    /// how many rows each bag has, and for mode 2 places [bags, width], the row that an element is from, -1 for none.
    /// What is absent (a factor for each index where weighted is 0; places) repeats another operand and is not looked
    /// at.
    /// </summary>
    public static readonly StructuralKernel Kernel = new(
        "embedding_bag",
        [
            ("weight", Access.Read), ("indices", Access.Read), ("offsets", Access.Read), ("factors", Access.Read),
            ("out", Access.Write), ("counts", Access.Write), ("places", Access.Write),
        ],
        ["mode", "padding", "weighted", "ends"]);

    // Of the gradient, how many rows its bag has: 1 / n of it, nothing for an empty bag.
    private static readonly PointwiseOperator Share = new(
        "embedding_bag_share", 2, TypeRules.Promote, x => [x[0] / Pointwise.Max(x[1], 1)]);

    /// <summary>Looks up; all has been checked but what the indices and offsets hold.</summary>
    public static Tensor Apply(
        Tensor weight, Tensor indices, Tensor offsets, EmbeddingBagMode mode, long? padding, Tensor? factors,
        bool includeLastOffset, bool scaleGradByFreq)
    {
        var bags = offsets.ElementCount - (includeLastOffset ? 1 : 0);
        var device = weight.Device;
        var result = Tensor.Allocate(device, Layout.Contiguous([bags, weight.Shape[1]]), weight.DType);
        var counts = Tensor.Allocate(device, Layout.Contiguous([bags]), weight.DType);
        var isMax = mode == EmbeddingBagMode.Max;
        var places = isMax ? Tensor.Allocate(device, result.Layout, DType.Int64) : result;
        if (bags > 0)
        {
            var table = weight.Operand();
            device.Backend.Run(new StructuralLaunch
            {
                Kernel = Kernel,
                Operands =
                [
                    table, indices.Operand(), offsets.Operand(), factors?.Operand() ?? table, result.Operand(),
                    counts.Operand(), places.Operand(),
                ],
                Integers = [(long)mode, padding ?? -1, factors is null ? 0 : 1, includeLastOffset ? 1 : 0],
            });
        }

        if (!Tensor.ShouldRecord(weight, factors ?? weight))
            return result;
        var rows = weight.Shape[0];
        if (isMax)
        {
            result.SetHistory(Tensor.Recorded("EmbeddingBagBackward0", [places],
                (g, saved) => [ToPlaces(g[0]!, saved[0], rows)], weight), 0);
            return result;
        }

        var (weightWanted, factorsWanted) = (weight.RequiresGrad, factors is { RequiresGrad: true });
        ReadOnlySpan<Tensor> saved = factors is null
            ? [indices, offsets, counts] : [indices, offsets, counts, weight, factors];
        ReadOnlySpan<Tensor> inputs = factors is null ? [weight] : [weight, factors];
        result.SetHistory(Tensor.Recorded("EmbeddingBagBackward0", saved, (g, s) =>
        {
            var gradient = mode == EmbeddingBagMode.Mean ? Share.Apply(g[0]!, s[2].Unsqueeze(1)) : g[0]!;
            var (index, bag, counted) = Spread(s[0], s[1], bags, padding, includeLastOffset);
            var each = bags == 0
                ? Tensor.Zeros([index.ElementCount, gradient.Shape[1]], gradient.DType, gradient.Device)
                : gradient.IndexSelect(0, bag) * counted.To(gradient.DType).Unsqueeze(1);
            var ofRows = Tensor.Zeros([rows, gradient.Shape[1]], gradient.DType, gradient.Device);
            var scaled = factors is null ? each : each * s[4].Unsqueeze(1);
            if (scaleGradByFreq)
            {
                var ones = Tensor.Ones(index.Shape, gradient.DType, gradient.Device);
                var often = Tensor.Zeros([rows], gradient.DType, gradient.Device).IndexAdd(0, index, ones);
                scaled /= often.IndexSelect(0, index).Unsqueeze(1);
            }

            var ofWeight = weightWanted ? ofRows.IndexAdd(0, index, scaled) : null;
            return factors is null
                ? [ofWeight]
                : [ofWeight, factorsWanted ? (each * s[3].IndexSelect(0, index)).Sum(1) : null];
        }, inputs), 0);
        return result;
    }

    /// <summary>The bag of each index, and whether it counts.</summary>
    private static (Tensor Index, Tensor Bag, Tensor Counted) Spread(
        Tensor indices, Tensor offsets, long bags, long? padding, bool includeLastOffset)
    {
        var count = indices.ElementCount;
        var starts = Tensor.Zeros([count + 1], DType.Int64, indices.Device)
            .IndexAdd(0, offsets, Tensor.Ones([offsets.ElementCount], DType.Int64, indices.Device));
        var bag = starts.Narrow(0, 0, count).Cumsum(0) - 1;
        var counted = padding is { } none ? indices.Ne(none) : indices.Eq(indices);

        // With ends, what comes after the last one belongs to no bag.
        if (includeLastOffset)
            counted &= bag.Lt(bags);
        return (indices, bag.Clamp(0, Math.Max(0, bags - 1)), counted);
    }

    private static Tensor ToPlaces(Tensor gradient, Tensor places, long rows)
    {
        var counted = gradient * places.Ge(0).To(gradient.DType);
        return Tensor.Zeros([rows, gradient.Shape[1]], gradient.DType, gradient.Device)
            .ScatterAdd(0, places.ClampMin(0), counted);
    }
}
