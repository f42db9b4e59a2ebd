namespace KernelEngine;

/// <summary>The end of a graph: adds what arrives to the gradient of a leaf.</summary>
internal sealed class AccumulateGrad : Node
{
    private readonly Tensor leaf;

    public AccumulateGrad(Tensor leaf)
        : base("AccumulateGrad", 0)
    {
        this.leaf = leaf;

        // Gradients are ready for use as soon as they are whole.
        Sequence = long.MaxValue;
    }

    /// <summary>Adds a gradient.</summary>
    /// <param name="gradient">The gradient, of the leaf's shape and dtype.</param>
    /// <param name="isFresh">Whether nobody else holds its memory, so that it need not be copied.</param>
    /// <param name="createGraph">Whether the sum itself is recorded.</param>
    public void Accumulate(Tensor gradient, bool isFresh, bool createGraph)
    {
        if (leaf.Grad is not { } sum)
        {
            leaf.Grad = createGraph ? (isFresh ? gradient : gradient.Clone())
                : isFresh && gradient.Layout.IsContiguous ? gradient.IsPlain ? gradient : gradient.Detach()
                : gradient.Detach().Clone();
            TensorScope.Exempt(leaf.Grad);
        }
        else if (createGraph)
            leaf.Grad = TensorScope.Exempt(sum + gradient);
        else
            sum.Add_(gradient);
    }

    internal override Tensor?[] Backward(Tensor?[] gradients) => [];

    internal override void Release()
    {
    }
}
