namespace KernelEngine.Conformance;

/// <summary>Runs backward from the outputs of a case and compares the gradients of its inputs.</summary>
internal static class BackwardCheck
{
    /// <summary>What is different; null where all gradients are as PyTorch's.</summary>
    /// <param name="current">The case.</param>
    /// <param name="tensors">Its inputs.</param>
    /// <param name="outputs">What the engine gave, by the case's names.</param>
    /// <param name="parameters">A module's parameters, by name.</param>
    public static string? Compare(
        ConformanceCase current, CaseTensors tensors, Dictionary<string, Tensor> outputs,
        IReadOnlyDictionary<string, Tensor>? parameters = null)
    {
        var ofInputs = current.Names("grads");
        var ofParameters = current.Names("param_grads");
        if (ofInputs.Count + ofParameters.Count == 0)
            return null;
        var isExpected = ofInputs.Values.Concat(ofParameters.Values).Any(g => g is not null);
        if (Backward(current, tensors, outputs, isExpected) is { } failure)
            return failure;
        var tolerance = current.Tolerance("grad_tol");
        foreach (var (name, want) in ofInputs)
        {
            if (Compare(tensors, tensors[name].Grad, want, tolerance, $"gradient of {name}") is { } difference)
                return difference;
        }

        foreach (var (name, want) in ofParameters)
        {
            if (parameters?.GetValueOrDefault(name) is not { } parameter)
                return $"no parameter {name}";
            if (Compare(tensors, parameter.Grad, want, tolerance, $"gradient of {name}") is { } difference)
                return difference;
        }

        return null;
    }

    /// <summary>Runs backward from the outputs that have gradients in the case.</summary>
    /// <returns>What went wrong; null where it went well.</returns>
    public static string? Backward(
        ConformanceCase current, CaseTensors tensors, Dictionary<string, Tensor> outputs, bool isExpected)
    {
        var roots = new List<Tensor>();
        var gradients = new List<Tensor?>();
        foreach (var (name, gradient) in current.Names("grad_outputs"))
        {
            if (!outputs.TryGetValue(name, out var output))
                return $"no output {name} to run backward from";
            if (!output.RequiresGrad)
            {
                if (isExpected)
                    return $"the output {name} does not require a gradient";
                continue;
            }

            roots.Add(output);
            gradients.Add(gradient is null ? null : tensors[gradient]);
        }

        if (roots.Count == 0)
            return isExpected ? "the case has no outputs to run backward from" : null;
        try
        {
            Autograd.Backward(roots, gradients);
            return null;
        }
        catch (TensorException e)
        {
            return $"backward: {e.Kind} error: {e.Message}";
        }
    }

    /// <summary>Compares one gradient with a tensor of the case, or with none.</summary>
    public static string? Compare(
        CaseTensors tensors, Tensor? got, string? want, Tolerance tolerance, string where) => (got, want) switch
        {
            (null, null) => null,
            (null, _) => $"{where}: none",
            (_, null) => $"{where}: PyTorch gives none",
            _ => tensors.Compare(got, new TensorName(want), tolerance, where),
        };
}
