namespace KernelEngine.Nn;

/// <summary>The functions behind the modules, as <c>torch.nn.functional</c>. Activations are tensors' methods.</summary>
public static partial class Functional
{
    /// <summary>x W^T + b.</summary>
    public static Tensor Linear(Tensor input, Tensor weight, Tensor? bias = null) => input.Linear(weight, bias);

    /// <summary>
    /// Each element zero with probability p, the others divided by 1 - p, while training; else the input itself.
    /// </summary>
    /// <param name="input">The input.</param>
    /// <param name="p">The probability.</param>
    /// <param name="training">Whether anything is done.</param>
    /// <param name="inplace">Whether the input itself is changed.</param>
    /// <param name="generator">What the mask is drawn from; the device's default generator where null.</param>
    /// <exception cref="TensorValueException">p is not between 0 and 1.</exception>
    public static Tensor Dropout(
        Tensor input, double p = 0.5, bool training = true, bool inplace = false, Generator? generator = null)
    {
        CheckProbability(p);
        if (!training || p == 0 || input.ElementCount == 0)
            return input;
        Tensor mask;
        if (p == 1)
            mask = Tensor.ZerosLike(input);
        else
        {
            mask = Tensor.EmptyLike(input).Bernoulli_(1 - p, generator);
            mask /= 1 - p;
        }

        return inplace ? input.Mul_(mask) : input * mask;
    }

    internal static void CheckProbability(double p)
    {
        if (!(p is >= 0 and <= 1))
        {
            throw new TensorValueException(
                $"dropout probability has to be between 0 and 1, but got {PythonNumber.Of(p)}");
        }
    }
}
