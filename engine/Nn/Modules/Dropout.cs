namespace KernelEngine.Nn;

/// <summary>A dropout: does nothing unless it is being trained.</summary>
public abstract class DropoutModule : Module
{
    private readonly double p;
    private readonly bool inplace;
    private readonly Func<Tensor, double, bool, bool, Generator?, Tensor> function;

    private protected DropoutModule(
        double p, bool inplace, Func<Tensor, double, bool, bool, Generator?, Tensor> function)
    {
        Functional.CheckProbability(p);
        (this.p, this.inplace, this.function) = (p, inplace, function);
    }

    /// <summary>What the masks are drawn from; the device's default generator where null.</summary>
    public Generator? Generator { get; init; }

    /// <inheritdoc/>
    protected override string Settings => $"p={PythonNumber.Of(p)}, inplace={PythonNumber.Of(inplace)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => function(input, p, IsTraining, inplace, Generator);
}

/// <summary>
/// While training, each element becomes zero with probability p, and the others grow so that the mean stays; as
/// <c>torch.nn.Dropout</c>.
/// </summary>
/// <param name="p">The probability.</param>
/// <param name="inplace">Whether the input itself is changed.</param>
/// <exception cref="TensorValueException">p is not between 0 and 1.</exception>
public sealed class Dropout(double p = 0.5, bool inplace = false) : DropoutModule(p, inplace, Functional.Dropout);

/// <summary>While training, whole channels of [N, C, L] become zero; as <c>torch.nn.Dropout1d</c>.</summary>
/// <param name="p">The probability.</param>
/// <param name="inplace">Whether the input itself is changed.</param>
/// <exception cref="TensorValueException">p is not between 0 and 1.</exception>
public sealed class Dropout1d(double p = 0.5, bool inplace = false)
    : DropoutModule(p, inplace, Functional.Dropout1d);

/// <summary>While training, whole channels of [N, C, H, W] become zero; as <c>torch.nn.Dropout2d</c>.</summary>
/// <param name="p">The probability.</param>
/// <param name="inplace">Whether the input itself is changed.</param>
/// <exception cref="TensorValueException">p is not between 0 and 1.</exception>
public sealed class Dropout2d(double p = 0.5, bool inplace = false)
    : DropoutModule(p, inplace, Functional.Dropout2d);

/// <summary>While training, whole channels of [N, C, D, H, W] become zero; as <c>torch.nn.Dropout3d</c>.</summary>
/// <param name="p">The probability.</param>
/// <param name="inplace">Whether the input itself is changed.</param>
/// <exception cref="TensorValueException">p is not between 0 and 1.</exception>
public sealed class Dropout3d(double p = 0.5, bool inplace = false)
    : DropoutModule(p, inplace, Functional.Dropout3d);

/// <summary>
/// While training, elements go to SELU's lower end, and mean and variance stay; as <c>torch.nn.AlphaDropout</c>.
/// </summary>
/// <param name="p">The probability.</param>
/// <param name="inplace">Whether the input itself is changed.</param>
/// <exception cref="TensorValueException">p is not between 0 and 1.</exception>
public sealed class AlphaDropout(double p = 0.5, bool inplace = false)
    : DropoutModule(p, inplace, Functional.AlphaDropout);

/// <summary>
/// While training, whole channels go to SELU's lower end, and mean and variance stay; as
/// <c>torch.nn.FeatureAlphaDropout</c>.
/// </summary>
/// <param name="p">The probability.</param>
/// <param name="inplace">Whether the input itself is changed.</param>
/// <exception cref="TensorValueException">p is not between 0 and 1.</exception>
public sealed class FeatureAlphaDropout(double p = 0.5, bool inplace = false)
    : DropoutModule(p, inplace, Functional.FeatureAlphaDropout);
