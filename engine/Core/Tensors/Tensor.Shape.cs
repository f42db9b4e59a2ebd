using System.Runtime.CompilerServices;

namespace KernelEngine;

/// <content>The same elements in other shapes.</content>
public partial class Tensor
{
    /// <summary>The transpose: all dimensions in reverse order, as <c>torch.Tensor.T</c>.</summary>
    public Tensor T
    {
        get
        {
            var order = new int[Rank];
            for (var i = 0; i < order.Length; i++)
                order[i] = order.Length - 1 - i;
            return Permute(order);
        }
    }

    /// <summary>The last two dimensions exchanged, as <c>torch.Tensor.mT</c>.</summary>
    /// <exception cref="TensorRuntimeException">There is one dimension.</exception>
    public Tensor Mt => Rank == 0 ? this
        : Rank >= 2 ? Transpose(-2, -1)
        : throw new TensorRuntimeException(
            $"tensor.mT is only supported on matrices or batches of matrices. Got {Rank}-D tensor.");

    /// <summary>The size of a dimension, negative ones from the end. As <c>torch.Tensor.size</c>.</summary>
    /// <exception cref="TensorIndexException">The dimension is out of range.</exception>
    public long Size(int dimension) => Shape[Existing(dimension)];

    /// <summary>The step in the storage for a dimension, negative ones from the end.</summary>
    /// <exception cref="TensorIndexException">The dimension is out of range.</exception>
    public long Stride(int dimension) => Strides[Existing(dimension)];

    /// <summary>The same elements in another shape, never copied. As <c>torch.Tensor.view</c>.</summary>
    /// <param name="shape">The sizes; one of them may be -1.</param>
    /// <exception cref="TensorRuntimeException">
    /// The shape has another number of elements, or the strides do not allow it.
    /// </exception>
    [OverloadResolutionPriority(1)]
    public Tensor View(Shape shape)
    {
        var layout = Layout.TryView(Infer(shape)) ?? throw new TensorRuntimeException(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across " +
            "two contiguous subspaces). Use .reshape(...) instead.");
        var own = Shape;
        return View(layout, "ViewBackward0", g => g.Reshape(own));
    }

    /// <inheritdoc cref="View(Shape)"/>
    public Tensor View(params ReadOnlySpan<long> sizes) => View(Shape.Create(sizes));

    /// <summary>The same elements in the shape of another tensor. As <c>torch.Tensor.view_as</c>.</summary>
    public Tensor ViewAs(Tensor other) => View(other.Shape);

    /// <summary>
    /// The same elements in another shape, shared where the strides allow it, else copied. As <c>torch.reshape</c>.
    /// </summary>
    /// <param name="shape">The sizes; one of them may be -1.</param>
    /// <exception cref="TensorRuntimeException">The shape has another number of elements.</exception>
    [OverloadResolutionPriority(1)]
    public Tensor Reshape(Shape shape)
    {
        var (inferred, own) = (Infer(shape), Shape);
        if (Layout.TryView(inferred) is { } layout)
            return View(layout, "ReshapeAliasBackward0", g => g.Reshape(own));

        // A fresh copy is nobody's view: it may be written in place like any other result.
        var copy = Clone(contiguous: true);
        var result = new Tensor(copy.Storage, Layout.Contiguous(inferred), DType);
        if (ShouldRecord(copy))
            result.SetHistory(Recorded("UnsafeViewBackward0", g => [g[0]!.Reshape(own)], copy), 0);
        return result;
    }

    /// <inheritdoc cref="Reshape(Shape)"/>
    public Tensor Reshape(params ReadOnlySpan<long> sizes) => Reshape(Shape.Create(sizes));

    /// <summary>The same elements in the shape of another tensor. As <c>torch.Tensor.reshape_as</c>.</summary>
    public Tensor ReshapeAs(Tensor other) => Reshape(other.Shape);

