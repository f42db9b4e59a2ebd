namespace KernelEngine.Nn;

/// <content>Dropout of whole channels, and the one that goes with SELU.</content>
public static partial class Functional
{
    /// <summary>
    /// Whole channels of [N, C, L] or [C, L] zero with probability p, the others divided by 1 - p. As
    /// <c>torch.nn.functional.dropout1d</c>.
    /// </summary>
    /// <inheritdoc cref="Dropout"/>
    /// <exception cref="TensorException">p is not between 0 and 1, or the input has other dimensions.</exception>
    public static Tensor Dropout1d(
        Tensor input, double p = 0.5, bool training = true, bool inplace = false, Generator? generator = null)
    {
        CheckProbability(p);
        if (input.Rank is not (2 or 3))
        {
            throw new TensorRuntimeException(
                $"dropout1d: Expected 2D or 3D input, but received a {input.Rank}D input. Note that dropout1d exists " +
                "to provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an " +
                "optional batch dimension (i.e. 2D or 3D inputs).");
        }

        return DropFeatures(input, p, training, inplace, generator, input.Rank == 3);
    }

    /// <summary>
    /// Whole channels of [N, C, H, W] zero with probability p, the others divided by 1 - p. As
    /// <c>torch.nn.functional.dropout2d</c>: three dimensions are taken for [N, C, L].
    /// </summary>
    /// <inheritdoc cref="Dropout1d"/>
    public static Tensor Dropout2d(
        Tensor input, double p = 0.5, bool training = true, bool inplace = false, Generator? generator = null)
    {
        CheckProbability(p);
        return DropFeatures(input, p, training, inplace, generator, isBatch: true);
    }

    /// <summary>
    /// Whole channels of [N, C, D, H, W] or [C, D, H, W] zero with probability p, the others divided by 1 - p. As
    /// <c>torch.nn.functional.dropout3d</c>.
    /// </summary>
    /// <inheritdoc cref="Dropout1d"/>
    public static Tensor Dropout3d(
        Tensor input, double p = 0.5, bool training = true, bool inplace = false, Generator? generator = null)
    {
        CheckProbability(p);
        return DropFeatures(input, p, training, inplace, generator, input.Rank == 5);
    }

    /// <summary>
    /// Dropout that keeps mean and variance of what SELU gives: elements go to its lower end. As
    /// <c>torch.nn.functional.alpha_dropout</c>.
    /// </summary>
    /// <inheritdoc cref="Dropout"/>
    public static Tensor AlphaDropout(
        Tensor input, double p = 0.5, bool training = false, bool inplace = false, Generator? generator = null)
    {
        CheckProbability(p);
        return Alpha(input, p, training, inplace, generator, input.Shape);
    }

    /// <summary>
    /// <see cref="AlphaDropout"/> of whole channels of [N, C, …]. As
    /// <c>torch.nn.functional.feature_alpha_dropout</c>.
    /// </summary>
    /// <inheritdoc cref="Dropout1d"/>
    public static Tensor FeatureAlphaDropout(
        Tensor input, double p = 0.5, bool training = false, bool inplace = false, Generator? generator = null)
    {
        CheckProbability(p);
        return Alpha(
            input, p, training, inplace, generator,
            training && p is > 0 and < 1 && input.ElementCount > 0 ? FeatureShape(input) : input.Shape);
    }

    private static Tensor DropFeatures(
        Tensor input, double p, bool training, bool inplace, Generator? generator, bool isBatch)
    {
        if (!training || p == 0 || input.ElementCount == 0)
            return input;
        var images = isBatch ? input : input.Unsqueeze(0);
        Tensor mask;
        if (p == 1)
            mask = Tensor.ZerosLike(input);
        else
        {
            mask = Tensor.Empty(FeatureShape(images), input.DType, input.Device).Bernoulli_(1 - p, generator);
            mask /= 1 - p;
            if (!isBatch)
                mask = mask.Squeeze(0);
        }

        return inplace ? input.Mul_(mask) : input * mask;
    }

    private static Tensor Alpha(
        Tensor input, double p, bool training, bool inplace, Generator? generator, Shape noiseShape)
    {
        if (!training || p == 0 || input.ElementCount == 0)
            return input;
        if (p == 1)
            return inplace ? input.Mul_(Tensor.ZerosLike(input)) : input * Tensor.ZerosLike(input);

        // The lower end of SELU, and what then keeps mean and variance.
        const double alpha = 1.7580993408473766;
        var a = 1 / Math.Sqrt(((alpha * alpha * p) + 1) * (1 - p));
        var kept = Tensor.Empty(noiseShape, input.DType, input.Device).Bernoulli_(1 - p, generator);
        var shift = ((kept - 1) * (alpha * a)) + (alpha * a * p);
        var scale = kept * a;
        return inplace ? input.Mul_(scale).Add_(shift) : (input * scale) + shift;
    }

    private static Shape FeatureShape(Tensor input)
    {
        if (input.Rank < 2)
            throw new TensorRuntimeException("Feature dropout requires at least 2 dimensions in the input");
        var sizes = new long[input.Rank];
        sizes.AsSpan().Fill(1);
        (sizes[0], sizes[1]) = (input.Shape[0], input.Shape[1]);
        return sizes;
    }
}
