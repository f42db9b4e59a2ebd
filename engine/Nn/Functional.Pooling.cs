namespace KernelEngine.Nn;

/// <content>Pooling.</content>
public static partial class Functional
{
    /// <inheritdoc cref="Tensor.MaxPool1d"/>
    public static Tensor MaxPool1d(
        Tensor input, Shape kernelSize, Shape stride = default, Shape padding = default, Shape dilation = default,
        bool ceilMode = false) => input.MaxPool1d(kernelSize, stride, padding, dilation, ceilMode);

    /// <inheritdoc cref="Tensor.MaxPool2d"/>
    public static Tensor MaxPool2d(
        Tensor input, Shape kernelSize, Shape stride = default, Shape padding = default, Shape dilation = default,
        bool ceilMode = false) => input.MaxPool2d(kernelSize, stride, padding, dilation, ceilMode);

    /// <inheritdoc cref="Tensor.MaxPool3d"/>
    public static Tensor MaxPool3d(
        Tensor input, Shape kernelSize, Shape stride = default, Shape padding = default, Shape dilation = default,
        bool ceilMode = false) => input.MaxPool3d(kernelSize, stride, padding, dilation, ceilMode);
}
