namespace KernelEngine;

/// <content>Views.</content>
public partial class Tensor
{
    /// <summary>
    /// The same elements in another shape, shared where the strides allow it, else copied. As <c>torch.reshape</c>.
    /// </summary>
    /// <param name="shape">The sizes; one of them may be -1.</param>
    /// <exception cref="TensorRuntimeException">The shape has another number of elements.</exception>
    public Tensor Reshape(Shape shape)
    {
        var inferred = shape;
        if (Layout.TryView(inferred) is { } layout)
        {
            var own = Shape;
            return View(layout, "ReshapeAliasBackward0", g => g.Reshape(own));
        }

        return Contiguous().Reshape(inferred);
    }

    /// <summary>A view whose dimensions of size 1 repeat. As <c>torch.Tensor.expand</c>.</summary>
    /// <param name="shape">The sizes; -1 keeps one.</param>
    /// <exception cref="TensorRuntimeException">A size that is not 1 would change.</exception>
    public Tensor Expand(Shape shape)
    {
        var own = Shape;
        return View(Layout.Expand(shape), "ExpandBackward0", g => g.SumToSize(own));
    }

    /// <summary>A view with any shape and strides over the storage. As <c>torch.as_strided</c>.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="strides">The step in the storage for each dimension, in elements.</param>
    /// <param name="offset">The place of the first element in the storage; this tensor's where null.</param>
    /// <exception cref="TensorRuntimeException">It would reach beyond the storage.</exception>
    public Tensor AsStrided(Shape shape, ReadOnlySpan<long> strides, long? offset = null)
    {
        var (layout, own) = (new Layout(shape, strides.ToArray(), offset ?? Layout.Offset), Layout);
        return View(layout, "AsStridedBackward0", g => AsStridedBackward(g, layout, own));
    }

    private static Tensor AsStridedBackward(Tensor gradient, Layout view, Layout input)
    {
        var extent = Math.Max(view.StorageExtent, input.StorageExtent);
        var whole = Zeros([extent], gradient.DType, gradient.Device);
        whole.AsStrided(view.Shape, view.Strides, view.Offset).Copy_(gradient);
        return whole.AsStrided(input.Shape, input.Strides, input.Offset);
    }
}
