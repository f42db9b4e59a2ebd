namespace KernelEngine;

/// <content>Reductions.</content>
public partial class Tensor
{
    /// <summary>The sum of all elements. As <c>torch.sum</c>.</summary>
    public Tensor Sum(DType? dtype = null) => Reductions.Sum.Apply(this, [], all: true, false, dtype)[0];

    /// <summary>
    /// The sum over what broadcasting has repeated: the tensor brought back to a shape that expands to its own.
    /// As <c>torch.Tensor.sum_to_size</c>.
    /// </summary>
    /// <exception cref="TensorRuntimeException">The shape does not expand to the tensor's.</exception>
    public Tensor SumToSize(Shape shape)
    {
        if (shape == Shape)
            return this;
        var lead = Rank - shape.Rank;
        var dimensions = new List<int>();
        for (var i = 0; i < Rank; i++)
        {
            var size = i < lead ? 1 : shape[i - lead];
            if (lead < 0 || (size != 1 && size != Shape[i]))
            {
                throw new TensorRuntimeException(
                    $"size {{{shape.ToListText()}}} is not expandable to size {{{Shape.ToListText()}}}.");
            }

            if (i < lead || (size == 1 && Shape[i] != 1))
                dimensions.Add(i);
        }

        var sum = Reductions.Sum.Apply(this, dimensions.ToArray(), all: false, keepDimensions: true)[0];
        return lead == 0 ? sum : sum.Reshape(shape);
    }

    /// <summary>Whether any element is not a number.</summary>
    internal bool HasNaN() => Sum().Item().ToDouble() is var sum && double.IsNaN(sum);
}
