using System.Globalization;

namespace KernelEngine.Conformance;

/// <summary>Compares what the engine gave with what PyTorch gave; the answer is null, or what is different.</summary>
public static class Comparison
{
    /// <summary>Compares dtype and shape only.</summary>
    public static string? Kinds(TensorData got, TensorData want)
    {
        if (got.DType != want.DType)
            return $"dtype {got.DType.Name}, not {want.DType.Name}";
        return got.Shape.AsSpan().SequenceEqual(want.Shape)
            ? null
            : $"shape [{string.Join(", ", got.Shape)}], not [{string.Join(", ", want.Shape)}]";
    }

    /// <summary>Compares two tensors.</summary>
    public static string? Tensors(TensorData got, TensorData want, Tolerance tolerance)
    {
        if (Kinds(got, want) is { } difference)
            return difference;
        int wrong = 0, first = -1, worst = -1;
        var excess = double.NegativeInfinity;
        for (var i = 0; i < want.Count; i++)
        {
            if (Elements(got, want, i, tolerance))
                continue;
            wrong++;
            if (first < 0)
                first = i;
            var off = Math.Abs(got.Real(i) - want.Real(i)) - tolerance.Bound(want.Real(i));
            if (double.IsNaN(off))
                off = double.PositiveInfinity;
            if (off > excess)
                (worst, excess) = (i, off);
        }

        if (wrong == 0)
            return null;
        var text = $"{wrong} of {want.Count} differ, first at {Place(want.Shape, first)}: {Pair(got, want, first)}";
        return worst == first ? text : $"{text}; worst at {Place(want.Shape, worst)}: {Pair(got, want, worst)}";
    }

    /// <summary>Compares plain values: None, truth values, whole and real numbers, texts, lists of them.</summary>
    public static string? Plain(object? got, object? want, Tolerance tolerance)
    {
        switch (got, want)
        {
            case (TupleValue tuple, _):
                return Plain(tuple.Items, want, tolerance);
            case (_, TupleValue tuple):
                return Plain(got, tuple.Items, tolerance);
            case (object?[] gotItems, object?[] wantItems):
                if (gotItems.Length != wantItems.Length)
                    return $"{gotItems.Length} items, not {wantItems.Length}";
                for (var i = 0; i < wantItems.Length; i++)
                {
                    if (Plain(gotItems[i], wantItems[i], tolerance) is { } difference)
                        return $"item {i}: {difference}";
                }

                return null;
            case (double gotReal, double wantReal):
                return tolerance.Allows(gotReal, wantReal) ? null : $"{Text(got)}, not {Text(want)}";
            default:
                // Python's 1, 1.0 and True are equal; here they are different answers.
                return Equals(got, want) ? null : $"{Text(got)}, not {Text(want)}";
        }
    }

    /// <summary>A plain value as Python writes it.</summary>
    public static string Text(object? value) => value switch
    {
        null => "None",
        bool b => b ? "True" : "False",
        double d => PythonText.Of(d),
        string s => $"'{s}'",
        TupleValue t => $"({string.Join(", ", t.Items.Select(Text))})",
        object?[] items => $"[{string.Join(", ", items.Select(Text))}]",
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static bool Elements(TensorData got, TensorData want, int i, Tolerance tolerance)
    {
        if (want.DType.IsFloatingPoint)
            return tolerance.Allows(got.Real(i), want.Real(i));
        // Whole numbers beyond 2⁵³ would be equal to their neighbours as doubles.
        var (a, b) = (got.Whole(i), want.Whole(i));
        return a == b || (tolerance != Tolerance.Exact && want.DType != DType.Bool && tolerance.Allows(a, b)
            && (Int128.Abs((Int128)a - b) <= (Int128)tolerance.Bound(b)));
    }

    private static string Pair(TensorData got, TensorData want, int i) => $"{got.Text(i)}, not {want.Text(i)}";

    private static string Place(long[] shape, int index)
    {
        var place = new long[shape.Length];
        long rest = index;
        for (var d = shape.Length - 1; d >= 0; d--)
            (rest, place[d]) = Math.DivRem(rest, shape[d]);
        return $"[{string.Join(", ", place)}]";
    }
}
