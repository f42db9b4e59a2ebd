namespace KernelEngine;

/// <content>Several tensors as one.</content>
public partial class Tensor
{
    /// <summary>Tensors one after the other along a dimension. As <c>torch.cat</c>.</summary>
    /// <param name="tensors">The tensors; their dtypes promote. Empty ones of one dimension are passed over.</param>
    /// <param name="dimension">The dimension, negative from the end.</param>
    /// <exception cref="TensorException">There are none, or sizes or devices do not go together.</exception>
    public static Tensor Cat(IReadOnlyList<Tensor> tensors, int dimension = 0)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        if (tensors.Count == 0)
            throw new TensorRuntimeException("torch.cat(): expected a non-empty list of Tensors");
        for (var i = 0; i < tensors.Count; i++)
        {
            if (tensors[i].Rank == 0)
            {
                throw new TensorRuntimeException(
                    $"zero-dimensional tensor (at position {i}) cannot be concatenated", "use Stack");
            }
        }

        // What an empty tensor of one dimension has no say in.
        static bool IsNothing(Tensor t) => t.Rank == 1 && t.Shape[0] == 0;
        var first = tensors.FirstOrDefault(t => !IsNothing(t)) ?? tensors[0];
        var d = Dimensions.Wrap(dimension, first.Rank);
        var types = new ArgumentType[tensors.Count];
        var sizes = first.Shape.ToArray();
        sizes[d] = 0;
        for (var i = 0; i < tensors.Count; i++)
        {
            var tensor = tensors[i];
            types[i] = ArgumentType.Of(tensor);
            if (!ReferenceEquals(tensor.Device, first.Device))
                throw new DeviceMismatchException(first.Device, tensor.Device);
            if (IsNothing(tensor))
                continue;
            if (tensor.Rank != first.Rank)
            {
                throw new TensorRuntimeException(
                    $"Tensors must have same number of dimensions: got {first.Rank} and {tensor.Rank}");
            }

            for (var j = 0; j < sizes.Length; j++)
            {
                if (j != d && tensor.Shape[j] != sizes[j])
                {
                    throw new TensorRuntimeException(
                        $"Sizes of tensors must match except in dimension {d}. Expected size {sizes[j]} but got " +
                        $"size {tensor.Shape[j]} for tensor number {i} in the list.");
                }
            }

            sizes[d] += tensor.Shape[d];
        }

