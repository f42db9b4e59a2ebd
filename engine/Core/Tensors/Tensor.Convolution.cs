namespace KernelEngine;

/// <content>Convolutions.</content>
public partial class Tensor
{
    /// <summary>A convolution over one dimension. As <c>torch.nn.functional.conv1d</c>.</summary>
    /// <param name="weight">[outputs, channels / groups, kernel…], for this [N, channels, size…] or [channels, size…].
    /// </param>
    /// <param name="bias">[outputs], or null.</param>
    /// <param name="stride">The step of the window, for all dimensions or for each; 1 unless given.</param>
    /// <param name="padding">The zeros around the input; none unless given.</param>
    /// <param name="dilation">The step within the window; 1 unless given.</param>
    /// <param name="groups">Into how many parts inputs and outputs are divided, each with a convolution.</param>
    /// <returns>[N, outputs, size…], or [outputs, size…].</returns>
    /// <exception cref="TensorException">Shapes, numbers, dtypes or devices do not go together.</exception>
    public Tensor Conv1d(
        Tensor weight, Tensor? bias = null, Shape stride = default, ConvolutionPadding padding = default,
        Shape dilation = default, long groups = 1) =>
        ConvolutionCall.Direct("conv1d", 1, this, weight, bias, stride, padding, dilation, groups);

    /// <summary>A convolution over two dimensions. As <c>torch.nn.functional.conv2d</c>.</summary>
    /// <inheritdoc cref="Conv1d"/>
    public Tensor Conv2d(
        Tensor weight, Tensor? bias = null, Shape stride = default, ConvolutionPadding padding = default,
        Shape dilation = default, long groups = 1) =>
        ConvolutionCall.Direct("conv2d", 2, this, weight, bias, stride, padding, dilation, groups);

    /// <summary>A convolution over three dimensions. As <c>torch.nn.functional.conv3d</c>.</summary>
    /// <inheritdoc cref="Conv1d"/>
    public Tensor Conv3d(
        Tensor weight, Tensor? bias = null, Shape stride = default, ConvolutionPadding padding = default,
        Shape dilation = default, long groups = 1) =>
        ConvolutionCall.Direct("conv3d", 3, this, weight, bias, stride, padding, dilation, groups);

    /// <summary>
    /// The transposed convolution over one dimension: the gradient of <see cref="Conv1d"/> by its input. As
    /// <c>torch.nn.functional.conv_transpose1d</c>.
    /// </summary>
    /// <param name="weight">[channels, outputs / groups, kernel…], for this [N, channels, size…] or [channels, size…].
    /// </param>
    /// <param name="bias">[outputs], or null.</param>
    /// <param name="stride">The step of the window, for all dimensions or for each; 1 unless given.</param>
    /// <param name="padding">What is cut off around the result; nothing unless given.</param>
    /// <param name="outputPadding">How much longer the result is; nothing unless given.</param>
    /// <param name="groups">Into how many parts inputs and outputs are divided, each with a convolution.</param>
    /// <param name="dilation">The step within the window; 1 unless given.</param>
    /// <returns>[N, outputs, size…], or [outputs, size…].</returns>
    /// <exception cref="TensorException">Shapes, numbers, dtypes or devices do not go together.</exception>
    public Tensor ConvTranspose1d(
        Tensor weight, Tensor? bias = null, Shape stride = default, Shape padding = default,
        Shape outputPadding = default, long groups = 1, Shape dilation = default) => ConvolutionCall.Transposed(
        "conv_transpose1d", 1, this, weight, bias, stride, padding, outputPadding, groups, dilation);

    /// <summary>
    /// The transposed convolution over two dimensions: the gradient of <see cref="Conv2d"/> by its input. As
    /// <c>torch.nn.functional.conv_transpose2d</c>.
    /// </summary>
    /// <inheritdoc cref="ConvTranspose1d"/>
    public Tensor ConvTranspose2d(
        Tensor weight, Tensor? bias = null, Shape stride = default, Shape padding = default,
        Shape outputPadding = default, long groups = 1, Shape dilation = default) => ConvolutionCall.Transposed(
        "conv_transpose2d", 2, this, weight, bias, stride, padding, outputPadding, groups, dilation);

    /// <summary>
    /// The transposed convolution over three dimensions: the gradient of <see cref="Conv3d"/> by its input. As
    /// <c>torch.nn.functional.conv_transpose3d</c>.
    /// </summary>
    /// <inheritdoc cref="ConvTranspose1d"/>
    public Tensor ConvTranspose3d(
        Tensor weight, Tensor? bias = null, Shape stride = default, Shape padding = default,
        Shape outputPadding = default, long groups = 1, Shape dilation = default) => ConvolutionCall.Transposed(
        "conv_transpose3d", 3, this, weight, bias, stride, padding, outputPadding, groups, dilation);
}
