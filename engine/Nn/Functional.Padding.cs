namespace KernelEngine.Nn;

/// <content>Padding.</content>
public static partial class Functional
{
    /// <inheritdoc cref="Tensor.Pad"/>
    public static Tensor Pad(Tensor input, Shape pad, string mode = "constant", Scalar? value = null) =>
        input.Pad(pad.AsSpan(), mode, value);
}
