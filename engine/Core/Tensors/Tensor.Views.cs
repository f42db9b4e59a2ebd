namespace KernelEngine;

/// <content>Parts of a tensor, seen without copying.</content>
public partial class Tensor
{
    /// <summary>The part at one index of a dimension, which disappears. As <c>torch.select</c>.</summary>
    /// <param name="dimension">The dimension, negative from the end.</param>
    /// <param name="index">The index, negative from the end.</param>
    /// <exception cref="TensorIndexException">The dimension or the index is out of range.</exception>
    public Tensor Select(int dimension, long index)
    {
        if (Rank == 0)
            throw new TensorIndexException("select() cannot be applied to a 0-dim tensor.");
        var d = Dimensions.Wrap(dimension, Rank);
        var size = Shape[d];
        if (index < -size || index >= size)
        {
            throw new TensorIndexException(
                $"select(): index {index} out of range for tensor of size {Shape.ToListText()} at dimension {d}");
        }

        var place = index < 0 ? index + size : index;
        var mask = new bool[Rank];
        mask[d] = true;
        var own = Shape;
        return View(Layout.Without(mask, place * Strides[d]), "SelectBackward0",
            g => Embed(g, own, "SelectBackwardBackward0", w => w.Select(d, place)));
    }

    /// <summary>A range of the indices of a dimension. As <c>torch.narrow</c>.</summary>
    /// <param name="dimension">The dimension, negative from the end.</param>
    /// <param name="start">The first index, negative from the end.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="TensorException">The range is not within the dimension.</exception>
    public Tensor Narrow(int dimension, long start, long length)
    {
        if (Rank == 0)
            throw new TensorRuntimeException("narrow() cannot be applied to a 0-dim tensor.");
        if (length < 0)
            throw new TensorRuntimeException("narrow(): length must be non-negative.");
        var d = Dimensions.Wrap(dimension, Rank);
        var size = Shape[d];
        var first = start;
        if (start != size)
        {
            var limit = Math.Max(size, 1);
            if (start < -limit || start >= limit)
            {
                throw new TensorIndexException(
                    $"Dimension out of range (expected to be in range of [{-limit}, {limit - 1}], but got {start})");
            }

            first = start < 0 ? start + limit : start;
        }

        if (first > size - length)
        {
            throw new TensorRuntimeException(
                $"start ({first}) + length ({length}) exceeds dimension size ({size}).");
        }

        return Slice(d, first, first + length);
    }

    /// <summary>
    /// A range of the indices of a dimension, cut to what there is, as Python's slices.
    /// </summary>
    /// <param name="dimension">The dimension, negative from the end.</param>
    /// <param name="start">The first index, negative from the end; 0 where null.</param>
    /// <param name="stop">The index behind the last, negative from the end; the size where null.</param>
    /// <param name="step">The distance of one to the next, at least 1.</param>
    /// <exception cref="TensorException">The dimension is out of range, or the step not positive.</exception>
    public Tensor Slice(int dimension, long? start, long? stop, long step = 1)
    {
        if (Rank == 0)
            throw new TensorIndexException("slice() cannot be applied to a 0-dim tensor.");
        if (step <= 0)
            throw new TensorRuntimeException("slice step must be positive", "use Flip to go backwards");
        var d = Dimensions.Wrap(dimension, Rank);
        var size = Shape[d];
        var first = Cut(start ?? 0, size);
        var last = Math.Max(first, Cut(stop ?? size, size));
        var length = last == first ? 0 : ((last - first - 1) / step) + 1;
        var own = Shape;
        return View(Layout.Slice(d, first, length, step), "SliceBackward0",
            g => Embed(g, own, "SliceBackwardBackward0", w => w.Slice(d, first, last, step)));

        static long Cut(long index, long size) => Math.Clamp(index < 0 ? index + size : index, 0, size);
    }

    /// <summary>
    /// The diagonal of two dimensions, which become one, the last. As <c>torch.diagonal</c>.
    /// </summary>
    /// <param name="offset">Which diagonal: above the main one if positive, below if negative.</param>
    /// <param name="first">The dimension of the rows.</param>
    /// <param name="second">The dimension of the columns.</param>
    /// <exception cref="TensorException">A dimension is out of range, or both are the same.</exception>
    public Tensor Diagonal(long offset = 0, int first = 0, int second = 1)
    {
        var (a, b) = (Dimensions.Wrap(first, Rank), Dimensions.Wrap(second, Rank));
        if (a == b)
            throw new TensorRuntimeException($"diagonal dimensions cannot be identical {first}, {second}");
        var length = offset >= 0
            ? Math.Max(Math.Min(Shape[a], Shape[b] - offset), 0)
            : Math.Max(Math.Min(Shape[a] + offset, Shape[b]), 0);
        var shift = length == 0 ? 0 : offset >= 0 ? offset * Strides[b] : -offset * Strides[a];
        var mask = new bool[Rank];
        mask[a] = mask[b] = true;
        var rest = Layout.Without(mask, shift);
        var layout = new Layout(
            [.. rest.Shape, length], [.. rest.Strides, Strides[a] + Strides[b]], rest.Offset);
        var own = Shape;
        return View(layout, "DiagonalBackward0",
            g => Embed(g, own, "DiagonalBackwardBackward0", w => w.Diagonal(offset, a, b)));
    }

