namespace KernelEngine;

/// <content>Copies whose elements are arranged otherwise.</content>
public partial class Tensor
{
    /// <summary>Some dimensions in reverse. As <c>torch.flip</c>.</summary>
    /// <param name="dimensions">The dimensions, negative from the end.</param>
    /// <exception cref="TensorException">A dimension is out of range or named twice.</exception>
    public Tensor Flip(params ReadOnlySpan<int> dimensions)
    {
        var mask = Dimensions.Mask(Rank, dimensions, all: false);
        var dims = dimensions.ToArray();
        var strides = Strides.ToArray();
        var offset = Layout.Offset;
        for (var i = 0; i < Rank; i++)
        {
            if (!mask[i] || ElementCount == 0)
                continue;
            offset += (Shape[i] - 1) * strides[i];
            strides[i] = -strides[i];
        }

        // Backwards is a step below zero; no tensor has such a layout, only the operand of this copy.
        var backwards = new Layout(Shape, strides, offset);
        return Arranged("FlipBackward0", () => new Tensor(Storage, backwards, DType).Packed(), g => g.Flip(dims));
    }

    /// <summary>The second dimension in reverse. As <c>torch.fliplr</c>.</summary>
    public Tensor FlipLR() => Rank >= 2 ? Flip(1) : throw new TensorRuntimeException("Input must be >= 2-d.");

    /// <summary>The first dimension in reverse. As <c>torch.flipud</c>.</summary>
    public Tensor FlipUD() => Rank >= 1 ? Flip(0) : throw new TensorRuntimeException("Input must be >= 1-d.");

    /// <summary>Elements moved along one dimension, those that leave at the end coming in at the start. As
    /// <c>torch.roll</c>.</summary>
    /// <param name="shift">How far.</param>
    /// <param name="dimension">Along which.</param>
    /// <exception cref="TensorException">There is no such dimension.</exception>
    public Tensor Roll(long shift, int dimension) => Roll([shift], [dimension]);

    /// <summary>Elements moved along dimensions, those that leave at the end coming in at the start. As
    /// <c>torch.roll</c>.</summary>
    /// <param name="shifts">How far.</param>
    /// <param name="dimensions">Along which; if there are none, in row-major order.</param>
    /// <exception cref="TensorException">There are not as many shifts as dimensions.</exception>
    public Tensor Roll(ReadOnlySpan<long> shifts, ReadOnlySpan<int> dimensions = default)
    {
        if (shifts.Length == 0)
            throw new TensorRuntimeException("`shifts` required");
        if (dimensions.Length == 0 && shifts.Length == 1)
        {
            var shift = shifts[0];
            return Arranged(
                "RollBackward0", () => Detach().Reshape([-1]).Roll([shift], [0]).View(Shape), g => g.Roll([-shift]));
        }

        if (shifts.Length != dimensions.Length)
        {
            throw new TensorRuntimeException(
                $"shifts and dimensions must align. shifts: {shifts.Length}, dims:{dimensions.Length}");
        }

        var (dims, steps, back) = (dimensions.ToArray(), shifts.ToArray(), new long[shifts.Length]);
        for (var i = 0; i < dims.Length; i++)
        {
            dims[i] = Existing(dims[i]);
            back[i] = -steps[i];
        }

        return Arranged("RollBackward0", () =>
        {
            var result = Detach();
            for (var i = 0; i < dims.Length; i++)
            {
                var size = Shape[dims[i]];
                var shift = size == 0 ? 0 : ((steps[i] % size) + size) % size;
                result = Cat([result.Slice(dims[i], size - shift, null), result.Slice(dims[i], 0, size - shift)],
                    dims[i]);
            }

            return result;
        }, g => g.Roll(back, dims));
    }

    /// <summary>Turned by quarters from the first of two dimensions to the second. As <c>torch.rot90</c>.</summary>
    /// <param name="times">How many quarters; negative the other way.</param>
    /// <param name="dimensions">The two dimensions; the first two where there are none.</param>
    /// <exception cref="TensorRuntimeException">There are not two different dimensions.</exception>
    public Tensor Rot90(int times = 1, ReadOnlySpan<int> dimensions = default)
    {
        int[] dims = dimensions.Length == 0 ? [0, 1] : dimensions.ToArray();
        if (dims.Length != 2)
            throw new TensorRuntimeException($"expected total rotation dims == 2, but got dims = {dims.Length}");
        if (Rank < 2)
            throw new TensorRuntimeException($"expected total dims >= 2, but got total dims = {Rank}");
        for (var i = 0; i < 2; i++)
        {
            if (dims[i] >= Rank || dims[i] < -Rank)
                throw new TensorRuntimeException($"Rotation dim{i} out of range, dim{i} = {dims[i]}");
        }

        var (a, b) = (Dimensions.Wrap(dims[0], Rank), Dimensions.Wrap(dims[1], Rank));
        if (a == b)
        {
            throw new TensorRuntimeException(
                $"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}");
        }

        return Arranged("Rot90Backward0", () => (((times % 4) + 4) % 4) switch
        {
            0 => Detach().Packed(),
            1 => Detach().Flip(b).Transpose(a, b).Packed(),
            2 => Detach().Flip(a, b),
            _ => Detach().Flip(a).Transpose(a, b).Packed(),
        }, g => g.Rot90(-times, [a, b]));
    }

