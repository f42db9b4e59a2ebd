namespace KernelEngine.Nn;

/// <summary>
/// All parameters of a network as one vector, and back; as <c>torch.nn.utils.parameters_to_vector</c> and
/// <c>vector_to_parameters</c>.
/// </summary>
public static class ParameterVector
{
    /// <summary>The elements of parameters one after the other, differentiable.</summary>
    public static Tensor From(IEnumerable<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return Tensor.Cat([.. parameters.Select(p => p.Reshape([-1]))]);
    }

    /// <summary>Copies a vector's elements into parameters, one after the other.</summary>
    /// <exception cref="TensorRuntimeException">The vector is too short; nothing has been copied.</exception>
    public static void CopyTo(Tensor vector, IEnumerable<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(vector);
        ArgumentNullException.ThrowIfNull(parameters);
        Tensor[] targets = [.. parameters];
        var needed = targets.Sum(p => p.ElementCount);
        if (vector.Rank != 1 || vector.ElementCount < needed)
        {
            throw new TensorRuntimeException(
                $"a vector of {needed} elements is needed for the parameters, not one of shape " +
                vector.Shape.ToListText());
        }

        using var scope = Autograd.NoGrad();
        var start = 0L;
        foreach (var target in targets)
        {
            target.Copy_(vector.Narrow(0, start, target.ElementCount).Reshape(target.Shape));
            start += target.ElementCount;
        }
    }
}
