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

    /// <summary>Ones.</summary>
    public static Tensor Ones_(Tensor tensor) => Constant_(tensor, 1);

    /// <summary>Zeros.</summary>
    public static Tensor Zeros_(Tensor tensor) => Constant_(tensor, 0);

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
        "linear" or "sigmoid" or "conv1d" or "conv2d" or "conv3d" => 1,
        "tanh" => 5.0 / 3,
        "relu" => Math.Sqrt(2),
        "leaky_relu" => Math.Sqrt(2 / (1 + (slope * slope))),
        "selu" => 0.75,
        _ => throw new TensorValueException($"Unsupported nonlinearity {nonlinearity}"),
    };

    private static long Fan(Tensor tensor, string mode) => mode switch
    {
        "fan_in" => Fans(tensor).In,
        "fan_out" => Fans(tensor).Out,
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
