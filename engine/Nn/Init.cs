namespace KernelEngine.Nn;

/// <summary>First values of parameters, as <c>torch.nn.init</c>. Nothing is recorded.</summary>
public static class Init
{
    /// <summary>Uniform in [from, to).</summary>
    public static Tensor Uniform_(Tensor tensor, double from = 0, double to = 1, Generator? generator = null)
    {
        using (Autograd.NoGrad())
            return tensor.Uniform_(from, to, generator);
    }

    /// <summary>Normal.</summary>
    public static Tensor Normal_(Tensor tensor, double mean = 0, double std = 1, Generator? generator = null)
    {
        using (Autograd.NoGrad())
            return tensor.Normal_(mean, std, generator);
    }

    /// <summary>One number everywhere.</summary>
    public static Tensor Constant_(Tensor tensor, Scalar value)
    {
        using (Autograd.NoGrad())
            return tensor.Fill_(value);
    }

    /// <summary>
    /// Normal, but between two bounds: the inverse distribution function of uniform numbers. As
    /// <c>trunc_normal_</c>.
    /// </summary>
    /// <param name="tensor">The tensor written to.</param>
    /// <param name="mean">The mean of the whole distribution.</param>
    /// <param name="std">Its deviation.</param>
    /// <param name="low">The lower bound.</param>
    /// <param name="high">The upper bound.</param>
    /// <param name="generator">The generator; the device's default one where null.</param>
    public static Tensor TruncNormal_(
        Tensor tensor, double mean = 0, double std = 1, double low = -2, double high = 2, Generator? generator = null)
    {
        using var scope = Autograd.NoGrad();
        var bounds = Tensor.Of([(low - mean) / std, (high - mean) / std], DType.Float64).Mul(Math.Sqrt(0.5)).Erf();
        var (from, to) = (bounds[0].Item<double>(), bounds[1].Item<double>());
        tensor.Uniform_(from, to, generator).Erfinv_();
        return tensor.Mul_(std * Math.Sqrt(2)).Add_(mean).Clamp_(low, high);
    }

    /// <summary>Ones.</summary>
    public static Tensor Ones_(Tensor tensor) => Constant_(tensor, 1);

    /// <summary>Zeros.</summary>
    public static Tensor Zeros_(Tensor tensor) => Constant_(tensor, 0);

    /// <summary>The identity: of a matrix, ones on the diagonal, else zeros.</summary>
    /// <exception cref="TensorValueException">The tensor has not two dimensions.</exception>
    public static Tensor Eye_(Tensor tensor)
    {
        RequireMatrix(tensor);
        using (Autograd.NoGrad())
            return tensor.Copy_(Tensor.Eye(tensor.Shape[0], tensor.Shape[1], tensor.DType, tensor.Device));
    }

    /// <summary>The identity of a convolution: each channel to itself, as many as there are.</summary>
    /// <param name="tensor">The tensor written to, a convolution's weight.</param>
    /// <param name="groups">Into how many groups the channels of the output fall.</param>
    /// <exception cref="TensorValueException">
    /// The tensor has not three to five dimensions, or its first is no multiple of the groups.
    /// </exception>
    public static Tensor Dirac_(Tensor tensor, long groups = 1)
    {
        if (tensor.Rank is not (3 or 4 or 5))
            throw new TensorValueException("Only tensors with 3, 4, or 5 dimensions are supported");
        if (groups < 1 || tensor.Shape[0] % groups != 0)
            throw new TensorValueException("dim 0 must be divisible by groups");
        using var scope = Autograd.NoGrad();
        tensor.Zero_();
        var centre = tensor;
        for (var d = tensor.Rank - 1; d >= 2; d--)
            centre = centre.Select(d, tensor.Shape[d] / 2);
        var each = tensor.Shape[0] / groups;
        for (var g = 0L; g < groups; g++)
            centre.Narrow(0, g * each, each).Diagonal().Fill_(1);
        return tensor;
    }

    /// <summary>
    /// A matrix with orthonormal rows or columns (further dimensions count as columns), times a gain.
    /// </summary>
    /// <exception cref="TensorValueException">The tensor has fewer than two dimensions.</exception>
    public static Tensor Orthogonal_(Tensor tensor, double gain = 1, Generator? generator = null)
    {
        if (tensor.Rank < 2)
            throw new TensorValueException("Only tensors with 2 or more dimensions are supported");
        if (tensor.ElementCount == 0)
            return tensor;
        using var scope = Autograd.NoGrad();
        var rows = tensor.Shape[0];
        var drawn = Tensor.Empty([rows, tensor.ElementCount / rows], tensor.DType, tensor.Device)
            .Normal_(0, 1, generator);
        var isWide = drawn.Shape[0] < drawn.Shape[1];
        var (q, r) = (isWide ? drawn.Transpose(0, 1) : drawn).Qr();

        // The signs of R's diagonal are the method's; without them, every orthogonal matrix is as likely.
        q *= r.Diagonal().Sign();
        return tensor.Copy_((isWide ? q.Transpose(0, 1) : q).Reshape(tensor.Shape)).Mul_(gain);
    }

