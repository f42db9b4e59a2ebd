namespace KernelEngine.Viewing;

/// <summary>
/// Elements of parameters as rows of a matrix on the device, so that few reductions give the numbers of many parameters.
/// A row belongs to one parameter. Small parameters, and the last elements of large ones, are copied to one block, with
/// zeros behind those that fill no row; a large parameter is a block by itself, and is not copied.
/// </summary>
internal sealed class RowBlock
{
    // Rows of small parameters, and of a large one.
    private const int Width = 1024, RowsOfLarge = 64;

    // What is worth a copy, by itself and all together; and how much is kept to compare with at most.
    private const long MostCopied = 1 << 18, MostCopiedInAll = 1 << 22, MostRemembered = 1 << 24;

    private readonly ComputeDevice device;
    private readonly IReadOnlyList<Segment> segments;
    private readonly bool isCopied;
    private readonly int rows;
    private readonly long columns;
    private readonly int stride; // of rows that are remembered
    private readonly Tensor? inside; // true where a row has elements; null where all rows are full
    private Tensor? values, gradients, before;

    private RowBlock(
        ComputeDevice device, int rows, long columns, IReadOnlyList<Segment> segments, bool isCopied, int stride)
    {
        (this.device, this.rows, this.columns, this.segments, this.isCopied, this.stride) =
            (device, rows, columns, segments, isCopied, stride);
        if (!isCopied || segments.All(s => s.Count % columns == 0))
            return;
        var mask = new bool[rows * columns];
        foreach (var segment in segments)
            mask.AsSpan(segment.Row * (int)columns, (int)segment.Count).Fill(true);
        inside = TensorScope.Exempt(Tensor.FromArray(mask, [rows, columns]).To(device));
    }

    /// <summary>Puts the elements of parameters together, each once.</summary>
    public static IReadOnlyList<RowBlock> Of(IReadOnlyList<Tensor> parameters, ComputeDevice device)
    {
        var (blocks, small) = (new List<RowBlock>(), new List<Segment>());
        var (row, copied) = (0, 0L);
        var stride = (int)((parameters.Sum(p => p.ElementCount) / MostRemembered) + 1);
        foreach (var (i, parameter) in parameters.Index().OrderBy(p => p.Item.ElementCount))
        {
            var (start, count) = (0L, parameter.ElementCount);
            if (count > MostCopied || (copied + count > MostCopiedInAll && count >= RowsOfLarge))
            {
                var columns = count / RowsOfLarge;
                start = RowsOfLarge * columns;
                blocks.Add(new(device, RowsOfLarge, columns, [new(i, 0, start, 0)], false, stride));
            }

            if (start == count)
                continue;
            small.Add(new(i, start, count - start, row));
            row += (int)((count - start + Width - 1) / Width);
            copied += count - start;
        }

        if (row > 0)
            blocks.Add(new(device, row, Width, small, true, 1));
        return blocks;
    }

    /// <summary>Keeps the values, so that those after the next step can be compared with them.</summary>
    public void Remember(IReadOnlyList<Tensor> parameters)
    {
        if (isCopied)
        {
            Matrix(parameters, ref before);
            return;
        }

        var now = Kept(Matrix(parameters, ref values)!);
        before ??= Own(now.Shape);
        var packing = new Packing();
        packing.Add(before.Reshape(-1), now);
        packing.Run();
    }

    /// <summary>Asks for the numbers of all rows.</summary>
    /// <param name="reading">What reads them.</param>
    /// <param name="parameters">Those that the blocks were made of.</param>
    /// <param name="isRemembered">Whether the step since which values were kept is the last one.</param>
    /// <returns>Adds them to those of the parameters, once they are read.</returns>
    public Action<ParameterSums[]> Ask(Reading reading, IReadOnlyList<Tensor> parameters, bool isRemembered)
    {
        var now = Matrix(parameters, ref values)!;
        var slopes = Matrix([.. parameters.Select(p => p.Grad)], ref gradients);

        // Where a row ends early, it goes on with its first element, and all is counted from that: so what is missing
        // adds nothing to any sum, and changes neither the smallest nor the largest.
        var first = now.Narrow(1, 0, 1);
        var full = inside is null ? now : (now - first).Where(inside, 0);
        var (variance, mean) = full.VarMean([1], correction: 0);
        var (min, max) = full.Aminmax(1);
        var firsts = inside is null ? null : reading.Ask(first);
        var (means, variances) = (reading.Ask(mean), reading.Ask(variance));
        var (lows, highs) = (reading.Ask(min), reading.Ask(max));
        var norms = slopes is null ? null : reading.Ask(slopes.VectorNorm(2, [1]));
        var largest = slopes is null ? null : reading.Ask(slopes.VectorNorm(double.PositiveInfinity, [1]));
        var updates = isRemembered && before is not null
            ? reading.Ask((Kept(now) - before).VectorNorm(2, [1]))
            : null;
        return sums =>
        {
            foreach (var segment in segments)
            {
                ref var sum = ref sums[segment.Parameter];
                for (var (row, rest) = (segment.Row, segment.Count); rest > 0; row++, rest -= columns)
                {
                    sum.Add(Math.Min(rest, columns), columns, firsts is null ? 0 : firsts.Values[row],
                        means.Values[row], variances.Values[row], lows.Values[row], highs.Values[row]);
                    if (norms is not null)
                        sum.AddGradient(norms.Values[row], largest!.Values[row]);
                    if (updates is not null && row % stride == 0)
                        sum.AddUpdate(updates.Values[row / stride], rows / (double)updates.Count);
                }
            }
        };
    }

    // The rows of tensors; null where it is of one that is null. Rows that are copied stay where a tensor is null:
    // nobody looks at them.
    private Tensor? Matrix(IReadOnlyList<Tensor?> tensors, ref Tensor? memory)
    {
        if (!isCopied)
        {
            return tensors[segments[0].Parameter]?.Detach().Reshape(-1).Narrow(0, 0, rows * columns)
                .Reshape(rows, columns).To(DType.Float32);
        }

        memory ??= Own([rows, columns]);
        var (flat, packing) = (memory.Reshape(-1), new Packing());
        foreach (var (parameter, start, count, row) in segments)
        {
            if (tensors[parameter] is { } tensor)
                packing.Add(flat.Narrow(0, row * columns, count), tensor.Detach().Reshape(-1).Narrow(0, start, count));
        }

        packing.Run();
        return memory;
    }

    private Tensor Kept(Tensor matrix) => stride == 1 ? matrix : matrix[TensorIndex.Slice(step: stride)];

    private Tensor Own(Shape shape) => TensorScope.Exempt(Tensor.Zeros(shape, device: device));

    // Elements of a parameter, from a row on.
    private readonly record struct Segment(int Parameter, long Start, long Count, int Row);
}