    /// <summary>
    /// The windows along a dimension, as a new last dimension; windows may overlap. As <c>torch.Tensor.unfold</c>.
    /// </summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="size">The size of a window.</param>
    /// <param name="step">The distance of one window to the next.</param>
    /// <exception cref="TensorException">The window is larger than the dimension, or the step not positive.</exception>
    public Tensor Unfold(int dimension, long size, long step)
    {
        var d = Dimensions.Wrap(dimension, Rank);
        var (whole, stride) = Rank == 0 ? (1L, 1L) : (Shape[d], Strides[d]);
        if (size < 0)
            throw new TensorRuntimeException($"size is {size} but must be >= 0");
        if (size > whole)
        {
            throw new TensorRuntimeException(
                $"maximum size for tensor at dimension {d} is {whole} but size is {size}");
        }

        if (step <= 0)
            throw new TensorRuntimeException($"step is {step} but must be > 0");
        var own = Shape;
        Layout layout;
        if (Rank == 0)
            layout = new([size], [1], Layout.Offset);
        else
        {
            var windows = Layout.Slice(d, 0, ((whole - size) / step) + 1, step);
            layout = new([.. windows.Shape, size], [.. windows.Strides, stride], windows.Offset);
        }

        return View(layout, "UnfoldBackward0",
            g => Embed(g, own, "UnfoldBackwardBackward0", w => w.Unfold(d, size, step)));
    }

    /// <summary>A view with any shape and strides over the storage. As <c>torch.as_strided</c>.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="strides">The step in the storage for each dimension, in elements.</param>
    /// <param name="offset">The place of the first element in the storage; this tensor's where null.</param>
    /// <exception cref="TensorRuntimeException">It would reach beyond the storage.</exception>
    public Tensor AsStrided(Shape shape, ReadOnlySpan<long> strides, long? offset = null)
    {
        if (strides.Length != shape.Rank)
            throw new TensorRuntimeException("mismatch in length of strides and shape");
        foreach (var stride in strides)
        {
            if (stride < 0)
            {
                throw new TensorRuntimeException(
                    "as_strided: Negative strides are not supported at the moment, got strides: " +
                    $"[{string.Join(", ", strides.ToArray())}]");
            }
        }

        foreach (var size in shape)
        {
            if (size < 0)
            {
                throw new TensorRuntimeException(
                    $"Storage size calculation overflowed with sizes={shape.ToListText()} and " +
                    $"strides=[{string.Join(", ", strides.ToArray())}]");
            }
        }

        var place = offset ?? Layout.Offset;
        if (place < 0)
            throw new TensorRuntimeException($"Tensor: invalid storage offset {place}");
        var (layout, own) = (new Layout(shape, strides.ToArray(), place), Layout);
        if (layout.StorageExtent > Storage.ByteCount / DType.Size)
        {
            throw new TensorRuntimeException(
                $"setStorage: sizes {shape.ToListText()}, strides [{string.Join(", ", strides.ToArray())}], storage " +
                $"offset {place}, and itemsize {DType.Size} requiring a storage size of " +
                $"{(Int128)layout.StorageExtent * DType.Size} are out of bounds for storage of size {Storage.ByteCount}");
        }

        return View(layout, "AsStridedBackward0", g => AsStridedBackward(g, layout, own));
    }

