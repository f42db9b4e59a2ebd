namespace KernelEngine.Nn;

/// <summary>The largest element of each window that slides over the last dimensions.</summary>
public abstract class MaxPool : Module
{
    private readonly int rank;
    private readonly Shape kernelSize, stride, padding, dilation;
    private readonly bool ceilMode;

    private protected MaxPool(
        int rank, Shape kernelSize, Shape stride, Shape padding, Shape dilation, bool ceilMode)
    {
        (this.rank, this.kernelSize, this.stride) = (rank, kernelSize, stride);
        (this.padding, this.dilation, this.ceilMode) = (padding, dilation, ceilMode);
    }

    /// <inheritdoc/>
    protected override string Settings =>
        PoolSettings.Of(kernelSize, stride, padding) +
        $", dilation={PythonSizes.Of(dilation.Rank == 0 ? 1 : dilation)}, ceil_mode={PythonNumber.Of(ceilMode)}";

    /// <summary>
    /// The largest elements, and their indices in the flattened plane (int64), as with PyTorch's
    /// <c>return_indices</c>; what a <see cref="MaxUnpool"/> takes. No hooks run.
    /// </summary>
    public (Tensor Output, Tensor Indices) CallWithIndices(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return rank switch
        {
            1 => input.MaxPool1dWithIndices(kernelSize, stride, padding, dilation, ceilMode),
            2 => input.MaxPool2dWithIndices(kernelSize, stride, padding, dilation, ceilMode),
            _ => input.MaxPool3dWithIndices(kernelSize, stride, padding, dilation, ceilMode),
        };
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => rank switch
    {
        1 => input.MaxPool1d(kernelSize, stride, padding, dilation, ceilMode),
        2 => input.MaxPool2d(kernelSize, stride, padding, dilation, ceilMode),
        _ => input.MaxPool3d(kernelSize, stride, padding, dilation, ceilMode),
    };
}

/// <summary>The largest element of each window in (N, C, L) or (C, L), as <c>torch.nn.MaxPool1d</c>.</summary>
/// <param name="kernelSize">The sizes of a window: one for all dimensions, or one for each.</param>
/// <param name="stride">The step from window to window; the window's sizes where not given.</param>
/// <param name="padding">How far windows reach out at both ends.</param>
/// <param name="dilation">The step within a window.</param>
/// <param name="ceilMode">Whether the last window may reach beyond the end.</param>
public sealed class MaxPool1d(
    Shape kernelSize, Shape stride = default, Shape padding = default, Shape dilation = default,
    bool ceilMode = false) : MaxPool(1, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>The largest element of each window in (N, C, H, W) or (C, H, W), as <c>torch.nn.MaxPool2d</c>.</summary>
/// <inheritdoc cref="MaxPool1d"/>
public sealed class MaxPool2d(
    Shape kernelSize, Shape stride = default, Shape padding = default, Shape dilation = default,
    bool ceilMode = false) : MaxPool(2, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>The largest element of each window in (N, C, D, H, W) or (C, D, H, W), as <c>torch.nn.MaxPool3d</c>.
/// </summary>
/// <inheritdoc cref="MaxPool1d"/>
public sealed class MaxPool3d(
    Shape kernelSize, Shape stride = default, Shape padding = default, Shape dilation = default,
    bool ceilMode = false) : MaxPool(3, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>
/// Zeros with elements where a <see cref="MaxPool"/> found them: called with the elements and their indices.
/// </summary>
public abstract class MaxUnpool : Module<Tensor, Tensor, Tensor>
{
    private readonly int rank;
    private readonly Shape kernelSize, stride, padding;

    private protected MaxUnpool(int rank, Shape kernelSize, Shape stride, Shape padding) =>
        (this.rank, this.kernelSize, this.stride, this.padding) = (rank, kernelSize, stride, padding);

    /// <inheritdoc/>
    protected override string Settings =>
        $"kernel_size={PythonSizes.Tuple(kernelSize, rank)}, " +
        $"stride={PythonSizes.Tuple(stride.Rank == 0 ? kernelSize : stride, rank)}, " +
        $"padding={PythonSizes.Tuple(padding.Rank == 0 ? 0 : padding, rank)}";

    /// <summary>An output of a size, which more than one input size of the pooling gives. Hooks run.</summary>
    /// <param name="input">The elements.</param>
    /// <param name="indices">Their indices in the flattened plane, int64, of the input's shape.</param>
    /// <param name="outputSize">The spatial size wanted, or the whole shape.</param>
    /// <exception cref="TensorException">The input does not give that size, or an index is out of range.</exception>
    public Tensor Call(Tensor input, Tensor indices, Shape outputSize) =>
        CallThrough(input, indices, (elements, places) => Unpool(elements, places, outputSize));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input, Tensor indices) => Unpool(input, indices, default);

    private Tensor Unpool(Tensor input, Tensor indices, Shape outputSize) => rank switch
    {
        1 => Functional.MaxUnpool1d(input, indices, kernelSize, stride, padding, outputSize),
        2 => Functional.MaxUnpool2d(input, indices, kernelSize, stride, padding, outputSize),
        _ => Functional.MaxUnpool3d(input, indices, kernelSize, stride, padding, outputSize),
    };
}

/// <summary>
/// Zeros with elements where a <see cref="MaxPool1d"/> found them, as <c>torch.nn.MaxUnpool1d</c>.
/// </summary>
/// <param name="kernelSize">The sizes of a window: one for all dimensions, or one for each.</param>
/// <param name="stride">The step from window to window; the window's sizes where not given.</param>
/// <param name="padding">How far windows reach out at both ends.</param>
public sealed class MaxUnpool1d(Shape kernelSize, Shape stride = default, Shape padding = default)
    : MaxUnpool(1, kernelSize, stride, padding);

/// <summary>
/// Zeros with elements where a <see cref="MaxPool2d"/> found them, as <c>torch.nn.MaxUnpool2d</c>.
/// </summary>
/// <inheritdoc cref="MaxUnpool1d"/>
public sealed class MaxUnpool2d(Shape kernelSize, Shape stride = default, Shape padding = default)
    : MaxUnpool(2, kernelSize, stride, padding);

/// <summary>
/// Zeros with elements where a <see cref="MaxPool3d"/> found them, as <c>torch.nn.MaxUnpool3d</c>.
/// </summary>
/// <inheritdoc cref="MaxUnpool1d"/>
public sealed class MaxUnpool3d(Shape kernelSize, Shape stride = default, Shape padding = default)
    : MaxUnpool(3, kernelSize, stride, padding);
