namespace KernelEngine.Conformance;

/// <summary>Runs a short program of autograd calls, step by step.</summary>
internal sealed class ProgramInterpreter
{
    private readonly ProgramStep[] steps;
    private readonly Dictionary<string, object?> variables = [];

    public ProgramInterpreter(ConformanceCase current) => steps = ProgramStep.ReadAll(current);

    /// <summary>The step that is running, or ran last.</summary>
    public int Position { get; private set; } = -1;

    /// <summary>Whether the last step has been reached.</summary>
    public bool IsAtLastStep => Position == steps.Length - 1;

    /// <summary>A case whose variables are compared at the end.</summary>
    public static CaseOutcome Run(ConformanceCase current, CaseContext context)
    {
        var program = new ProgramInterpreter(current);
        program.Run();
        var tensors = new CaseTensors(current, context);
        var tolerance = current.Tolerance("tol");
        foreach (var (name, wanted) in current.Keywords("expect"))
        {
            if (tensors.Compare(program[name], wanted, tolerance, name) is { } difference)
                return CaseOutcome.Failed(difference);
        }

        return CaseOutcome.Passed;
    }

    /// <summary>A variable.</summary>
    public object? this[string name] => variables.TryGetValue(name, out var value)
        ? value
        : throw new CannotBindException($"the program has no variable '{name}'");

    /// <summary>Runs all steps.</summary>
    public void Run()
    {
        if (RunBlock(0, null) != steps.Length)
            throw new CannotBindException("an exit without its enter");
    }

    /// <summary>Runs the steps of a block, up to its exit or the end.</summary>
    /// <returns>The step after it.</returns>
    private int RunBlock(int from, string? block)
    {
        var i = from;
        while (i < steps.Length)
        {
            var step = steps[i];
            Position = i++;
            if (step.Op.StartsWith("enter:", StringComparison.Ordinal))
                i = RunMode(i, step.Op["enter:".Length..]);
            else if (step.Op.StartsWith("exit:", StringComparison.Ordinal))
                return step.Op["exit:".Length..] == block ? i : throw new CannotBindException($"a stray {step.Op}");
            else
                RunStep(step);
        }

        return i;
    }

    // The modes are ref structs: a block is a call, and its exit returns.
    private int RunMode(int from, string block)
    {
        switch (block)
        {
            case "torch.no_grad":
                using (Autograd.NoGrad())
                    return RunBlock(from, block);
            case "torch.enable_grad":
                using (Autograd.EnableGrad())
                    return RunBlock(from, block);
            case "torch.inference_mode":
                using (Autograd.InferenceMode())
                    return RunBlock(from, block);
            default:
                throw CannotBindException.UnknownOperator("enter:" + block);
        }
    }

    private void RunStep(ProgramStep step)
    {
        var args = Array.ConvertAll(step.Args, Resolve);
        var kwargs = step.Kwargs.ToDictionary(pair => pair.Key, pair => Resolve(pair.Value));
        var result = PythonCalls.Call(step.Op, args, kwargs);
        if (step.Set is { } name)
            variables[name] = result;
    }

    private object? Resolve(object? value) => value switch
    {
        VariableName variable => this[variable.Name],
        object?[] items => Array.ConvertAll(items, Resolve),
        TupleValue tuple => new TupleValue(Array.ConvertAll(tuple.Items, Resolve)),
        SliceValue slice => new SliceValue(Resolve(slice.Start), Resolve(slice.Stop), Resolve(slice.Step)),
        _ => value,
    };
}
