namespace KernelEngine;

/// <summary>
/// The history of a tensor after one of its views has been written by another operator: within the view the gradient
/// goes through that operator, around it straight on.
/// </summary>
internal sealed class CopySlices : Node
{
    private readonly Layout root;
    private readonly Layout view;
    private readonly Node inner;

    public CopySlices(Tensor root, Tensor view, Node inner)
        : base("CopySlices", inner.NextEdges.Length + 1)
    {
        this.root = new(root.Shape, root.Layout.Strides.ToArray(), 0);
        this.view = new(view.Shape, view.Layout.Strides.ToArray(), view.Layout.Offset - root.Layout.Offset);
        this.inner = inner;
        NextEdges[0] = root.GradientEdge;

        // The first edge of the operator is for the view's old value: that way leads through the root.
        for (var i = 1; i < inner.NextEdges.Length; i++)
            NextEdges[i + 1] = inner.NextEdges[i];
    }

    internal override Tensor?[] Backward(Tensor?[] gradients)
    {
        var incoming = gradients[0]!;
        var whole = Tensor.EmptyStrided(root, incoming.DType, incoming.Device);
        whole.Copy_(incoming);
        var slice = whole.AsStrided(view.Shape, view.Strides, view.Offset);
        var inside = inner.Backward([slice.Clone()]);
        if (inside.Length > 0 && inside[0] is { } old)
            slice.Copy_(old);
        else
            slice.Zero_();
        var results = new Tensor?[NextEdges.Length];
        results[0] = whole;
        for (var i = 1; i < inside.Length; i++)
            results[i + 1] = inside[i];
        return results;
    }

    internal override void Release() => inner.Release();
}