    /// <summary>Some dimensions as one. As <c>torch.flatten</c>.</summary>
    /// <param name="start">The first of them.</param>
    /// <param name="end">The last of them.</param>
    /// <exception cref="TensorException">A dimension is out of range, or the last comes before the first.</exception>
    public Tensor Flatten(int start = 0, int end = -1)
    {
        var (first, last) = (Dimensions.Wrap(start, Rank), Dimensions.Wrap(end, Rank));
        if (first > last)
            throw new TensorRuntimeException("flatten() has invalid args: start_dim cannot come after end_dim");
        if (Rank == 0)
            return Reshape([1]);
        if (first == last)
            return this;
        var count = 1L;
        foreach (var size in Shape.AsSpan()[first..(last + 1)])
            count *= size;
        return Reshape([.. Shape.AsSpan()[..first], count, .. Shape.AsSpan()[(last + 1)..]]);
    }

    /// <summary>One dimension as several. As <c>torch.unflatten</c>.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="sizes">The sizes; one of them may be -1.</param>
    /// <exception cref="TensorException">The sizes do not multiply up to the dimension's.</exception>
    public Tensor Unflatten(int dimension, Shape sizes)
    {
        var d = Existing(dimension);
        if (sizes.Rank == 0)
            throw new TensorRuntimeException("unflatten: sizes must be non-empty");
        Shape inferred;
        try
        {
            inferred = Infer(sizes, Shape[d]);
        }
        catch (TensorRuntimeException)
        {
            throw new TensorRuntimeException(
                $"unflatten: Provided sizes {sizes.ToListText()} don't multiply up to the size of dim {d} " +
                $"({Shape[d]}) in the input tensor");
        }

        return View([.. Shape.AsSpan()[..d], .. inferred, .. Shape.AsSpan()[(d + 1)..]]);
    }

    /// <summary>All elements in one dimension. As <c>torch.ravel</c>.</summary>
    public Tensor Ravel() => Contiguous().View([-1]);

    /// <summary>A matrix with its dimensions exchanged; others of fewer dimensions as they are. As <c>torch.t</c>.
    /// </summary>
    /// <exception cref="TensorRuntimeException">There are more than two dimensions.</exception>
    public Tensor Transpose()
    {
        if (Rank > 2)
        {
            throw new TensorRuntimeException(
                $"t() expects a tensor with <= 2 dimensions, but self is {Rank}D",
                "name the dimensions, as in x.Transpose(-2, -1)");
        }

        return View(Rank < 2 ? Layout : Layout.Permute([1, 0]), "TBackward0", g => g.Transpose());
    }

    /// <summary>Two dimensions exchanged. As <c>torch.transpose</c>.</summary>
    /// <exception cref="TensorIndexException">A dimension is out of range.</exception>
    public Tensor Transpose(int first, int second)
    {
        var (a, b) = (Dimensions.Wrap(first, Rank), Dimensions.Wrap(second, Rank));
        return View(Layout.Swap(a, b), "TransposeBackward0", g => g.Transpose(a, b));
    }

    /// <summary>Two dimensions exchanged. As <c>torch.swapaxes</c>.</summary>
    public Tensor SwapAxes(int first, int second) => Transpose(first, second);

    /// <summary>Two dimensions exchanged. As <c>torch.swapdims</c>.</summary>
    public Tensor SwapDims(int first, int second) => Transpose(first, second);

    /// <summary>The dimensions in another order. As <c>torch.permute</c>.</summary>
    /// <param name="order">Which dimension comes at each place.</param>
    /// <exception cref="TensorException">Not every dimension is named exactly once.</exception>
    public Tensor Permute(params ReadOnlySpan<int> order)
    {
        if (order.Length != Rank)
        {
            throw new TensorRuntimeException(
                "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the " +
                $"desired ordering of dimensions i.e. input.dim() = {Rank} is not equal to len(dims) = {order.Length}");
        }

        var wrapped = new int[order.Length];
        var back = new int[order.Length];
        var seen = new bool[order.Length];
        for (var i = 0; i < wrapped.Length; i++)
        {
            var d = wrapped[i] = Dimensions.Wrap(order[i], Rank);
            if (seen[d])
                throw new TensorRuntimeException("permute(): duplicate dims are not allowed.");
            seen[d] = true;
            back[d] = i;
        }

        return View(Layout.Permute(wrapped), "PermuteBackward0", g => g.Permute(back));
    }

    /// <summary>A dimension at another place; the others keep their order. As <c>torch.movedim</c>.</summary>
    public Tensor Movedim(int source, int destination) => Movedim([source], [destination]);

