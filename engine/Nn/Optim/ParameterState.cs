namespace KernelEngine.Nn;

/// <summary>What an optimizer keeps for a parameter.</summary>
public sealed class ParameterState
{
    private readonly Tensor?[] tensors;

    internal ParameterState(Tensor parameter, int tensorCount, int numberCount) =>
        (Parameter, tensors, Numbers) = (parameter, new Tensor?[tensorCount], new double[numberCount]);

    /// <summary>The parameter.</summary>
    public Tensor Parameter { get; }

    /// <summary>How many updates there have been, where the optimizer counts them.</summary>
    public long Step { get; set; }

    /// <summary>The numbers, a place for each of <see cref="Optimizer.NumberNames"/>.</summary>
    internal double[] Numbers { get; }

    /// <summary>The tensors, a place for each of <see cref="Optimizer.StateNames"/>; null until needed.</summary>
    public Tensor? this[int index]
    {
        get => tensors[index];
        internal set => tensors[index] = value;
    }

    /// <summary>A tensor, zeros of the parameter's shape at first.</summary>
    public Tensor Zeros(int index) => tensors[index] ??= TensorScope.Exempt(Tensor.ZerosLike(Parameter));

    /// <summary>A tensor of the parameter's shape, one number everywhere at first.</summary>
    public Tensor Filled(int index, double number) =>
        tensors[index] ??= TensorScope.Exempt(Tensor.FullLike(Parameter, number));

    /// <summary>A number.</summary>
    public ref double Number(int index) => ref Numbers[index];
}
