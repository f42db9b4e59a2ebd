namespace KernelEngine.Conformance;

/// <summary>Cases of one operator call: outputs, gradients, what it writes to, and its form in place.</summary>
internal static class CallInterpreter
{
    public static CaseOutcome Run(ConformanceCase current, CaseContext context)
    {
        var tensors = new CaseTensors(current, context);
        var call = new OperatorCall(current, tensors);
        var tolerance = current.Tolerance("tol");
        var wanted = current.Value("outputs");
        var unspecified = current.Strings("unspecified").ToHashSet();
        var got = call.Invoke();
        if (tensors.Compare(got, wanted, tolerance, unspecified: unspecified) is { } difference)
            return CaseOutcome.Failed(difference);
        var outputs = new Dictionary<string, Tensor>();
        Gather(got, wanted, outputs);
        foreach (var (name, function) in current.Names("grad_fn"))
        {
            if (outputs.TryGetValue(name, out var output))
                context.NoteGradFn(output.GradientFunction?.Name, function);
        }

        foreach (var (name, after) in current.Names("mutated"))
        {
            if (tensors.Compare(tensors[name], new TensorName(after!), tolerance, $"{name} after the call") is { } late)
                return CaseOutcome.Failed(late);
        }

        return CaseOutcome.Of(BackwardCheck.Compare(current, tensors, outputs) ?? CompareInPlace(current, tensors));
    }

    /// <summary>The tensors of a result by the names that the case gives them.</summary>
    internal static void Gather(object? got, object? wanted, Dictionary<string, Tensor> outputs)
    {
        switch (got, wanted)
        {
            case (Tensor tensor, TensorName name):
                outputs[name.Name] = tensor;
                break;
            case (TupleValue tuple, _):
                Gather(tuple.Items, wanted, outputs);
                break;
            case (_, TupleValue tuple):
                Gather(got, tuple.Items, outputs);
                break;
            case (object?[] items, object?[] names):
                for (var i = 0; i < items.Length; i++)
                    Gather(items[i], names[i], outputs);
                break;
        }
    }

    private static string? CompareInPlace(ConformanceCase current, CaseTensors tensors)
    {
        if (current.String("inplace") is not { } method)
            return null;
        using (Autograd.NoGrad())
        {
            var call = new OperatorCall(current, tensors);
            var copy = call.CopySelf();
            try
            {
                call.InvokeAs(method);
            }
            catch (TensorException e)
            {
                return $"{method}: {e.Kind} error: {e.Message}";
            }

            return tensors.Compare(copy, current.Value("outputs"), current.Tolerance("tol"), method);
        }
    }
}
