namespace KernelEngine.Nn;

/// <summary>What convolutions have in common: their parameters, and how they are printed.</summary>
public abstract class Convolution : Module
{
    private protected Convolution(
        int rank, long inChannels, long outChannels, Shape kernelSize, Shape stride, ConvolutionPadding padding,
        Shape dilation, Shape outputPadding, long groups, bool bias, string paddingMode, bool transposed,
        ComputeDevice? device, DType? dtype)
    {
        if (groups <= 0)
            throw new TensorValueException("groups must be a positive integer");
        if (inChannels % groups != 0)
            throw new TensorValueException("in_channels must be divisible by groups");
        if (outChannels % groups != 0)
            throw new TensorValueException("out_channels must be divisible by groups");
        (InChannels, OutChannels, Groups, PaddingMode) = (inChannels, outChannels, groups, paddingMode);
        KernelSize = Expand(kernelSize, rank, 1, "kernel_size");
        Stride = Expand(stride, rank, 1, "stride");
        Dilation = Expand(dilation, rank, 1, "dilation");
        OutputPadding = Expand(outputPadding, rank, 0, "output_padding");
        Padding = padding.Mode is null ? Expand(padding.Sizes, rank, 0, "padding") : padding;
        if (padding.Mode is not (null or "same" or "valid"))
        {
            throw new TensorValueException(
                $"Invalid padding string '{padding.Mode}', should be one of {{'same', 'valid'}}");
        }

        if (padding.Mode == "same" && Stride.AsSpan().ContainsAnyExcept(1))
            throw new TensorValueException("padding='same' is not supported for strided convolutions");
        if (paddingMode is not ("zeros" or "reflect" or "replicate" or "circular"))
        {
            throw new TensorValueException(
                "padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got " +
                $"padding_mode='{paddingMode}'");
        }

        Shape shape = transposed ? [inChannels, outChannels / groups, .. KernelSize]
            : [outChannels, inChannels / groups, .. KernelSize];
        Weight = new(Tensor.Empty(shape, dtype, device));
        if (bias)
            Bias = new(Tensor.Empty([outChannels], dtype, device));
        ResetParameters();
    }

    /// <summary>The channels of the input.</summary>
    public long InChannels { get; }

    /// <summary>The channels of the output.</summary>
    public long OutChannels { get; }

    /// <summary>The size of the window.</summary>
    public Shape KernelSize { get; }

    /// <summary>The step of the window.</summary>
    public Shape Stride { get; }

    /// <summary>What is put around the input; of a transposed convolution, what is cut off the output.</summary>
    public ConvolutionPadding Padding { get; }

    /// <summary>The step within the window.</summary>
    public Shape Dilation { get; }

    /// <summary>How much longer the output of a transposed convolution is.</summary>
    public Shape OutputPadding { get; }

    /// <summary>Into how many parts the channels are divided, each with a convolution.</summary>
    public long Groups { get; }

    /// <summary>What is put around the input: <c>zeros</c>, <c>reflect</c>, <c>replicate</c> or <c>circular</c>.
    /// </summary>
    public string PaddingMode { get; }

    /// <summary>
    /// The weight: (outChannels, inChannels / groups, kernel…), of a transposed convolution
    /// (inChannels, outChannels / groups, kernel…).
    /// </summary>
    public Parameter Weight { get; }

    /// <summary>What is added, (outChannels); null without bias.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    protected override string Settings
    {
        get
        {
            var text = $"{PythonNumber.Of(InChannels)}, {PythonNumber.Of(OutChannels)}, " +
                $"kernel_size={Tuple(KernelSize)}, stride={Tuple(Stride)}";
            if (Padding.Mode is { } mode)
                text += $", padding={mode}";
            else if (Padding.Sizes.AsSpan().ContainsAnyExcept(0))
                text += $", padding={Tuple(Padding.Sizes)}";
            if (Dilation.AsSpan().ContainsAnyExcept(1))
                text += $", dilation={Tuple(Dilation)}";
            if (OutputPadding.AsSpan().ContainsAnyExcept(0))
                text += $", output_padding={Tuple(OutputPadding)}";
            if (Groups != 1)
                text += $", groups={PythonNumber.Of(Groups)}";
            if (Bias is null)
                text += ", bias=False";
            return PaddingMode == "zeros" ? text : $"{text}, padding_mode={PaddingMode}";
        }
    }

    /// <summary>Draws new first values: uniform within one over the root of what an output is summed of.</summary>
    public void ResetParameters(Generator? generator = null)
    {
        Init.KaimingUniform_(Weight, Math.Sqrt(5), generator: generator);
        var inputs = Weight.Shape[0] == 0 ? 0 : Weight.ElementCount / Weight.Shape[0];
        if (Bias is not null && inputs > 0)
            Init.Uniform_(Bias, -1 / Math.Sqrt(inputs), 1 / Math.Sqrt(inputs), generator);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var (padded, padding) = Padded(input);
        return KernelSize.Rank switch
        {
            1 => padded.Conv1d(Weight, Bias, Stride, padding, Dilation, Groups),
            2 => padded.Conv2d(Weight, Bias, Stride, padding, Dilation, Groups),
            _ => padded.Conv3d(Weight, Bias, Stride, padding, Dilation, Groups),
        };
    }