    /// <summary>The whole tensor again and again along each dimension. As <c>torch.Tensor.repeat</c>.</summary>
    /// <param name="repeats">How often; more of them than dimensions add dimensions in front.</param>
    /// <exception cref="TensorRuntimeException">There are fewer numbers than dimensions, or negative ones.</exception>
    public Tensor Repeat(params ReadOnlySpan<long> repeats)
    {
        if (repeats.Length < Rank)
        {
            throw new TensorRuntimeException(
                "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor");
        }

        var lead = repeats.Length - Rank;
        var sizes = new long[repeats.Length];
        var (once, many) = (new long[2 * sizes.Length], new long[2 * sizes.Length]);
        for (var i = 0; i < sizes.Length; i++)
        {
            var size = i < lead ? 1 : Shape[i - lead];
            sizes[i] = size * repeats[i];
            (once[2 * i], once[(2 * i) + 1]) = (1, size);
            (many[2 * i], many[(2 * i) + 1]) = (repeats[i], size);
        }

        var own = Shape;
        return Arranged("RepeatBackward0", () =>
        {
            var result = Empty(new Shape(sizes), DType, Device);
            if (result.ElementCount > 0)
                Detach().Reshape(new Shape(once)).CopyTo(result.View(new Shape(many)));
            return result;
        }, g => g.Reshape(new Shape(many)).SumToSize(new Shape(once)).Reshape(own));
    }

    /// <summary>As <see cref="Repeat"/>, fewer numbers counting for the last dimensions. As <c>torch.tile</c>.
    /// </summary>
    public Tensor Tile(params ReadOnlySpan<long> repeats)
    {
        var all = new long[Math.Max(repeats.Length, Rank)];
        Array.Fill(all, 1);
        repeats.CopyTo(all.AsSpan(all.Length - repeats.Length));
        return Repeat(all);
    }

    /// <summary>Each element again and again. As <c>torch.repeat_interleave</c>.</summary>
    /// <param name="repeats">How often.</param>
    /// <param name="dimension">Along which dimension; in row-major order where null.</param>
    /// <exception cref="TensorException">The number is negative, or the dimension out of range.</exception>
    public Tensor RepeatInterleave(long repeats, int? dimension = null)
    {
        if (repeats < 0)
            throw new TensorRuntimeException("repeats can not be negative");
        var (self, d) = dimension is { } along ? (this, along) : (Reshape([-1]), 0);
        var size = self.Size(d);
        return self.IndexSelect(d,
            Arange(size, device: Device).Unsqueeze(1).Expand([size, repeats]).Reshape([size * repeats]));
    }

    /// <summary>Each element a number of times of its own. As <c>torch.repeat_interleave</c>.</summary>
    /// <param name="repeats">How often, int64 or int32: one number, or one for each. Read by the host.</param>
    /// <param name="dimension">Along which dimension; in row-major order where null.</param>
    /// <exception cref="TensorException">A number is negative, or there are too many or too few.</exception>
    public Tensor RepeatInterleave(Tensor repeats, int? dimension = null)
    {
        var (self, d) = dimension is { } along ? (this, along) : (Reshape([-1]), 0);
        var size = self.Size(d);
        if (repeats.Rank > 1)
            throw new TensorRuntimeException("repeats must be 0-dim or 1-dim tensor");
        if (repeats.DType != DType.Int64 && repeats.DType != DType.Int32)
            throw new TensorRuntimeException("repeats has to be Long or Int tensor");
        var counts = repeats.ToScalars();
        if (counts.Length != 1 && counts.Length != size)
            throw new TensorRuntimeException("repeats must have the same size as input along dim");
        var ends = new long[counts.Length];
        for (var i = 0; i < ends.Length; i++)
        {
            var count = counts[i].ToInt64();
            if (count < 0)
                throw new TensorRuntimeException("repeats can not be negative");
            if (ends.Length == 1)
                return self.RepeatInterleave(count, d);
            ends[i] = i == 0 ? count : ends[i - 1] + count;
            if (ends[i] < 0)
                throw new TensorRuntimeException("repeats are too many", "their sum is beyond an int64");
        }

        // The element at a place is the one before which so many others end.
        var total = ends.Length == 0 ? 0 : ends[^1];
        var places = Zeros([total + 1], DType.Int64, Device)
            .ScatterAdd_(0, FromArray(ends).To(Device), Ones([1], DType.Int64, Device).Expand(ends.Length)).Cumsum(0);
        return self.IndexSelect(d, places.Narrow(0, 0, total));
    }