    /// <summary>The same bits as another dtype; not differentiable. As <c>torch.Tensor.view</c> of a dtype.</summary>
    /// <exception cref="TensorRuntimeException">
    /// The elements are of another size and the last dimension cannot be divided, or has gaps.
    /// </exception>
    public Tensor View(DType dtype)
    {
        var (from, to) = (DType.Size, dtype.Size);
        var layout = Layout;
        if (from != to)
        {
            if (Rank == 0)
            {
                throw new TensorRuntimeException(
                    $"self.dim() cannot be 0 to view {DType.LegacyName} as {dtype.LegacyName} (different element " +
                    "sizes)");
            }

            if (Strides[^1] != 1)
            {
                throw new TensorRuntimeException(
                    $"self.stride(-1) must be 1 to view {DType.LegacyName} as {dtype.LegacyName} (different element " +
                    $"sizes), but got {Strides[^1]}");
            }

            var ratio = Math.Max(from, to) / Math.Min(from, to);
            if (to > from && Shape[^1] % ratio != 0)
            {
                throw new TensorRuntimeException(
                    $"self.size(-1) must be divisible by {ratio} to view {DType.LegacyName} as {dtype.LegacyName} " +
                    $"(different element sizes), but got {Shape[^1]}");
            }

            long Scaled(long count) => to > from ? count / ratio : count * ratio;
            var (sizes, strides) = (Shape.ToArray(), Strides.ToArray());
            for (var i = 0; i < strides.Length - 1; i++)
            {
                if (to > from && strides[i] % ratio != 0)
                {
                    throw new TensorRuntimeException(
                        $"self.stride({i}) must be divisible by {ratio} to view {DType.LegacyName} as " +
                        $"{dtype.LegacyName} (different element sizes), but got {strides[i]}");
                }

                strides[i] = Scaled(strides[i]);
            }

            if (to > from && Layout.Offset % ratio != 0)
            {
                throw new TensorRuntimeException(
                    $"self.storage_offset() must be divisible by {ratio} to view {DType.LegacyName} as " +
                    $"{dtype.LegacyName} (different element sizes), but got {Layout.Offset}");
            }

            sizes[^1] = Scaled(sizes[^1]);
            layout = new(new(sizes), strides, Scaled(Layout.Offset));
        }

        var view = new Tensor(Storage, layout, dtype);
        view.MakeViewOf(this);
        return view;
    }

    /// <summary>The gradient of a tensor of layout <paramref name="input"/> from that of another view of its
    /// storage; where either reaches a place more than once, gradients add up and are shared out.</summary>
    private static Tensor AsStridedBackward(Tensor gradient, Layout view, Layout input) =>
        Restride(gradient, view, input, input);

    /// <summary>
    /// Adds a tensor into a storage by one layout and reads it by another. With shares, each place is divided by how
    /// often that layout reaches it. Its own gradient goes the other way through the same storage.
    /// </summary>
    private static Tensor Restride(Tensor tensor, Layout from, Layout to, Layout shares)
    {
        var start = Math.Min(from.Offset, to.Offset);
        var (write, read) = (Shifted(from, start), Shifted(to, start));
        var extent = Math.Max(1, Math.Max(write.StorageExtent, read.StorageExtent));
        Tensor result;
        using (Autograd.NoGrad())
        {
            var whole = Zeros([extent], tensor.DType, tensor.Device);
            AddInto(tensor, new(whole.Storage, write, whole.DType));
            if (shares.HasInternalOverlap)
            {
                var counts = Zeros([extent], tensor.DType, tensor.Device);
                var one = Ones([1], tensor.DType, tensor.Device).Expand(shares.Shape);
                AddInto(one, new(counts.Storage, Shifted(shares, start), counts.DType));
                Sharing.ApplyInPlace(whole, whole, counts);
            }

            result = new(whole.Storage, read, whole.DType);
        }

        if (ShouldRecord(tensor))
            result.SetHistory(
                Recorded("AsStridedBackwardBackward0", g => [Restride(g[0]!, to, from, shares)], tensor), 0);
        return result;

        static Layout Shifted(Layout layout, long start) =>
            new(layout.Shape, layout.Strides.ToArray(), layout.Offset - start);
    }

    // Places that nobody reaches have a count of 0.
    private static readonly PointwiseOperator Sharing = new("share", 2, TypeRules.OnlyFloat,
        x => [Pointwise.Select(x[1] > 0, x[0] / x[1], x[0])], isDifferentiable: false, isListed: false);

    /// <summary>Zeros of a shape, with a tensor added into a part of them: the gradient of that part.</summary>
    /// <param name="tensor">What is added.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="name">The name of the operator's node.</param>
    /// <param name="part">Which part, a view; places that it reaches twice add up.</param>
    private static Tensor Embed(Tensor tensor, Shape shape, string name, Func<Tensor, Tensor> part)
    {
        var whole = Zeros(shape, tensor.DType, tensor.Device);
        AddInto(tensor, part(whole));
        if (ShouldRecord(tensor))
            whole.SetHistory(Recorded(name, g => [part(g[0]!)], tensor), 0);
        return whole;
    }

    /// <summary>Adds into memory that holds zeros, nothing recorded.</summary>
    private static void AddInto(Tensor source, Tensor destination)
    {
        if (source.ElementCount == 0)
            return;
        if (destination.Layout.HasInternalOverlap)
            StridedAdd.Run(source, destination);
        else
            source.CopyTo(destination);
    }
}