    /// <summary>The input with what the mode puts around it, and the zeros that are left to put there.</summary>
    private (Tensor Input, ConvolutionPadding Padding) Padded(Tensor input)
    {
        if (PaddingMode == "zeros")
            return (input, Padding);
        var around = new long[2 * KernelSize.Rank];
        for (var i = 0; i < KernelSize.Rank; i++)
        {
            // Dimensions from the last; where there is an odd number to put, one more behind.
            var total = Padding.Mode switch
            {
                "same" => Dilation[i] * (KernelSize[i] - 1),
                "valid" => 0,
                _ => 2 * Padding.Sizes[i],
            };
            var at = 2 * (KernelSize.Rank - 1 - i);
            (around[at], around[at + 1]) = (total / 2, total - (total / 2));
        }

        return (Functional.Pad(input, around, PaddingMode), default);
    }

    private static Shape Expand(Shape sizes, int rank, long otherwise, string name)
    {
        if (sizes.Rank == rank)
            return sizes;
        if (sizes.Rank > 1)
        {
            throw new TensorValueException(
                $"{name} must be one number, or {rank} for a convolution over {rank} dimensions, but got " +
                sizes.ToListText());
        }

        var expanded = new long[rank];
        expanded.AsSpan().Fill(sizes.Rank == 0 ? otherwise : sizes[0]);
        return expanded;
    }

    private static string Tuple(Shape sizes) =>
        $"({string.Join(", ", sizes.ToArray().Select(s => PythonNumber.Of(s)))}{(sizes.Rank == 1 ? "," : "")})";
}

/// <summary>A convolution over one dimension, as <c>torch.nn.Conv1d</c>: from (N, inChannels, L) to
/// (N, outChannels, L'), with or without N.</summary>
/// <param name="inChannels">The channels of the input.</param>
/// <param name="outChannels">The channels of the output.</param>
/// <param name="kernelSize">The size of the window: one number, or one for each dimension, as those that follow.
/// </param>
/// <param name="stride">The step of the window; 1 unless given.</param>
/// <param name="padding">What is put around the input: numbers, <c>"same"</c> or <c>"valid"</c>.</param>
/// <param name="dilation">The step within the window; 1 unless given.</param>
/// <param name="groups">Into how many parts the channels are divided.</param>
/// <param name="bias">Whether something is added.</param>
/// <param name="paddingMode"><c>zeros</c>, <c>reflect</c>, <c>replicate</c> or <c>circular</c>.</param>
/// <param name="device">The device; the default one where null.</param>
/// <param name="dtype">A floating-point dtype; the default float where null.</param>
/// <exception cref="TensorValueException">
/// Channels and groups, or padding and stride, do not go together, or sizes are for other dimensions.
/// </exception>
public sealed class Conv1d(
    long inChannels, long outChannels, Shape kernelSize, Shape stride = default, ConvolutionPadding padding = default,
    Shape dilation = default, long groups = 1, bool bias = true, string paddingMode = "zeros",
    ComputeDevice? device = null, DType? dtype = null)
    : Convolution(1, inChannels, outChannels, kernelSize, stride, padding, dilation, default, groups, bias, paddingMode,
        false, device, dtype);

/// <summary>A convolution over two dimensions, as <c>torch.nn.Conv2d</c>: from (N, inChannels, H, W) to
/// (N, outChannels, H', W'), with or without N.</summary>
/// <inheritdoc cref="Conv1d"/>
public sealed class Conv2d(
    long inChannels, long outChannels, Shape kernelSize, Shape stride = default, ConvolutionPadding padding = default,
    Shape dilation = default, long groups = 1, bool bias = true, string paddingMode = "zeros",
    ComputeDevice? device = null, DType? dtype = null)
    : Convolution(2, inChannels, outChannels, kernelSize, stride, padding, dilation, default, groups, bias, paddingMode,
        false, device, dtype);

/// <summary>A convolution over three dimensions, as <c>torch.nn.Conv3d</c>: from (N, inChannels, D, H, W) to
/// (N, outChannels, D', H', W'), with or without N.</summary>
/// <inheritdoc cref="Conv1d"/>
public sealed class Conv3d(
    long inChannels, long outChannels, Shape kernelSize, Shape stride = default, ConvolutionPadding padding = default,
    Shape dilation = default, long groups = 1, bool bias = true, string paddingMode = "zeros",
    ComputeDevice? device = null, DType? dtype = null)
    : Convolution(3, inChannels, outChannels, kernelSize, stride, padding, dilation, default, groups, bias, paddingMode,
        false, device, dtype);