        return Join([.. tensors], ArgumentType.Promote(types), new(sizes), d);
    }

    /// <summary>Tensors of one shape along a new dimension. As <c>torch.stack</c>.</summary>
    /// <param name="tensors">The tensors; their dtypes promote.</param>
    /// <param name="dimension">The place of the new dimension, negative from behind the end.</param>
    /// <exception cref="TensorException">There are none, or shapes or devices differ.</exception>
    public static Tensor Stack(IReadOnlyList<Tensor> tensors, int dimension = 0)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        if (tensors.Count == 0)
            throw new TensorRuntimeException("stack expects a non-empty TensorList");
        var first = tensors[0];
        var d = Dimensions.Wrap(dimension, first.Rank + 1);
        var types = new ArgumentType[tensors.Count];
        for (var i = 0; i < tensors.Count; i++)
        {
            types[i] = ArgumentType.Of(tensors[i]);
            if (!ReferenceEquals(tensors[i].Device, first.Device))
                throw new DeviceMismatchException(first.Device, tensors[i].Device);
            if (tensors[i].Shape != first.Shape)
            {
                throw new TensorRuntimeException(
                    $"stack expects each tensor to be equal size, but got {first.Shape.ToListText()} at entry 0 and " +
                    $"{tensors[i].Shape.ToListText()} at entry {i}");
            }
        }

        var dtype = ArgumentType.Promote(types);
        var whole = Allocate(first.Device, Layout.Contiguous(
            [.. first.Shape.AsSpan()[..d], tensors.Count, .. first.Shape.AsSpan()[d..]]), dtype);
        var mask = new bool[whole.Rank];
        mask[d] = true;
        for (var i = 0; i < tensors.Count; i++)
            tensors[i].CopyTo(new(whole.Storage, whole.Layout.Without(mask, i * whole.Strides[d]), dtype));
        Tensor[] inputs = [.. tensors];
        if (dtype.IsFloatingPoint && ShouldRecord(inputs))
        {
            var dtypes = Array.ConvertAll(inputs, t => t.DType);
            whole.SetHistory(Recorded("StackBackward0", g =>
            {
                var results = new Tensor?[dtypes.Length];
                for (var i = 0; i < results.Length; i++)
                    results[i] = dtypes[i].IsFloatingPoint ? g[0]!.Select(d, i).To(dtypes[i]) : null;
                return results;
            }, inputs), 0);
        }

        return whole;
    }

    /// <summary>Tensors side by side: along the second dimension, or the only one. As <c>torch.hstack</c>.</summary>
    public static Tensor HStack(IReadOnlyList<Tensor> tensors)
    {
        var parts = AtLeast(tensors, "hstack", t => t.AtLeast1D());
        return Cat(parts, parts[0].Rank == 1 ? 0 : 1);
    }

    /// <summary>Tensors one below the other. As <c>torch.vstack</c>.</summary>
    public static Tensor VStack(IReadOnlyList<Tensor> tensors) =>
        Cat(AtLeast(tensors, "vstack", t => t.AtLeast2D()), 0);

    /// <summary>Tensors one behind the other. As <c>torch.dstack</c>.</summary>
    public static Tensor DStack(IReadOnlyList<Tensor> tensors) =>
        Cat(AtLeast(tensors, "dstack", t => t.AtLeast3D()), 2);

    /// <summary>Columns, or matrices, side by side. As <c>torch.column_stack</c>.</summary>
    public static Tensor ColumnStack(IReadOnlyList<Tensor> tensors) =>
        HStack(AtLeast(tensors, "column_stack", t => t.Rank <= 1 ? t.Reshape([t.ElementCount, 1]) : t));

    /// <summary>With at least one dimension. As <c>torch.atleast_1d</c>.</summary>
    public Tensor AtLeast1D() => Rank == 0 ? Reshape([1]) : this;

    /// <summary>With at least two dimensions, new ones first. As <c>torch.atleast_2d</c>.</summary>
    public Tensor AtLeast2D() => Rank == 0 ? Reshape([1, 1]) : Rank == 1 ? Unsqueeze(0) : this;

    /// <summary>With at least three dimensions. As <c>torch.atleast_3d</c>.</summary>
    public Tensor AtLeast3D() => Rank switch
    {
        0 => Reshape([1, 1, 1]),
        1 => Unsqueeze(0).Unsqueeze(-1),
        2 => Unsqueeze(-1),
        _ => this,
    };

    private static Tensor[] AtLeast(IReadOnlyList<Tensor> tensors, string name, Func<Tensor, Tensor> lift)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        return tensors.Count == 0
            ? throw new TensorRuntimeException($"{name} expects a non-empty TensorList")
            : [.. tensors.Select(lift)];
    }

    private static Tensor Join(Tensor[] inputs, DType dtype, Shape shape, int dimension)
    {
        var whole = Allocate(inputs[0].Device, Layout.Contiguous(shape), dtype);
        var start = 0L;
        var ends = new long[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            // An empty tensor of one dimension has no place of its own in the others' dimensions.
            var length = inputs[i].Rank == shape.Rank ? inputs[i].Shape[dimension] : 0;
            if (length > 0)
                inputs[i].CopyTo(new(whole.Storage, whole.Layout.Slice(dimension, start, length, 1), dtype));
            ends[i] = start += length;
        }

        if (dtype.IsFloatingPoint && ShouldRecord(inputs))
        {
            var (shapes, dtypes) = (Array.ConvertAll(inputs, t => t.Shape), Array.ConvertAll(inputs, t => t.DType));
            whole.SetHistory(Recorded("CatBackward0", g =>
            {
                var results = new Tensor?[ends.Length];
                for (var i = 0; i < results.Length; i++)
                {
                    if (!dtypes[i].IsFloatingPoint)
                        continue;
                    results[i] = shapes[i].Rank == shape.Rank
                        ? g[0]!.Slice(dimension, i == 0 ? 0 : ends[i - 1], ends[i]).To(dtypes[i])
                        : Zeros(shapes[i], dtypes[i], g[0]!.Device);
                }

                return results;
            }, inputs), 0);
        }

        return whole;
    }
}
