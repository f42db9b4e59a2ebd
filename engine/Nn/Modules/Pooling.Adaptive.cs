namespace KernelEngine.Nn;

/// <summary>The means of as many parts of the last dimensions as wanted.</summary>
public abstract class AdaptiveAvgPool : Module
{
    private readonly int rank;
    private readonly long?[] outputSize;

    private protected AdaptiveAvgPool(int rank, long?[] outputSize) =>
        (this.rank, this.outputSize) = (rank, outputSize);

    /// <inheritdoc/>
    protected override string Settings => $"output_size={PoolSettings.Of(outputSize)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => rank switch
    {
        1 => input.AdaptiveAvgPool1d(outputSize),
        2 => input.AdaptiveAvgPool2d(outputSize),
        _ => input.AdaptiveAvgPool3d(outputSize),
    };
}

/// <summary>
/// The means of as many parts of (N, C, L) or (C, L) as wanted, as
/// <c>torch.nn.AdaptiveAvgPool1d</c>.
/// </summary>
/// <param name="outputSize">
/// How many: one number for all dimensions, or one for each; the input's own size where null.
/// </param>
public sealed class AdaptiveAvgPool1d(params long?[] outputSize) : AdaptiveAvgPool(1, outputSize);

/// <summary>
/// The means of as many parts of (N, C, H, W) or (C, H, W) as wanted, as
/// <c>torch.nn.AdaptiveAvgPool2d</c>.
/// </summary>
/// <inheritdoc cref="AdaptiveAvgPool1d"/>
public sealed class AdaptiveAvgPool2d(params long?[] outputSize) : AdaptiveAvgPool(2, outputSize);

/// <summary>
/// The means of as many parts of (N, C, D, H, W) or (C, D, H, W) as wanted, as
/// <c>torch.nn.AdaptiveAvgPool3d</c>.
/// </summary>
/// <inheritdoc cref="AdaptiveAvgPool1d"/>
public sealed class AdaptiveAvgPool3d(params long?[] outputSize) : AdaptiveAvgPool(3, outputSize);

/// <summary>The largest elements of as many parts of the last dimensions as wanted.</summary>
public abstract class AdaptiveMaxPool : Module
{
    private readonly int rank;
    private readonly long?[] outputSize;

    private protected AdaptiveMaxPool(int rank, long?[] outputSize) =>
        (this.rank, this.outputSize) = (rank, outputSize);

    /// <inheritdoc/>
    protected override string Settings => $"output_size={PoolSettings.Of(outputSize)}";

    /// <summary>
    /// The largest elements, and their indices in the flattened plane (int64), as with PyTorch's
    /// <c>return_indices</c>. No hooks run.
    /// </summary>
    public (Tensor Output, Tensor Indices) CallWithIndices(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return rank switch
        {
            1 => input.AdaptiveMaxPool1d(outputSize),
            2 => input.AdaptiveMaxPool2d(outputSize),
            _ => input.AdaptiveMaxPool3d(outputSize),
        };
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => CallWithIndices(input).Output;
}

/// <summary>
/// The largest elements of as many parts of (N, C, L) or (C, L) as wanted, as
/// <c>torch.nn.AdaptiveMaxPool1d</c>.
/// </summary>
/// <param name="outputSize">
/// How many: one number for all dimensions, or one for each; the input's own size where null.
/// </param>
public sealed class AdaptiveMaxPool1d(params long?[] outputSize) : AdaptiveMaxPool(1, outputSize);

/// <summary>
/// The largest elements of as many parts of (N, C, H, W) or (C, H, W) as wanted, as
/// <c>torch.nn.AdaptiveMaxPool2d</c>.
/// </summary>
/// <inheritdoc cref="AdaptiveMaxPool1d"/>
public sealed class AdaptiveMaxPool2d(params long?[] outputSize) : AdaptiveMaxPool(2, outputSize);

/// <summary>
/// The largest elements of as many parts of (N, C, D, H, W) or (C, D, H, W) as wanted, as
/// <c>torch.nn.AdaptiveMaxPool3d</c>.
/// </summary>
/// <inheritdoc cref="AdaptiveMaxPool1d"/>
public sealed class AdaptiveMaxPool3d(params long?[] outputSize) : AdaptiveMaxPool(3, outputSize);
