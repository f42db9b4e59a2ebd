namespace KernelEngine;

/// <content>The same tensor object seen otherwise: its layout changes, its memory does not.</content>
public partial class Tensor
{
    /// <summary><see cref="Transpose()"/> in place. As <c>torch.Tensor.t_</c>.</summary>
    public Tensor Transpose_() => TakeLayout(() => Transpose());

    /// <summary><see cref="Transpose(int, int)"/> in place. As <c>torch.Tensor.transpose_</c>.</summary>
    public Tensor Transpose_(int first, int second) => TakeLayout(() => Transpose(first, second));

    /// <summary><see cref="Squeeze()"/> in place. As <c>torch.Tensor.squeeze_</c>.</summary>
    public Tensor Squeeze_() => TakeLayout(() => Squeeze());

    /// <summary><see cref="Squeeze(int)"/> in place. As <c>torch.Tensor.squeeze_</c>.</summary>
    public Tensor Squeeze_(int dimension) => TakeLayout(() => Squeeze(dimension));

    /// <summary><see cref="Unsqueeze"/> in place. As <c>torch.Tensor.unsqueeze_</c>.</summary>
    public Tensor Unsqueeze_(int dimension) => TakeLayout(() => Unsqueeze(dimension));

    private Tensor TakeLayout(Func<Tensor> view)
    {
        if (Autograd.IsEnabled && RequiresGrad && IsLeaf)
        {
            throw new TensorRuntimeException(
                "a leaf Variable that requires grad is being used in an in-place operation.",
                "the method without underscore gives a view");
        }

        var seen = view();
        Layout = seen.Layout;
        Storage.Version++;
        if (seen.node is { } function)
            SetHistory(function, 0);
        if (State is { Base: not null } state)
            state.ViewVersion = Storage.Version;
        return this;
    }
}
