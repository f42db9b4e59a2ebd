namespace KernelEngine.Nn;

/// <summary>What transposed convolutions have in common: the output may be asked for by its size.</summary>
public abstract class TransposedConvolution : Convolution
{
    private readonly int rank;

    private protected TransposedConvolution(
        int rank, long inChannels, long outChannels, Shape kernelSize, Shape stride, Shape padding,
        Shape outputPadding, long groups, bool bias, Shape dilation, string paddingMode, ComputeDevice? device,
        DType? dtype)
        : base(rank, inChannels, outChannels, kernelSize, stride, padding, dilation, outputPadding, groups, bias,
            OnlyZeros(paddingMode, rank), true, device, dtype) => this.rank = rank;

    /// <summary>The output of a size, which more than one input size gives where the stride is not 1. Hooks run.
    /// </summary>
    /// <param name="input">The input.</param>
    /// <param name="outputSize">The spatial size wanted, or the whole shape.</param>
    /// <exception cref="TensorValueException">The input does not give that size.</exception>
    public Tensor Call(Tensor input, Shape outputSize) =>
        CallThrough(input, x => Transpose(x, MoreFor(x, outputSize)));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Transpose(input, OutputPadding);

    /// <summary>The output, longer by some numbers.</summary>
    private Tensor Transpose(Tensor input, Shape longer) => rank switch
    {
        1 => input.ConvTranspose1d(Weight, Bias, Stride, Padding.Sizes, longer, Groups, Dilation),
        2 => input.ConvTranspose2d(Weight, Bias, Stride, Padding.Sizes, longer, Groups, Dilation),
        _ => input.ConvTranspose3d(Weight, Bias, Stride, Padding.Sizes, longer, Groups, Dilation),
    };

    private static string OnlyZeros(string mode, int rank) => mode == "zeros" ? mode
        : throw new TensorValueException($"Only \"zeros\" padding mode is supported for ConvTranspose{rank}d");

    private Shape MoreFor(Tensor input, Shape size)
    {
        var lead = input.Rank == rank + 2 ? 2 : 1;
        if (size.Rank == rank + lead)
            size = Shape.Create(size.AsSpan()[lead..]);
        if (size.Rank != rank)
        {
            throw new TensorValueException(
                $"ConvTranspose{rank}D: for {input.Rank}D input, output_size must have {rank} or {rank + lead} " +
                $"elements (got {size.Rank})");
        }

        var (least, most, more) = (new long[rank], new long[rank], new long[rank]);
        for (var i = 0; i < rank; i++)
        {
            least[i] = ((input.Shape[lead + i] - 1) * Stride[i]) - (2 * Padding.Sizes[i]) +
                (Dilation[i] * (KernelSize[i] - 1)) + 1;
            most[i] = least[i] + Stride[i] - 1;
            more[i] = size[i] - least[i];
        }

        for (var i = 0; i < rank; i++)
        {
            if (size[i] < least[i] || size[i] > most[i])
            {
                throw new TensorValueException(
                    $"requested an output size of {size.ToListText()}, but valid sizes range from " +
                    $"{Shape.Create(least).ToListText()} to {Shape.Create(most).ToListText()} (for an input of " +
                    $"{Shape.Create(input.Shape.AsSpan()[lead..])})");
            }
        }

        return more;
    }
}

/// <summary>The transposed convolution over one dimension, as <c>torch.nn.ConvTranspose1d</c>: from
/// (N, inChannels, L) to (N, outChannels, L'), with or without N.</summary>
/// <param name="inChannels">The channels of the input.</param>
/// <param name="outChannels">The channels of the output.</param>
/// <param name="kernelSize">The size of the window: one number, or one for each dimension, as those that follow.
/// </param>
/// <param name="stride">The step of the window; 1 unless given.</param>
/// <param name="padding">What is cut off around the output.</param>
/// <param name="outputPadding">How much longer the output is.</param>
/// <param name="groups">Into how many parts the channels are divided.</param>
/// <param name="bias">Whether something is added.</param>
/// <param name="dilation">The step within the window; 1 unless given.</param>
/// <param name="paddingMode"><c>zeros</c>; there is no other.</param>
/// <param name="device">The device; the default one where null.</param>
/// <param name="dtype">A floating-point dtype; the default float where null.</param>
/// <exception cref="TensorValueException">Channels and groups do not go together.</exception>
public sealed class ConvTranspose1d(
    long inChannels, long outChannels, Shape kernelSize, Shape stride = default, Shape padding = default,
    Shape outputPadding = default, long groups = 1, bool bias = true, Shape dilation = default,
    string paddingMode = "zeros", ComputeDevice? device = null, DType? dtype = null)
    : TransposedConvolution(1, inChannels, outChannels, kernelSize, stride, padding, outputPadding, groups, bias,
        dilation, paddingMode, device, dtype);

/// <summary>The transposed convolution over two dimensions, as <c>torch.nn.ConvTranspose2d</c>: from
/// (N, inChannels, H, W) to (N, outChannels, H', W'), with or without N.</summary>
/// <inheritdoc cref="ConvTranspose1d"/>
public sealed class ConvTranspose2d(
    long inChannels, long outChannels, Shape kernelSize, Shape stride = default, Shape padding = default,
    Shape outputPadding = default, long groups = 1, bool bias = true, Shape dilation = default,
    string paddingMode = "zeros", ComputeDevice? device = null, DType? dtype = null)
    : TransposedConvolution(2, inChannels, outChannels, kernelSize, stride, padding, outputPadding, groups, bias,
        dilation, paddingMode, device, dtype);

/// <summary>The transposed convolution over three dimensions, as <c>torch.nn.ConvTranspose3d</c>: from
/// (N, inChannels, D, H, W) to (N, outChannels, D', H', W'), with or without N.</summary>
/// <inheritdoc cref="ConvTranspose1d"/>
public sealed class ConvTranspose3d(
    long inChannels, long outChannels, Shape kernelSize, Shape stride = default, Shape padding = default,
    Shape outputPadding = default, long groups = 1, bool bias = true, Shape dilation = default,
    string paddingMode = "zeros", ComputeDevice? device = null, DType? dtype = null)
    : TransposedConvolution(3, inChannels, outChannels, kernelSize, stride, padding, outputPadding, groups, bias,
        dilation, paddingMode, device, dtype);
