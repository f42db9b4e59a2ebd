namespace KernelEngine.Nn;

/// <content>Convolutions.</content>
public static partial class Functional
{
    /// <inheritdoc cref="Tensor.Conv1d"/>
    public static Tensor Conv1d(
        Tensor input, Tensor weight, Tensor? bias = null, Shape stride = default, ConvolutionPadding padding = default,
        Shape dilation = default, long groups = 1) => input.Conv1d(weight, bias, stride, padding, dilation, groups);

    /// <inheritdoc cref="Tensor.Conv2d"/>
    public static Tensor Conv2d(
        Tensor input, Tensor weight, Tensor? bias = null, Shape stride = default, ConvolutionPadding padding = default,
        Shape dilation = default, long groups = 1) => input.Conv2d(weight, bias, stride, padding, dilation, groups);

    /// <inheritdoc cref="Tensor.Conv3d"/>
    public static Tensor Conv3d(
        Tensor input, Tensor weight, Tensor? bias = null, Shape stride = default, ConvolutionPadding padding = default,
        Shape dilation = default, long groups = 1) => input.Conv3d(weight, bias, stride, padding, dilation, groups);

    /// <inheritdoc cref="Tensor.ConvTranspose1d"/>
    public static Tensor ConvTranspose1d(
        Tensor input, Tensor weight, Tensor? bias = null, Shape stride = default, Shape padding = default,
        Shape outputPadding = default, long groups = 1, Shape dilation = default) =>
        input.ConvTranspose1d(weight, bias, stride, padding, outputPadding, groups, dilation);

    /// <inheritdoc cref="Tensor.ConvTranspose2d"/>
    public static Tensor ConvTranspose2d(
        Tensor input, Tensor weight, Tensor? bias = null, Shape stride = default, Shape padding = default,
        Shape outputPadding = default, long groups = 1, Shape dilation = default) =>
        input.ConvTranspose2d(weight, bias, stride, padding, outputPadding, groups, dilation);

    /// <inheritdoc cref="Tensor.ConvTranspose3d"/>
    public static Tensor ConvTranspose3d(
        Tensor input, Tensor weight, Tensor? bias = null, Shape stride = default, Shape padding = default,
        Shape outputPadding = default, long groups = 1, Shape dilation = default) =>
        input.ConvTranspose3d(weight, bias, stride, padding, outputPadding, groups, dilation);
}