    /// <summary>Some dimensions at other places; the others keep their order. As <c>torch.movedim</c>.</summary>
    /// <exception cref="TensorException">A dimension is out of range or named twice.</exception>
    public Tensor Movedim(ReadOnlySpan<int> source, ReadOnlySpan<int> destination)
    {
        if (source.Length != destination.Length)
        {
            throw new TensorRuntimeException(
                "movedim: Invalid source or destination dims: source ([" + string.Join(", ", source.ToArray()) +
                "] dims) should contain the same number of dims as destination ([" +
                string.Join(", ", destination.ToArray()) + "] dims)");
        }

        var order = new int[Rank];
        Array.Fill(order, -1);
        var taken = new bool[Rank];
        for (var i = 0; i < source.Length; i++)
        {
            var (from, to) = (Dimensions.Wrap(source[i], Rank), Dimensions.Wrap(destination[i], Rank));
            if (Rank == 0)
                continue;
            if (taken[from])
                throw new TensorRuntimeException($"movedim: repeated dim in `source` ({Text(source)})");
            if (order[to] >= 0)
                throw new TensorRuntimeException($"movedim: repeated dim in `destination` ({Text(destination)})");
            taken[from] = true;
            order[to] = from;
        }

        var next = 0;
        for (var i = 0; i < order.Length; i++)
        {
            if (order[i] >= 0)
                continue;
            while (taken[next])
                next++;
            order[i] = next++;
        }

        return Permute(order);

        static string Text(ReadOnlySpan<int> dimensions) => $"[{string.Join(", ", dimensions.ToArray())}]";
    }

    /// <inheritdoc cref="Movedim(int, int)"/>
    public Tensor Moveaxis(int source, int destination) => Movedim(source, destination);

    /// <summary>Without the dimensions of size 1. As <c>torch.squeeze</c>.</summary>
    public Tensor Squeeze()
    {
        var mask = new bool[Rank];
        for (var i = 0; i < mask.Length; i++)
            mask[i] = Shape[i] == 1;
        var own = Shape;
        return View(Layout.Without(mask), "SqueezeBackward0", g => g.Reshape(own));
    }

    /// <summary>Without a dimension, if its size is 1. As <c>torch.squeeze</c>.</summary>
    /// <exception cref="TensorIndexException">The dimension is out of range.</exception>
    public Tensor Squeeze(int dimension)
    {
        var d = Dimensions.Wrap(dimension, Rank);
        var mask = new bool[Rank];
        if (Rank > 0)
            mask[d] = Shape[d] == 1;
        var own = Shape;
        return View(Layout.Without(mask), "SqueezeBackward1", g => g.Reshape(own));
    }

    /// <summary>With a dimension of size 1 more. As <c>torch.unsqueeze</c>.</summary>
    /// <param name="dimension">Its place; negative ones count from behind the end.</param>
    /// <exception cref="TensorIndexException">The place is out of range.</exception>
    public Tensor Unsqueeze(int dimension)
    {
        var d = Dimensions.Wrap(dimension, Rank + 1);
        return View(Layout.With(d), "UnsqueezeBackward0", g => g.Squeeze(d));
    }

    /// <summary>A view whose dimensions of size 1 repeat. As <c>torch.Tensor.expand</c>.</summary>
    /// <param name="shape">The sizes; -1 keeps one.</param>
    /// <exception cref="TensorRuntimeException">A size that is not 1 would change.</exception>
    [OverloadResolutionPriority(1)]
    public Tensor Expand(Shape shape)
    {
        var own = Shape;
        var sizes = shape.ToArray();
        var lead = sizes.Length - Rank;
        for (var i = 0; i < sizes.Length; i++)
        {
            if (sizes[i] >= 0)
                continue;
            if (lead >= 0 && i < lead)
            {
                throw new TensorRuntimeException(
                    $"The expanded size of the tensor ({sizes[i]}) isn't allowed in a leading, non-existing " +
                    $"dimension {i}");
            }

            if (sizes[i] != -1)
            {
                throw new TensorRuntimeException(
                    $"The expanded size of the tensor ({sizes[i]}) must match the existing size ({Shape[i - lead]}) " +
                    $"at non-singleton dimension {i}.  Target sizes: {shape.ToListText()}.  Tensor sizes: " +
                    Shape.ToListText());
            }

            if (lead >= 0)
                sizes[i] = Shape[i - lead];
        }

        if (lead < 0)
        {
            throw new TensorRuntimeException(
                $"expand(torch.{DType.LegacyName}Tensor{{{Shape.ToListText()}}}, size={shape.ToListText()}): the " +
                $"number of sizes provided ({sizes.Length}) must be greater or equal to the number of dimensions in " +
                $"the tensor ({Rank})");
        }

        return View(Layout.Expand(new(sizes)), "ExpandBackward0", g => g.SumToSize(own));
    }

