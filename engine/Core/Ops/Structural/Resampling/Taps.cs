namespace KernelEngine;

/// <summary>
/// Sums of a few elements along a dimension, which ones depending on nothing but sizes: interpolation, padding by
/// what is there, means over parts. What reads and what writes can be turned around, so that gradients gather too.
/// </summary>
internal static class Taps
{
    /// <summary>
    /// out[a, o, b] = Σ weights[j] · in[a, places[j], b] for j from starts[o] to starts[o + 1], in this order; without
    /// weights they are 1. Nothing to add is 0. Weights have the dtype that sums are computed in.
    /// </summary>
    public static readonly StructuralKernel Kernel = new(
        "taps",
        [
            ("in", Access.Read), ("starts", Access.Read), ("places", Access.Read), ("out", Access.Write),
            ("weights", Access.Read),
        ], optional: 1);

    /// <summary>Applies one table after the other.</summary>
    /// <param name="input">The tensor; where there are weights, a floating-point one.</param>
    /// <param name="name">PyTorch's name of the operator's node.</param>
    /// <param name="tables">The dimensions and their tables; each dimension once.</param>
    public static Tensor Apply(Tensor input, string name, (int Dimension, TapTable Table)[] tables)
    {
        var result = input;
        using (Autograd.NoGrad())
        {
            // Narrow sums would be rounded once for each dimension.
            if (tables.Length > 1 && input.DType.Size == 2 && Array.Exists(tables, t => t.Table.Weights is not null))
                result = result.Float();
            var ordered = tables.OrderBy(t => t.Table.IsGrowing ? 64 - t.Dimension : t.Dimension - 64);
            foreach (var (dimension, table) in ordered)
                result = Run(result, dimension, table);
            result = result.To(input.DType);
        }

        if (ReferenceEquals(result, input))
            result = input.Clone();
        if (Tensor.ShouldRecord(input))
        {
            result.SetHistory(
                Tensor.Recorded(name, g =>
                [
                    Apply(
                        g[0]!, name.Contains("BackwardBackward", StringComparison.Ordinal)
                            ? name : name.Replace("Backward0", "BackwardBackward0", StringComparison.Ordinal),
                        Array.ConvertAll(tables, t => (t.Dimension, t.Table.Transposed))),
                ], input), 0);
        }

        return result;
    }

    private static Tensor Run(Tensor input, int dimension, TapTable table)
    {
        var shape = input.Shape;
        var sizes = shape.ToArray();
        sizes[dimension] = table.Count;
        var result = Tensor.Allocate(input.Device, Layout.Contiguous(new(sizes)), input.DType);
        if (result.ElementCount == 0)
            return result;
        var (before, behind) = (1L, 1L);
        for (var d = 0; d < dimension; d++)
            before *= shape[d];
        for (var d = dimension + 1; d < shape.Rank; d++)
            behind *= shape[d];
        var inline = default(InlineOperands);
        var operands = inline.AsSpan(table.Weights is null ? 4 : 5);
        operands[0] = input.Reshape([before, table.Inputs, behind]).Operand();
        operands[1] = Tensor.FromSpan<long>(table.Starts, [table.Starts.Length], input.Device).Operand();
        operands[2] = Tensor.FromSpan<long>(table.Places, [table.Places.Length], input.Device).Operand();
        operands[3] = result.Reshape([before, table.Count, behind]).Operand();
        if (table.Weights is { } weights)
        {
            operands[4] = (input.DType == DType.Float64
                ? Tensor.FromSpan<double>(weights, [weights.Length], input.Device)
                : Tensor.FromSpan<float>(Array.ConvertAll(weights, w => (float)w), [weights.Length], input.Device))
                .Operand();
        }

        input.Device.Backend.Run(new StructuralLaunch { Kernel = Kernel, Operands = operands });
        return result;
    }
}

/// <summary>Which elements along a dimension each output element is the sum of.</summary>
internal sealed class TapTable
{
    private TapTable? transposed;

    /// <summary>A table.</summary>
    /// <param name="inputs">The size of the input's dimension.</param>
    /// <param name="starts">Where the places of each output begin; and, last, how many there are.</param>
    /// <param name="places">Indices in the input's dimension.</param>
    /// <param name="weights">A factor for each place; 1 where null.</param>
    public TapTable(long inputs, long[] starts, long[] places, double[]? weights) =>
        (Inputs, Starts, Places, Weights) = (inputs, starts, places, weights);

    /// <summary>The size of the input's dimension.</summary>
    public long Inputs { get; }

    /// <summary>Where the places of each output begin.</summary>
    public long[] Starts { get; }

    /// <summary>Indices in the input's dimension.</summary>
    public long[] Places { get; }

    /// <summary>A factor for each place.</summary>
    public double[]? Weights { get; }

    /// <summary>The size of the output's dimension.</summary>
    public long Count => Starts.Length - 1;

    /// <summary>Whether there is more than before.</summary>
    public bool IsGrowing => Count > Inputs;

    /// <summary>The table of the gradient: each input with the outputs that it is part of, in their order.</summary>
    public TapTable Transposed => transposed ??= Transpose();

    /// <summary>A table of one place for each output.</summary>
    public static TapTable Of(long inputs, long count, Func<long, long> place)
    {
        var (starts, places) = (new long[count + 1], new long[count]);
        for (var o = 0L; o < count; o++)
            (starts[o + 1], places[o]) = (o + 1, place(o));
        return new(inputs, starts, places, null);
    }

    private TapTable Transpose()
    {
        var starts = new long[Inputs + 1];
        foreach (var place in Places)
            starts[place + 1]++;
        for (var i = 0L; i < Inputs; i++)
            starts[i + 1] += starts[i];
        var next = (long[])starts.Clone();
        var places = new long[Places.Length];
        var weights = Weights is null ? null : new double[Places.Length];
        for (var o = 0L; o < Count; o++)
        {
            for (var j = Starts[o]; j < Starts[o + 1]; j++)
            {
                var at = next[Places[j]]++;
                places[at] = o;
                if (weights is not null)
                    weights[at] = Weights![j];
            }
        }

        return new(Count, starts, places, weights) { transposed = this };
    }
}
