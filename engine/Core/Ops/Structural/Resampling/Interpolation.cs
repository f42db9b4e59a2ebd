using System.Numerics;

namespace KernelEngine;

/// <summary>
/// Resampling: a table for each dimension says which elements an output is made of. Places and weights are computed
/// in the precision that PyTorch computes them in: float32 unless the tensor is float64.
/// </summary>
internal static class Interpolation
{
    private const string Modes = "nearest | linear | bilinear | bicubic | trilinear | area | nearest-exact";

    /// <summary>Resamples; what PyTorch's Python function checks has been checked.</summary>
    /// <param name="input">[N, C, sizes…].</param>
    /// <param name="sizes">The new sizes.</param>
    /// <param name="scales">The scales asked for; null where only sizes count.</param>
    /// <param name="mode">PyTorch's name of the mode.</param>
    /// <param name="alignCorners">Whether the outermost elements stay where they are.</param>
    /// <param name="antialias">Whether filters are widened where there is less than before.</param>
    public static Tensor Apply(
        Tensor input, long[] sizes, double[]? scales, string mode, bool alignCorners, bool antialias)
    {
        var spatial = sizes.Length;
        if (mode == "area")
        {
            var given = Array.ConvertAll(sizes, s => (long?)s);
            return spatial switch
            {
                1 => input.AdaptiveAvgPool1d(given),
                2 => input.AdaptiveAvgPool2d(given),
                _ => input.AdaptiveAvgPool3d(given),
            };
        }

        CheckSizes(input, sizes);
        var isNearest = mode is "nearest" or "nearest-exact";
        if (!input.DType.IsFloatingPoint && !(isNearest && input.DType == DType.UInt8))
        {
            var family = isNearest ? "nearest" : mode == "bicubic" ? "cubic" : "linear";
            throw new TensorRuntimeException(
                $"\"compute_indices_weights_{family}\" not implemented for '{input.DType.LegacyName}'",
                "convert it first, as in x.Float()");
        }

        var tables = new (int, TapTable)[spatial];
        for (var i = 0; i < spatial; i++)
        {
            var (d, scale) = (i + 2, scales?[i]);
            tables[i] = (d, input.DType == DType.Float64
                ? TableOf<double>(input.Shape[d], sizes[i], scale, mode, alignCorners, antialias)
                : TableOf<float>(input.Shape[d], sizes[i], scale, mode, alignCorners, antialias));
        }

        var name = mode switch
        {
            "nearest" => "UpsampleNearest",
            "nearest-exact" => "UpsampleNearestExact",
            "linear" => "UpsampleLinear",
            "bilinear" => "UpsampleBilinear",
            "bicubic" => "UpsampleBicubic",
            _ => "UpsampleTrilinear",
        };
        return Taps.Apply(input, $"{name}{spatial}D{(antialias ? "Aa" : "")}Backward1", tables);
    }

    /// <summary>Whether a mode takes a tensor of a number of dimensions.</summary>
    public static void CheckMode(string mode, int rank)
    {
        var wanted = mode switch { "linear" => 3, "bilinear" => 4, "trilinear" => 5, _ => 0 };
        if (rank is >= 3 and <= 5)
        {
            if (wanted == rank || mode is "nearest" or "nearest-exact" or "area" || (mode == "bicubic" && rank == 4))
                return;
            if (wanted > 0)
            {
                throw new TensorNotImplementedException(
                    $"Got {rank}D input, but {mode} mode needs {wanted}D input");
            }
        }

        throw new TensorNotImplementedException(
            $"Input Error: Only 3D, 4D and 5D input Tensors supported (got {rank}D) for the modes: {Modes} (got " +
            $"{mode})");
    }

    private static void CheckSizes(Tensor input, long[] sizes)
    {
        var (shape, spatial) = (input.Shape, sizes.Length);
        var own = shape.AsSpan()[2..];
        var isEmpty = Array.Exists(sizes, s => s <= 0) || own.ContainsAny(0L, -1L);
        if (isEmpty)
        {
            throw new TensorRuntimeException(
                "Input and output sizes should be greater than 0, but got input " + (spatial == 1
                    ? $"(W: {own[0]}) and output (W: {sizes[0]})"
                    : $"({Named(own)}) output ({Named(sizes)})"));
        }

        if (shape[1] == 0)
        {
            throw new TensorRuntimeException(
                $"Non-empty {spatial + 2}D data tensor expected but got a tensor with sizes {shape.ToListText()}");
        }

        static string Named(ReadOnlySpan<long> sizes) => sizes.Length == 2
            ? $"H: {sizes[0]}, W: {sizes[1]}" : $"D: {sizes[0]}, H: {sizes[1]}, W: {sizes[2]}";
    }

