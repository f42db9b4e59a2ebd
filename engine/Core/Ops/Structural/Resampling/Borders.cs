namespace KernelEngine;

/// <summary>Padding by what is there.</summary>
internal static class Borders
{
    /// <summary>Pads; there are two numbers for each dimension, the last dimension first.</summary>
    public static Tensor Apply(Tensor input, ReadOnlySpan<long> pad, string mode)
    {
        var spatial = pad.Length / 2;
        if (spatial is < 1 or > 3 || (input.Rank != spatial + 1 && input.Rank != spatial + 2))
        {
            throw new TensorNotImplementedException(
                "Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now");
        }

        var sizes = mode switch
        {
            "reflect" => CheckReflection(input, pad),
            "replicate" => CheckReplication(input, pad),
            _ => CheckCircle(input, pad),
        };
        var tables = new List<(int, TapTable)>();
        for (var i = 0; i < spatial; i++)
        {
            var (before, behind) = (pad[2 * i], pad[(2 * i) + 1]);
            var d = input.Rank - 1 - i;
            var size = input.Shape[d];
            if (before == 0 && behind == 0)
                continue;
            tables.Add((d, TapTable.Of(size, sizes[d], mode switch
            {
                "reflect" => o => Mirror(o - before, size),
                "replicate" => o => Math.Clamp(o - before, 0, size - 1),
                _ => o => Circle(o, before, behind, size),
            })));
        }

        var name = mode switch { "reflect" => "ReflectionPad", "replicate" => "ReplicationPad", _ => "" };
        return Taps.Apply(
            input, name.Length == 0 ? "CopySlices" : $"{name}{spatial}DBackward0", [.. tables]);
    }

    private static long Mirror(long place, long size) =>
        place < 0 ? -place : place >= size ? (2 * (size - 1)) - place : place;

    // Around what a negative border leaves.
    private static long Circle(long o, long before, long behind, long size)
    {
        var first = Math.Max(-before, 0);
        var count = size - first - Math.Max(-behind, 0);
        var place = (o - Math.Max(before, 0)) % count;
        return first + (place < 0 ? place + count : place);
    }

    private static long[] CheckReflection(Tensor input, ReadOnlySpan<long> pad)
    {
        var spatial = pad.Length / 2;
        CheckSizes(input, spatial, spatial == 3 || input.Rank > spatial + 1, spatial switch
        {
            3 => "Expected 4D or 5D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for " +
                $"input, but got: {input.Shape.ToListText()}",
            _ => $"{spatial + 1}D or {spatial + 2}D (batch mode) tensor expected for input, but got: [ torch." +
                $"{LegacyType(input)}{{{input.Shape.ToListText()[1..^1].Replace(" ", "", StringComparison.Ordinal)}}} ]",
        });
        for (var i = 0; i < spatial; i++)
        {
            var d = input.Rank - 1 - i;
            if (pad[2 * i] >= input.Shape[d] || pad[(2 * i) + 1] >= input.Shape[d])
            {
                throw new TensorRuntimeException(
                    $"Argument #{4 + (2 * i)}: Padding size should be less than the corresponding input dimension, " +
                    $"but got: padding ({pad[2 * i]}, {pad[(2 * i) + 1]}) at dimension {d} of input " +
                    (spatial == 2 ? $"{input.Rank}" : input.Shape.ToListText()));
            }
        }

        return Grown(input, pad, spatial == 1 ? "2input (W: {0})is too small. Calculated output W: {1}" : null);
    }

    private static long[] CheckReplication(Tensor input, ReadOnlySpan<long> pad)
    {
        var spatial = pad.Length / 2;
        CheckSizes(input, spatial, true,
            $"Expected {spatial + 1}D or {spatial + 2}D (batch mode) tensor with possibly 0 batch size and other " +
            $"non-zero dimensions for input, but got: {input.Shape.ToListText()}");
        return Grown(input, pad, spatial == 1 ? "input (W: {0}) is too small. Calculated output W: {1}" : null);
    }

    private static long[] CheckCircle(Tensor input, ReadOnlySpan<long> pad)
    {
        var spatial = pad.Length / 2;
        if (input.Rank != spatial + 2)
        {
            throw new TensorRuntimeException(
                $"Invalid padding size, expected {2 * (input.Rank - 2)} but got {pad.Length}",
                "there must be a batch and channels before the dimensions");
        }

        var sizes = input.Shape.ToArray();
        for (var i = 0; i < spatial; i++)
        {
            var d = input.Rank - 1 - i;
            if (pad[2 * i] > sizes[d] || pad[(2 * i) + 1] > sizes[d])
                throw new TensorRuntimeException("Padding value causes wrapping around more than once.");
            sizes[d] += pad[2 * i] + pad[(2 * i) + 1];
            if (sizes[d] < 0 || input.Shape[d] <= Math.Max(-pad[2 * i], 0) + Math.Max(-pad[(2 * i) + 1], 0))
                throw new TensorRuntimeException("Negative padding value is resulting in an empty dimension");
        }

        return sizes;
    }

    private static void CheckSizes(Tensor input, int spatial, bool checksChannels, string message)
    {
        var lead = input.Rank - spatial;
        for (var d = lead - (checksChannels ? 1 : 0); d < input.Rank; d++)
        {
            if (input.Shape[d] == 0)
                throw new TensorRuntimeException(message);
        }
    }

    private static long[] Grown(Tensor input, ReadOnlySpan<long> pad, string? message)
    {
        var sizes = input.Shape.ToArray();
        for (var i = 0; i < pad.Length / 2; i++)
        {
            var d = input.Rank - 1 - i;
            sizes[d] += pad[2 * i] + pad[(2 * i) + 1];
            if (message is not null && sizes[d] < 1)
            {
                throw new TensorRuntimeException(
                    message.Replace("{0}", $"{input.Shape[d]}", StringComparison.Ordinal)
                        .Replace("{1}", $"{sizes[d]}", StringComparison.Ordinal));
            }
        }

        foreach (var size in sizes)
        {
            if (size < 0)
            {
                throw new TensorRuntimeException(
                    $"Trying to create tensor with negative dimension {size}: {new Shape(sizes).ToListText()}");
            }
        }

        return sizes;
    }

    private static string LegacyType(Tensor input) => $"{input.DType.LegacyName}Tensor";
}