    /// <summary>Normal, but a part of each column zero.</summary>
    /// <param name="tensor">The matrix written to.</param>
    /// <param name="sparsity">Which part of each column.</param>
    /// <param name="std">The deviation of the others.</param>
    /// <param name="generator">The generator; the device's default one where null.</param>
    /// <exception cref="TensorValueException">The tensor has not two dimensions.</exception>
    public static Tensor Sparse_(Tensor tensor, double sparsity, double std = 0.01, Generator? generator = null)
    {
        RequireMatrix(tensor);
        using var scope = Autograd.NoGrad();
        var rows = tensor.Shape[0];
        var zeros = Math.Clamp((long)Math.Ceiling(sparsity * rows), 0, rows);
        tensor.Normal_(0, std, generator);
        var keys = Tensor.Empty(tensor.Shape, DType.Float32, tensor.Device).Uniform_(0, 1, generator);
        return tensor.Scatter_(0, keys.Argsort(0).Narrow(0, 0, zeros), 0.0);
    }

    /// <summary>Glorot's uniform values: within gain * sqrt(6 / (fan in + fan out)).</summary>
    /// <exception cref="TensorValueException">The tensor has fewer than two dimensions.</exception>
    public static Tensor XavierUniform_(Tensor tensor, double gain = 1, Generator? generator = null)
    {
        var (fanIn, fanOut) = Fans(tensor);
        var bound = gain * Math.Sqrt(6.0 / (fanIn + fanOut));
        return Uniform_(tensor, -bound, bound, generator);
    }

    /// <summary>Glorot's normal values: deviation gain * sqrt(2 / (fan in + fan out)).</summary>
    /// <exception cref="TensorValueException">The tensor has fewer than two dimensions.</exception>
    public static Tensor XavierNormal_(Tensor tensor, double gain = 1, Generator? generator = null)
    {
        var (fanIn, fanOut) = Fans(tensor);
        return Normal_(tensor, 0, gain * Math.Sqrt(2.0 / (fanIn + fanOut)), generator);
    }

    /// <summary>He's uniform values: within gain * sqrt(3 / fan).</summary>
    /// <param name="tensor">The tensor written to.</param>
    /// <param name="a">The slope below zero of a leaky ReLU.</param>
    /// <param name="mode"><c>fan_in</c> keeps the size of outputs, <c>fan_out</c> that of gradients.</param>
    /// <param name="nonlinearity">What follows; see <see cref="Gain"/>.</param>
    /// <param name="generator">The generator; the device's default one where null.</param>
    /// <exception cref="TensorValueException">The tensor has fewer than two dimensions.</exception>
    public static Tensor KaimingUniform_(
        Tensor tensor, double a = 0, string mode = "fan_in", string nonlinearity = "leaky_relu",
        Generator? generator = null)
    {
        if (tensor.ElementCount == 0)
            return tensor;
        var bound = Math.Sqrt(3) * Gain(nonlinearity, a) / Math.Sqrt(Fan(tensor, mode));
        return Uniform_(tensor, -bound, bound, generator);
    }

    /// <summary>He's normal values: deviation gain / sqrt(fan).</summary>
    /// <inheritdoc cref="KaimingUniform_"/>
    public static Tensor KaimingNormal_(
        Tensor tensor, double a = 0, string mode = "fan_in", string nonlinearity = "leaky_relu",
        Generator? generator = null) => tensor.ElementCount == 0
            ? tensor
            : Normal_(tensor, 0, Gain(nonlinearity, a) / Math.Sqrt(Fan(tensor, mode)), generator);

    /// <summary>The factor that makes up for what an activation takes away. As <c>calculate_gain</c>.</summary>
    /// <exception cref="TensorValueException">The name is not known.</exception>
    public static double Gain(string nonlinearity, double slope = 0.01) => nonlinearity switch
    {
        "linear" or "sigmoid" or "conv1d" or "conv2d" or "conv3d" or "conv_transpose1d" or "conv_transpose2d" or
            "conv_transpose3d" => 1,
        "tanh" => 5.0 / 3,
        "relu" => Math.Sqrt(2),
        "leaky_relu" => Math.Sqrt(2 / (1 + (slope * slope))),
        "selu" => 0.75,
        _ => throw new TensorValueException($"Unsupported nonlinearity {nonlinearity}"),
    };

    private static void RequireMatrix(Tensor tensor)
    {
        if (tensor.Rank != 2)
            throw new TensorValueException("Only tensors with 2 dimensions are supported");
    }

    private static long Fan(Tensor tensor, string mode) => mode.ToUpperInvariant() switch
    {
        "FAN_IN" => Fans(tensor).In,
        "FAN_OUT" => Fans(tensor).Out,
        _ => throw new TensorValueException(
            $"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']"),
    };

    private static (long In, long Out) Fans(Tensor tensor)
    {
        if (tensor.Rank < 2)
        {
            throw new TensorValueException(
                "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions");
        }

        var field = tensor.Shape[0] * tensor.Shape[1] == 0
            ? 1 : tensor.ElementCount / (tensor.Shape[0] * tensor.Shape[1]);
        return (tensor.Shape[1] * field, tensor.Shape[0] * field);
    }
}
