namespace KernelEngine.Nn;

/// <summary>What is done to the gradients of a network as a whole; as <c>torch.nn.utils.clip_grad_norm_</c>.</summary>
public static class Gradients
{
    /// <summary>Shortens all gradients together, in place, to a norm of at most maxNorm.</summary>
    /// <param name="parameters">The parameters; those without gradients are left out.</param>
    /// <param name="maxNorm">The largest norm allowed.</param>
    /// <param name="normType">The p of the norm; infinity for the largest element.</param>
    /// <param name="errorIfNonFinite">Whether a norm that is not finite is an error.</param>
    /// <returns>The norm before, as a 0-dimensional tensor.</returns>
    /// <exception cref="TensorRuntimeException">The norm is not finite, and shall be.</exception>
    public static Tensor ClipNorm_(
        IEnumerable<Tensor> parameters, double maxNorm, double normType = 2, bool errorIfNonFinite = false)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Tensor[] gradients = [.. parameters.Select(p => p.Grad).OfType<Tensor>()];
        if (gradients.Length == 0)
            return Tensor.Zeros(Shape.Scalar);
        using var scope = Autograd.NoGrad();
        var device = gradients[0].Device;
        var norms = Array.ConvertAll(gradients, g => g.Detach().Norm(normType).To(device));
        var total = norms.Length == 1 ? norms[0] : Tensor.Stack(norms).Norm(normType);
        if (errorIfNonFinite && !double.IsFinite(total.Item().ToDouble()))
        {
            throw new TensorRuntimeException(
                $"The total norm of order {PythonNumber.Of(normType)} for gradients from `parameters` is non-finite, " +
                "so it cannot be clipped. To disable this error and scale the gradients by the non-finite norm " +
                "anyway, set `error_if_nonfinite=False`");
        }

        var factor = (maxNorm / (total + 1e-6)).Clamp(max: 1.0);
        foreach (var gradient in gradients)
            gradient.Mul_(factor.To(gradient.Device, gradient.DType));
        return total;
    }

    /// <summary>Limits every element of every gradient, in place, to between -clipValue and clipValue.</summary>
    public static void ClipValue_(IEnumerable<Tensor> parameters, double clipValue)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using var scope = Autograd.NoGrad();
        foreach (var parameter in parameters)
            parameter.Grad?.Clamp_(-clipValue, clipValue);
    }

    /// <summary>Forgets gradients, or makes them zeros.</summary>
    internal static void Clear(IReadOnlyList<Tensor> parameters, bool setToNull)
    {
        for (var i = 0; i < parameters.Count; i++)
        {
            var parameter = parameters[i];
            if (setToNull)
                parameter.Grad = null;
            else if (parameter.Grad is { } gradient)
                gradient.Detach_().Zero_();
        }
    }
}