    /// <inheritdoc cref="Expand(Shape)"/>
    public Tensor Expand(params ReadOnlySpan<long> sizes) => Expand(Shape.Create(sizes));

    /// <summary>A view of the shape of another tensor. As <c>torch.Tensor.expand_as</c>.</summary>
    public Tensor ExpandAs(Tensor other) => Expand(other.Shape);

    /// <summary>A view whose dimensions of size 1 repeat. As <c>torch.broadcast_to</c>.</summary>
    public Tensor BroadcastTo(Shape shape) => Expand(shape);

    /// <summary>Views of one shape, that which all broadcast to. As <c>torch.broadcast_tensors</c>.</summary>
    /// <exception cref="TensorRuntimeException">Sizes differ where neither is 1.</exception>
    public static Tensor[] BroadcastTensors(params ReadOnlySpan<Tensor> tensors)
    {
        Shape shape = default;
        foreach (var tensor in tensors)
            shape = Shape.Broadcast(shape, tensor.Shape);
        var results = new Tensor[tensors.Length];
        for (var i = 0; i < results.Length; i++)
            results[i] = tensors[i].Expand(shape);
        return results;
    }

    /// <summary>The shape that all broadcast to. As <c>torch.broadcast_shapes</c>.</summary>
    /// <exception cref="TensorRuntimeException">Sizes differ where neither is 1.</exception>
    public static Shape BroadcastShapes(params ReadOnlySpan<Shape> shapes)
    {
        Shape shape = default;
        foreach (var other in shapes)
            shape = Shape.Broadcast(shape, other);
        return shape;
    }

    /// <summary>A view of the whole tensor.</summary>
    internal Tensor Alias() => View(Layout, "AliasBackward0", g => g);

    /// <summary>A copy, in row-major order if wanted.</summary>
    private Tensor Clone(bool contiguous)
    {
        if (!contiguous || IsContiguous)
            return Clone();
        return Contiguous();
    }

    /// <summary>A dimension that there must be: a 0-dimensional tensor has none.</summary>
    private int Existing(int dimension) => Rank == 0
        ? throw new TensorIndexException($"Dimension specified as {dimension} but tensor has no dimensions")
        : Dimensions.Wrap(dimension, Rank);

    private Shape Infer(Shape shape) => Infer(shape, ElementCount);

    /// <summary>The shape with -1 replaced by what is left over.</summary>
    private static Shape Infer(Shape shape, long count)
    {
        var inferred = -1;
        var product = 1L;
        for (var i = 0; i < shape.Rank; i++)
        {
            if (shape[i] == -1)
            {
                if (inferred >= 0)
                    throw new TensorRuntimeException("only one dimension can be inferred");
                inferred = i;
            }
            else if (shape[i] < 0)
                throw new TensorRuntimeException($"invalid shape dimension {shape[i]}");
            else
                product *= shape[i];
        }

        if (product != count && (inferred < 0 || product == 0 || count % product != 0))
        {
            throw new TensorRuntimeException(
                $"shape '{shape.ToListText()}' is invalid for input of size {count}");
        }

        if (inferred < 0)
            return shape;
        if (product == 0)
        {
            throw new TensorRuntimeException(
                $"cannot reshape tensor of 0 elements into shape {shape.ToListText()} because the unspecified " +
                "dimension size -1 can be any value and is ambiguous");
        }

        var sizes = shape.ToArray();
        sizes[inferred] = count / product;
        return new(sizes);
    }
}
