namespace KernelEngine.Conformance;

/// <summary>Runs backward from the outputs of a case and compares the gradients of its inputs.</summary>
internal static class Gradients
{
    /// <summary>What is different; null where all gradients are as PyTorch's.</summary>
    public static string? Compare(ConformanceCase current, CaseTensors tensors, Dictionary<string, Tensor> outputs)
    {
        var wanted = current.Names("grads");
        if (wanted.Count == 0)
            return null;
        if (Backward(current, tensors, outputs, wanted.Values.Any(g => g is not null)) is { } failure)
            return failure;
        var tolerance = current.Tolerance("grad_tol");
        foreach (var (name, gradient) in wanted)
        {
            if (Compare(tensors, tensors[name].Grad, gradient, tolerance, $"gradient of {name}") is { } difference)
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