    private static TapTable TableOf<T>(
        long size, long count, double? scale, string mode, bool alignCorners, bool antialias)
        where T : IBinaryFloatingPointIeee754<T>
    {
        var step = mode is "nearest" or "nearest-exact" || !alignCorners
            ? scale is > 0 ? T.CreateTruncating(1 / scale.Value) : T.CreateTruncating(size) / T.CreateTruncating(count)
            : count > 1 ? T.CreateTruncating(size - 1) / T.CreateTruncating(count - 1) : T.Zero;
        var half = T.CreateTruncating(0.5);
        if (mode == "nearest")
        {
            return TapTable.Of(size, count, o => Math.Min(
                size - 1, long.CreateTruncating(MathF.Floor(float.CreateTruncating(step * T.CreateTruncating(o))))));
        }

        if (mode == "nearest-exact")
        {
            return TapTable.Of(size, count, o => Math.Min(size - 1, long.CreateTruncating(MathF.Floor(
                float.CreateTruncating(T.Max(T.Zero, (step * (T.CreateTruncating(o) + half)) - half) + half)))));
        }

        if (antialias)
            return Filtered(size, count, step, mode == "bicubic");
        var (starts, places, weights) = (new long[count + 1], new List<long>(), new List<double>());
        for (var o = 0L; o < count; o++)
        {
            var at = alignCorners ? step * T.CreateTruncating(o) : (step * (T.CreateTruncating(o) + half)) - half;
            if (mode == "bicubic")
            {
                var first = Math.Min(long.CreateTruncating(T.Floor(at)), size - 1);
                Cubic(T.Clamp(at - T.CreateTruncating(first), T.Zero, T.One), weights);
                for (var k = -1; k < 3; k++)
                    places.Add(Math.Clamp(first + k, 0, size - 1));
            }
            else if (size == count)
            {
                places.Add(o);
                weights.Add(1);
            }
            else
            {
                at = T.Max(at, T.Zero);
                var first = Math.Min(long.CreateTruncating(at), size - 1);
                var rest = T.Clamp(at - T.CreateTruncating(first), T.Zero, T.One);
                places.Add(first);
                weights.Add(double.CreateTruncating(T.One - rest));
                places.Add(Math.Min(first + 1, size - 1));
                weights.Add(double.CreateTruncating(rest));
            }

            starts[o + 1] = places.Count;
        }

        return new(size, starts, [.. places], [.. weights]);
    }

    // Keys' cubic, a = -0.75.
    private static void Cubic<T>(T t, List<double> weights) where T : IBinaryFloatingPointIeee754<T>
    {
        var a = T.CreateTruncating(-0.75);
        weights.Add(double.CreateTruncating(Far(t + T.One, a)));
        weights.Add(double.CreateTruncating(Near(t, a)));
        weights.Add(double.CreateTruncating(Near(T.One - t, a)));
        weights.Add(double.CreateTruncating(Far(T.One - t + T.One, a)));
    }

    private static T Near<T>(T x, T a) where T : IBinaryFloatingPointIeee754<T>
    {
        var (two, three) = (T.CreateTruncating(2), T.CreateTruncating(3));
        return ((((a + two) * x) - (a + three)) * x * x) + T.One;
    }

    private static T Far<T>(T x, T a) where T : IBinaryFloatingPointIeee754<T>
    {
        var (four, five, eight) = (T.CreateTruncating(4), T.CreateTruncating(5), T.CreateTruncating(8));
        return ((((a * x) - (five * a)) * x + (eight * a)) * x) - (four * a);
    }

    // A triangle or Keys' cubic (a = -0.5), as wide as an output element is in the input.
    private static TapTable Filtered<T>(long size, long count, T step, bool isCubic)
        where T : IBinaryFloatingPointIeee754<T>
    {
        var half = T.CreateTruncating(0.5);
        var width = T.CreateTruncating(isCubic ? 2 : 1);
        var support = step >= T.One ? width * step : width;
        var narrow = step >= T.One ? T.One / step : T.One;
        var (starts, places, weights) = (new long[count + 1], new List<long>(), new List<double>());
        for (var o = 0L; o < count; o++)
        {
            var center = step * (T.CreateTruncating(o) + half);
            var first = Math.Max(long.CreateTruncating(center - support + half), 0);
            var end = Math.Min(long.CreateTruncating(center + support + half), size);
            var (own, sum) = (new List<T>(), T.Zero);
            for (var i = first; i < end; i++)
            {
                var x = T.Abs((T.CreateTruncating(i) - center + half) * narrow);
                var weight = isCubic
                    ? x < T.One ? Near(x, -half) : x < width ? Far(x, -half) : T.Zero
                    : x < T.One ? T.One - x : T.Zero;
                own.Add(weight);
                sum += weight;
                places.Add(i);
            }

            foreach (var weight in own)
                weights.Add(double.CreateTruncating(sum != T.Zero ? weight / sum : weight));
            starts[o + 1] = places.Count;
        }

        return new(size, starts, [.. places], [.. weights]);
    }

    /// <summary>Numbers as Python prints a list of them.</summary>
    public static string ListText(ReadOnlySpan<double> numbers) => "[" + string.Join(
        ", ", numbers.ToArray().Select(n => ((Scalar)n).ToString())) + "]";
}
