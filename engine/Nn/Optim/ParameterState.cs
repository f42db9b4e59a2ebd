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

    /// <summary>A tensor, zeros of the parameter's shape at first; it follows the parameter to other devices and
    /// dtypes.</summary>
    public Tensor Zeros(int index) => Followed(index) ?? (tensors[index] =
        TensorScope.Exempt(Tensor.ZerosLike(Parameter)));

    /// <summary>A tensor of the parameter's shape, one number everywhere at first; it follows likewise.</summary>
    public Tensor Filled(int index, double number) => Followed(index) ?? (tensors[index] =
        TensorScope.Exempt(Tensor.FullLike(Parameter, number)));

    /// <summary>A number.</summary>
    public ref double Number(int index) => ref Numbers[index];

    private Tensor? Followed(int index)
    {
        var tensor = tensors[index];
        if (tensor is not null && (tensor.Device != Parameter.Device || tensor.DType != Parameter.DType))
            tensors[index] = tensor = TensorScope.Exempt(tensor.To(Parameter.Device, Parameter.DType));
        return tensor;
    }
}