    /// <summary>With a border of a number, or without one where it is negative. As
    /// <c>torch.constant_pad_nd</c>.</summary>
    /// <param name="pad">Before and behind the last dimension, before and behind the one before it, and so on.</param>
    /// <param name="value">The number.</param>
    /// <exception cref="TensorRuntimeException">There are too many numbers, or a dimension would be negative.
    /// </exception>
    public Tensor ConstantPad(ReadOnlySpan<long> pad, Scalar value = default)
    {
        if (pad.Length % 2 != 0)
            throw new TensorRuntimeException($"Length of pad must be even but instead it equals {pad.Length}");
        if (pad.Length / 2 > Rank)
        {
            throw new TensorRuntimeException(
                "Length of pad should be no more than twice the number of dimensions of the input. Pad length is " +
                $"{pad.Length}while the input has {Rank}dimensions.");
        }

        var sizes = Shape.ToArray();
        var (borders, back) = (pad.ToArray(), new long[pad.Length]);
        for (var i = pad.Length - 2; i >= 0; i -= 2)
        {
            var d = Rank - 1 - (i / 2);
            (back[i], back[i + 1]) = (-pad[i], -pad[i + 1]);
            sizes[d] += pad[i] + pad[i + 1];

            // For its errors: nothing is cut off twice.
            var rest = Detach();
            if (pad[i] < 0)
                rest = rest.Narrow(d, -pad[i], Shape[d] + pad[i]);
            if (pad[i + 1] < 0)
                _ = rest.Narrow(d, 0, rest.Shape[d] + pad[i + 1]);
        }

        for (var i = pad.Length - 2; i >= 0 && pad.ContainsAnyExceptInRange(long.MinValue, 0); i -= 2)
        {
            var d = Rank - 1 - (i / 2);
            if (sizes[d] <= 0)
            {
                throw new TensorRuntimeException(
                    $"The input size {Shape[d]}, plus negative padding {pad[i]} and {pad[i + 1]} resulted in a " +
                    $"negative output size, which is invalid. Check dimension {d} of your input.");
            }
        }

        return Arranged("ConstantPadNdBackward0", () =>
        {
            var result = Full(new Shape(sizes), value, DType, Device);
            var (inner, source) = (result, Detach());
            for (var i = 0; i < borders.Length; i += 2)
            {
                var d = Rank - 1 - (i / 2);
                var (before, behind) = (borders[i], borders[i + 1]);
                source = source.Slice(d, Math.Max(-before, 0), Shape[d] - Math.Max(-behind, 0));
                inner = inner.Slice(d, Math.Max(before, 0), sizes[d] - Math.Max(behind, 0));
            }

            if (inner.ElementCount > 0)
                source.CopyTo(inner);
            return result;
        }, g => g.ConstantPad(back));
    }

    /// <summary>A copy in which every element is a number, or a 0-dimensional tensor's. As <c>torch.fill</c>.</summary>
    /// <exception cref="TensorRuntimeException">The value has dimensions.</exception>
    public Tensor Fill(Argument value) =>
        value.Tensor is { } tensor ? Clone().Fill_(tensor) : Clone().Fill_(value.Scalar);

    /// <summary>A contiguous copy, nothing recorded.</summary>
    private Tensor Packed()
    {
        var result = Allocate(Device, Layout.Contiguous(Shape), DType);
        CopyTo(result);
        return result;
    }

    /// <summary>What a function makes without recording, recorded under a name.</summary>
    private Tensor Arranged(string name, Func<Tensor> make, Func<Tensor, Tensor> backward)
    {
        Tensor result;
        using (Autograd.NoGrad())
            result = make();
        if (ReferenceEquals(result.Storage, Storage))
            result = result.Packed();
        if (ShouldRecord(this))
            result.SetHistory(Recorded(name, g => [backward(g[0]!)], this), 0);
        return result;
    }
}
