namespace KernelEngine.Nn;

/// <summary>
/// Sequences of different lengths without padding: the first elements of all, the longest sequence first, then the
/// second elements of those that have one, …. As <c>torch.nn.utils.rnn.PackedSequence</c>.
/// </summary>
/// <param name="Data">The elements, (elements of all sequences, …).</param>
/// <param name="BatchSizes">How many sequences have an element at each place, int64 on the CPU.</param>
/// <param name="SortedIndices">Which sequence is at which place, longest first; null where they came sorted.</param>
/// <param name="UnsortedIndices">At which place each sequence is; null where they came sorted.</param>
public sealed record PackedSequence(
    Tensor Data, Tensor BatchSizes, Tensor? SortedIndices = null, Tensor? UnsortedIndices = null)
{
    /// <summary>Packs padded sequences. As <c>torch.nn.utils.rnn.pack_padded_sequence</c>.</summary>
    /// <param name="input">(longest, sequences, …), or (sequences, longest, …) where batchFirst.</param>
    /// <param name="lengths">The length of each sequence, int64.</param>
    /// <param name="batchFirst">Whether the first dimension is that of the sequences.</param>
    /// <param name="enforceSorted">Whether the longest must come first; otherwise they are sorted.</param>
    /// <exception cref="TensorRuntimeException">
    /// A length is not positive, their number is not that of the sequences, or they are not sorted.
    /// </exception>
    public static PackedSequence PackPadded(
        Tensor input, Tensor lengths, bool batchFirst = false, bool enforceSorted = true)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(lengths);
        if (lengths.Rank != 1 || lengths.Device.Type != DeviceType.Cpu || lengths.DType != DType.Int64)
        {
            throw new TensorRuntimeException(
                $"'lengths' argument should be a 1D CPU int64 tensor, but got {lengths.Rank}D {lengths.Device.Type} " +
                $"{lengths.DType} tensor");
        }

        Tensor? sorted = null;
        Tensor? unsorted = null;
        if (!enforceSorted)
        {
            var order = lengths.ToArray<long>().Select((length, i) => (length, i)).OrderByDescending(p => p.length)
                .Select(p => (long)p.i).ToArray();
            sorted = Tensor.FromArray(order, [order.Length]).To(input.Device);
            unsorted = Inverse(order).To(input.Device);
            lengths = Tensor.FromArray(order, [order.Length]) is var at ? lengths.IndexSelect(0, at) : lengths;
            input = input.IndexSelect(batchFirst ? 0 : 1, sorted);
        }

        var (data, sizes) = Pack(batchFirst ? input.Transpose(0, 1) : input, lengths.ToArray<long>());
        return new(data, Tensor.FromArray(sizes, [sizes.Length]), sorted, unsorted);
    }

    /// <summary>Packs sequences of different lengths. As <c>torch.nn.utils.rnn.pack_sequence</c>.</summary>
    /// <param name="sequences">Sequences, (length, …) each.</param>
    /// <param name="enforceSorted">Whether the longest must come first; otherwise they are sorted.</param>
    /// <exception cref="TensorRuntimeException">They are not sorted, or one is empty.</exception>
    public static PackedSequence Pack(IReadOnlyList<Tensor> sequences, bool enforceSorted = true)
    {
        long[] lengths = [.. sequences.Select(s => s.Shape[0])];
        return PackPadded(
            Pad(sequences), Tensor.FromArray(lengths, [lengths.Length]), enforceSorted: enforceSorted);
    }

    /// <summary>Sequences of different lengths in one tensor. As <c>torch.nn.utils.rnn.pad_sequence</c>.</summary>
    /// <param name="sequences">Sequences, (length, …) each.</param>
    /// <param name="batchFirst">Whether the first dimension shall be that of the sequences.</param>
    /// <param name="paddingValue">What lies behind the shorter ones.</param>
    /// <returns>(longest, sequences, …), or (sequences, longest, …).</returns>
    public static Tensor Pad(IReadOnlyList<Tensor> sequences, bool batchFirst = false, double paddingValue = 0)
    {
        if (sequences is not [var first, ..])
            throw new TensorRuntimeException("received an empty list of sequences");
        var longest = sequences.Max(s => s.Shape[0]);
        var rows = sequences.Select(s => PadTo(s, longest, paddingValue)).ToArray();
        return Tensor.Stack(rows, batchFirst ? 0 : 1);
    }

    /// <summary>The sequences, padded. As <c>torch.nn.utils.rnn.pad_packed_sequence</c>.</summary>
    /// <param name="batchFirst">Whether the first dimension shall be that of the sequences.</param>
    /// <param name="paddingValue">What lies behind the shorter ones.</param>
    /// <param name="totalLength">The length to pad to; that of the longest where null.</param>
    /// <returns>(longest, sequences, …), or (sequences, longest, …), and their lengths.</returns>
    /// <exception cref="TensorValueException">totalLength is less than the length of the longest.</exception>
    public (Tensor Padded, Tensor Lengths) Pad(
        bool batchFirst = false, double paddingValue = 0, long? totalLength = null)
    {
        var sizes = BatchSizes.ToArray<long>();
        if (totalLength < sizes.Length)
        {
            throw new TensorValueException(
                "Expected total_length to be at least the length of the longest sequence in input, but got " +
                $"total_length={totalLength} and max sequence length being {sizes.Length}");
        }

        var steps = new TimeSteps(sizes);
        var rows = new Tensor[sizes.Length];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = PadTo(steps.Of(Data, i), steps.Batch, paddingValue);
        var padded = PadTo(Tensor.Stack(rows), totalLength ?? rows.Length, paddingValue);
        var lengths = new long[steps.Batch];
        foreach (var size in sizes)
        {
            for (var i = 0; i < size; i++)
                lengths[i]++;
        }

        var counted = Tensor.FromArray(lengths, [lengths.Length]);
        if (UnsortedIndices is { } order)
            (padded, counted) = (padded.IndexSelect(1, order), counted.IndexSelect(0, order.To(counted.Device)));
        return (batchFirst ? padded.Transpose(0, 1) : padded, counted);
    }

    private static (Tensor Data, long[] Sizes) Pack(Tensor input, long[] lengths)
    {
        if (lengths.Length != input.Shape[1])
        {
            throw new TensorRuntimeException(
                $"Expected `len(lengths)` to be equal to batch_size, but got {lengths.Length} (batch_size=" +
                $"{input.Shape[1]})");
        }

        if (lengths.Length == 0 || lengths[^1] <= 0)
        {
            throw new TensorRuntimeException(
                "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0");
        }

        for (var i = 1; i < lengths.Length; i++)
        {
            if (lengths[i] > lengths[i - 1])
            {
                throw new TensorRuntimeException(
                    "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass " +
                    "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this " +
                    "requirement if you do not need ONNX exportability.");
            }
        }

        if (lengths[0] > input.Shape[0])
        {
            throw new TensorRuntimeException(
                $"Expected the longest length to be at most {input.Shape[0]}, but got {lengths[0]}");
        }

        var sizes = new long[lengths[0]];
        var parts = new Tensor[sizes.Length];
        var active = (long)lengths.Length;
        for (var i = 0; i < sizes.Length; i++)
        {
            while (lengths[active - 1] <= i)
                active--;
            sizes[i] = active;
            parts[i] = input.Select(0, i).Narrow(0, 0, active);
        }

        return (Tensor.Cat(parts), sizes);
    }

    private static Tensor PadTo(Tensor tensor, long length, double value)
    {
        if (tensor.Shape[0] == length)
            return tensor;
        var rest = Tensor.Full([length - tensor.Shape[0], .. tensor.Shape.AsSpan()[1..]], value, tensor.DType,
            tensor.Device);
        return Tensor.Cat([tensor, rest]);
    }

    private static Tensor Inverse(long[] order)
    {
        var inverse = new long[order.Length];
        for (var i = 0; i < order.Length; i++)
            inverse[order[i]] = i;
        return Tensor.FromArray(inverse, [inverse.Length]);
    }
}
