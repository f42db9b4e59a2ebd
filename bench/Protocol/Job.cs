namespace KernelEngine.Bench.Protocol;

/// <summary>Which way a job goes through its operation.</summary>
public enum Pass
{
    /// <summary>The result alone, nothing recorded.</summary>
    Forward,
    /// <summary>The result, then the gradients of the inputs that learn, from a gradient of ones.</summary>
    Backward,
    /// <summary>A training step: gradients cleared, result, loss, gradients, optimizer.</summary>
    Training,
}

/// <summary>Work as data: what goes to a contender, in whatever process it is.</summary>
/// <param name="Operation">The operation's name; contenders have a table of those they do.</param>
/// <param name="Inputs">
/// The inputs. Those of a training step are the input, the target (where there is one), and the parameters in
/// PyTorch's order, which learn.
/// </param>
/// <param name="Numbers">What else the operation takes: strides, sizes.</param>
/// <param name="Pass">Which way.</param>
/// <param name="Optimizer">In training: sgd or adam.</param>
/// <param name="Rate">In training: the learning rate.</param>
public sealed record Job(
    string Operation, Input[] Inputs, long[] Numbers, Pass Pass = Pass.Forward, string? Optimizer = null,
    double Rate = 0)
{
    /// <summary>Steps of training whose losses are compared.</summary>
    public const int CheckedSteps = 4;
}

/// <summary>What some calls took.</summary>
/// <param name="Nanoseconds">All of them together.</param>
/// <param name="Bytes">Managed memory that they allocated.</param>
/// <param name="Launches">Kernels that they launched; null where nobody counts.</param>
/// <param name="Submits">How often launches were handed to the device.</param>
public readonly record struct Timing(double Nanoseconds, long Bytes, long? Launches = null, long? Submits = null);
