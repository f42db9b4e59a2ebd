namespace KernelEngine;

/// <summary>
/// Convolution over one to three spatial dimensions, and the two operators that are its gradients: the transposed
/// convolution (by its input) and the convolution of input and gradient (by its weight). The gradients of each of the
/// three are the other two, so that all derivatives come by themselves.
/// </summary>
internal static class Convolution
{
    /// <summary>What the node of a convolution is called.</summary>
    public const string NodeName = "ConvolutionBackward0";

    /// <summary>The spatial dimensions that kernels see: depth, height, width; missing ones have size 1.</summary>
    public const int SpatialRank = 3;

    private const string SecondNodeName = "ConvolutionBackwardBackward0";

    /// <summary>
    /// input [N, G · C, D, H, W], weight [G · M, C, KD, KH, KW] → out [N, G · M, OD, OH, OW], contiguous: each output
    /// is bias[m] + Σ weight[m, c, k] · input[c, o · stride - padding + k · dilation] within its group, where places
    /// outside the input count as 0. The padding behind follows from out's size. With transposed, input
    /// [N, G · M, …] and out [N, G · C, …] change places: the gradient of the above by its input. Operands but out
    /// may have any strides.
    /// </summary>
    public static readonly StructuralKernel Kernel = new(
        "convolution",
        [("input", Access.Read), ("weight", Access.Read), ("out", Access.Write), ("bias", Access.Read)],
        integers:
        [
            "transposed", "groups", "stride_d", "stride_h", "stride_w", "padding_d", "padding_h", "padding_w",
            "dilation_d", "dilation_h", "dilation_w",
        ], optional: 1);

    /// <summary>
    /// input [N, G · C, D, H, W], gradient [N, G · M, OD, OH, OW] → out [G · M, C, KD, KH, KW], contiguous:
    /// Σ gradient[n, m, o] · input[n, c, o · stride - padding + k · dilation], over images and places.
    /// </summary>
    public static readonly StructuralKernel WeightKernel = new(
        "convolution_weight",
        [("input", Access.Read), ("gradient", Access.Read), ("out", Access.Write)],
        integers:
        [
            "groups", "stride_d", "stride_h", "stride_w", "padding_d", "padding_h", "padding_w",
            "dilation_d", "dilation_h", "dilation_w",
        ]);

    /// <summary>The convolution, or the transposed one, of operands that have been checked.</summary>
    /// <param name="input">[N, channels, spatial…].</param>
    /// <param name="weight">[G · M, C, kernel…]: of both directions the same.</param>
    /// <param name="bias">[channels of the result], or null.</param>
    /// <param name="form">Strides and their like.</param>
    /// <param name="transposed">Whether the input is what the convolution's result looks like.</param>
    /// <param name="size">The spatial size of the result.</param>
    /// <param name="name">The node's name.</param>
    public static Tensor Run(
        Tensor input, Tensor weight, Tensor? bias, ConvolutionForm form, bool transposed, ReadOnlySpan<long> size,
        string name = NodeName)
    {
        var channels = transposed ? form.Groups * weight.Shape[1] : weight.Shape[0];
        var result = Tensor.Allocate(
            input.Device, Layout.Contiguous([input.Shape[0], channels, .. size]), input.DType);
        if (result.ElementCount > 0)
        {
            var inline = default(InlineOperands);
            var operands = inline.AsSpan(bias is null ? 3 : 4);
            operands[0] = Spatial(input);
            operands[1] = Spatial(weight);
            operands[2] = Spatial(result);
            if (bias is not null)
                operands[3] = bias.Operand();
            input.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Kernel,
                Operands = operands,
                Integers = [transposed ? 1 : 0, .. form.Integers],
            });
        }

        if (!(input.DType.IsFloatingPoint && Autograd.IsEnabled &&
            (input.RequiresGrad || weight.RequiresGrad || bias is { RequiresGrad: true })))
        {
            return result;
        }

        var (needsInput, needsWeight, needsBias) =
            (input.RequiresGrad, weight.RequiresGrad, bias is { RequiresGrad: true });
        var (inputShape, weightShape) = (input.Shape, weight.Shape);
        Func<Tensor?[], SavedTensors, Tensor?[]> backward = (gradients, saved) =>
        {
            if (gradients[0] is not { } gradient)
                return new Tensor?[bias is null ? 2 : 3];
            var toInput = needsInput
                ? Run(gradient, saved[1], null, form, !transposed, inputShape.AsSpan()[2..], SecondNodeName) : null;
            var toWeight = !needsWeight ? null
                : transposed ? RunWeight(gradient, saved[0], form, weightShape)
                : RunWeight(saved[0], gradient, form, weightShape);
            return bias is null ? [toInput, toWeight]
                : [toInput, toWeight, needsBias ? gradient.Sum(AllButChannels(gradient.Rank)) : null];
        };
        result.SetHistory(
            bias is null ? Tensor.Recorded(name, [input, weight], backward, input, weight)
                : Tensor.Recorded(name, [input, weight], backward, input, weight, bias), 0);
        return result;
    }

    /// <summary>The gradient of the convolution by its weight.</summary>
    /// <param name="input">[N, G · C, spatial…].</param>
    /// <param name="gradient">[N, G · M, spatial…]: the gradient of the result.</param>
    /// <param name="form">Strides and their like.</param>
    /// <param name="shape">The weight's shape.</param>
    public static Tensor RunWeight(Tensor input, Tensor gradient, ConvolutionForm form, Shape shape)
    {
        var result = Tensor.Allocate(input.Device, Layout.Contiguous(shape), input.DType);
        if (result.ElementCount > 0)
        {
            input.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = WeightKernel,
                Operands = [Spatial(input), Spatial(gradient), Spatial(result)],
                Integers = form.Integers,
            });
        }

        if (!Tensor.ShouldRecord(input, gradient))
            return result;
        var (needsInput, needsGradient) = (input.RequiresGrad, gradient.RequiresGrad);
        result.SetHistory(Tensor.Recorded(SecondNodeName, [input, gradient], (gradients, saved) =>
        {
            if (gradients[0] is not { } g)
                return [null, null];
            return
            [
                needsInput
                    ? Run(saved[1], g, null, form, true, saved[0].Shape.AsSpan()[2..], SecondNodeName) : null,
                needsGradient
                    ? Run(saved[0], g, null, form, false, saved[1].Shape.AsSpan()[2..], SecondNodeName) : null,
            ];
        }, input, gradient), 0);
        return result;
    }

    private static int[] AllButChannels(int rank)
    {
        var dimensions = new int[rank - 1];
        for (var i = 1; i < dimensions.Length; i++)
            dimensions[i] = i + 1;
        return dimensions;
    }

    // With three spatial dimensions, whatever it has.
    private static Operand Spatial(Tensor tensor)
    {
        var missing = SpatialRank + 2 - tensor.Rank;
        if (missing == 0)
            return tensor.Operand();
        var (sizes, strides) = (new long[SpatialRank + 2], new long[SpatialRank + 2]);
        for (var i = 0; i < sizes.Length; i++)
        {
            var from = i < 2 ? i : i - missing;
            (sizes[i], strides[i]) = i >= 2 && from < 2 ? (1, 0) : (tensor.Shape[from], tensor.Strides[from]);
        }

        return new(tensor.Storage.Resolve(), new(new(sizes), strides, tensor.StorageOffset), tensor.DType);
    }
}
