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

    /// <inheritdoc cref="Tensor.AvgPool1d"/>
    public static Tensor AvgPool1d(
        Tensor input, Shape kernelSize, Shape stride = default, Shape padding = default, bool ceilMode = false,
        bool countIncludePad = true) => input.AvgPool1d(kernelSize, stride, padding, ceilMode, countIncludePad);

    /// <inheritdoc cref="Tensor.AvgPool2d"/>
    public static Tensor AvgPool2d(
        Tensor input, Shape kernelSize, Shape stride = default, Shape padding = default, bool ceilMode = false,
        bool countIncludePad = true, long? divisorOverride = null) =>
        input.AvgPool2d(kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride);

    /// <inheritdoc cref="Tensor.AvgPool3d"/>
    public static Tensor AvgPool3d(
        Tensor input, Shape kernelSize, Shape stride = default, Shape padding = default, bool ceilMode = false,
        bool countIncludePad = true, long? divisorOverride = null) =>
        input.AvgPool3d(kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride);

    /// <inheritdoc cref="Tensor.AdaptiveAvgPool1d"/>
    public static Tensor AdaptiveAvgPool1d(Tensor input, params ReadOnlySpan<long?> outputSize) =>
        input.AdaptiveAvgPool1d(outputSize);

    /// <inheritdoc cref="Tensor.AdaptiveAvgPool2d"/>
    public static Tensor AdaptiveAvgPool2d(Tensor input, params ReadOnlySpan<long?> outputSize) =>
        input.AdaptiveAvgPool2d(outputSize);

    /// <inheritdoc cref="Tensor.AdaptiveAvgPool3d"/>
    public static Tensor AdaptiveAvgPool3d(Tensor input, params ReadOnlySpan<long?> outputSize) =>
        input.AdaptiveAvgPool3d(outputSize);

    /// <inheritdoc cref="Tensor.AdaptiveMaxPool1d"/>
    /// <returns>The elements.</returns>
    public static Tensor AdaptiveMaxPool1d(Tensor input, params ReadOnlySpan<long?> outputSize) =>
        input.AdaptiveMaxPool1d(outputSize).Output;

    /// <inheritdoc cref="Tensor.AdaptiveMaxPool2d"/>
    /// <returns>The elements.</returns>
    public static Tensor AdaptiveMaxPool2d(Tensor input, params ReadOnlySpan<long?> outputSize) =>
        input.AdaptiveMaxPool2d(outputSize).Output;

    /// <inheritdoc cref="Tensor.AdaptiveMaxPool3d"/>
    /// <returns>The elements.</returns>
    public static Tensor AdaptiveMaxPool3d(Tensor input, params ReadOnlySpan<long?> outputSize) =>
        input.AdaptiveMaxPool3d(outputSize).Output;

    /// <summary>
    /// The p-norm of each window along the last dimension. As <c>torch.nn.functional.lp_pool1d</c>.
    /// </summary>
    /// <param name="input">[N, C, L], or without N.</param>
    /// <param name="normType">p.</param>
    /// <param name="kernelSize">The size of a window.</param>
    /// <param name="stride">The step from window to window; the window's size where not given.</param>
    /// <param name="ceilMode">Whether the last window may reach beyond the end.</param>
    /// <exception cref="TensorException">Such windows cannot be.</exception>
    public static Tensor LpPool1d(
        Tensor input, Scalar normType, Shape kernelSize, Shape stride = default, bool ceilMode = false) =>
        Norms(input.Pow(normType).AvgPool1d(kernelSize, stride, 0, ceilMode), normType, kernelSize, 1);

    /// <summary>
    /// The p-norm of each window over the last two dimensions. As <c>torch.nn.functional.lp_pool2d</c>.
    /// </summary>
    /// <inheritdoc cref="LpPool1d"/>
    public static Tensor LpPool2d(
        Tensor input, Scalar normType, Shape kernelSize, Shape stride = default, bool ceilMode = false) =>
        Norms(input.Pow(normType).AvgPool2d(kernelSize, stride, 0, ceilMode), normType, kernelSize, 2);

    /// <summary>
    /// Zeros with elements where a maximum found them. As <c>torch.nn.functional.max_unpool1d</c>.
    /// </summary>
    /// <param name="input">What the maximum gave.</param>
    /// <param name="indices">And its indices.</param>
    /// <param name="kernelSize">The sizes of a window.</param>
    /// <param name="stride">The step from window to window; the window's sizes where not given.</param>
    /// <param name="padding">How far windows reached out.</param>
    /// <param name="outputSize">The sizes wanted, where several are possible: the spatial ones, or all.</param>
    /// <exception cref="TensorException">Shapes do not go together, or an index is out of range.</exception>
    public static Tensor MaxUnpool1d(
        Tensor input, Tensor indices, Shape kernelSize, Shape stride = default, Shape padding = default,
        Shape outputSize = default) =>
        input.MaxUnpool(indices, UnpooledSize(input, 1, kernelSize, stride, padding, outputSize));

    /// <summary>
    /// Zeros with elements where a maximum found them. As <c>torch.nn.functional.max_unpool2d</c>.
    /// </summary>
    /// <inheritdoc cref="MaxUnpool1d"/>
    public static Tensor MaxUnpool2d(
        Tensor input, Tensor indices, Shape kernelSize, Shape stride = default, Shape padding = default,
        Shape outputSize = default) =>
        input.MaxUnpool(indices, UnpooledSize(input, 2, kernelSize, stride, padding, outputSize));

    /// <summary>
    /// Zeros with elements where a maximum found them. As <c>torch.nn.functional.max_unpool3d</c>.
    /// </summary>
    /// <inheritdoc cref="MaxUnpool1d"/>
    public static Tensor MaxUnpool3d(
        Tensor input, Tensor indices, Shape kernelSize, Shape stride = default, Shape padding = default,
        Shape outputSize = default) =>
        input.MaxUnpool(indices, UnpooledSize(input, 3, kernelSize, stride, padding, outputSize));

    private static Tensor Norms(Tensor means, Scalar normType, Shape kernelSize, int spatial)
    {
        var count = kernelSize.Rank == 1 ? Math.Pow(kernelSize[0], spatial) : kernelSize.ElementCount;
        return (means.Sign() * means.Abs().Relu()).Mul((long)count).Pow(1.0 / normType.ToDouble());
    }

    private static Shape UnpooledSize(
        Tensor input, int spatial, Shape kernelSize, Shape stride, Shape padding, Shape outputSize)
    {
        var sizes = new long[spatial];
        if (outputSize.Rank == spatial + 2)
            outputSize = outputSize.ToArray()[2..];
        if (outputSize.Rank != 0 && outputSize.Rank != spatial)
        {
            throw new TensorValueException(
                $"output_size should be a sequence containing {spatial} or {spatial + 2} elements, but it has a " +
                $"length of '{outputSize.Rank}'");
        }

        for (var i = 0; i < spatial && input.Rank >= spatial; i++)
        {
            var (kernel, pad) = (At(kernelSize, i, 1), At(padding, i, 0));
            var step = At(stride, i, kernel);
            sizes[i] = ((input.Shape[input.Rank - spatial + i] - 1) * step) + kernel - (2 * pad);
            if (outputSize.Rank == 0)
                continue;
            if (outputSize[i] <= sizes[i] - step || outputSize[i] >= sizes[i] + step)
            {
                throw new TensorValueException(
                    $"invalid output_size \"{outputSize.ToListText()}\" (dim {i} must be between {sizes[i] - step} " +
                    $"and {sizes[i] + step})");
            }

            sizes[i] = outputSize[i];
        }

        return sizes;

        long At(Shape given, int i, long otherwise) => given.Rank == 0 ? otherwise
            : given.Rank == 1 ? given[0]
            : given.Rank == spatial ? given[i]
            : throw new TensorValueException(
                $"kernel_size, stride and padding should be one number or {spatial}, but there are {given.Rank}");
    }
}
