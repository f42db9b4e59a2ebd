using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>Cases of modules: saved form, printed form, output, gradients, buffers.</summary>
internal static class ModuleInterpreter
{
    public static CaseOutcome Run(ConformanceCase current, CaseContext context)
    {
        var module = Make(current);
        if (CompareForms(module, current) is { } other)
            return CaseOutcome.Failed(other);
        var tensors = new CaseTensors(current, context);
        Load(module, [.. current.Names("params"), .. current.Names("buffers")], tensors);
        module.Train(current.Flag("train"));
        var wanted = current.Value("outputs");
        var args = Array.ConvertAll(current.List("args"), tensors.Resolve);
        var got = ModuleBindings.Call(module, args, tensors.Resolve(current.Keywords("kwargs")));
        if (tensors.Compare(got, wanted, current.Tolerance("tol")) is { } difference)
            return CaseOutcome.Failed(difference);
        var outputs = new Dictionary<string, Tensor>();
        CallInterpreter.Gather(got, wanted, outputs);
        var parameters = module.NamedParameters().ToDictionary(p => p.Name, p => (Tensor)p.Parameter);
        return CaseOutcome.Of(BackwardCheck.Compare(current, tensors, outputs, parameters)
            ?? CompareBuffers(module, current, tensors));
    }

    /// <summary>The recipe of a case's module.</summary>
    public static ModuleRecipe RecipeOf(ConformanceCase current) => current.Value("module") as ModuleRecipe
        ?? throw new CannotBindException("the case has no module");

    /// <summary>The module of a case, in its dtype.</summary>
    public static Module Make(ConformanceCase current)
    {
        var module = ModuleBindings.Construct(RecipeOf(current));
        var name = current.String("dtype");
        return module.To(DType.All.FirstOrDefault(d => d.Name == name)
            ?? throw new CannotBindException($"unknown dtype '{name}'"));
    }

    /// <summary>Puts a case's tensors into parameters and buffers.</summary>
    public static void Load(Module module, IEnumerable<KeyValuePair<string, string?>> names, CaseTensors tensors)
    {
        var state = new Dictionary<string, Tensor>();
        foreach (var (name, tensor) in names)
            state.Add(name, tensors[tensor ?? throw new CannotBindException($"no tensor for '{name}'")]);
        module.LoadStateDict(state);
    }

    private static string? CompareForms(Module module, ConformanceCase current)
    {
        var got = module.StateDict().Select(e => $"{e.Key} {e.Value.Shape.ToListText()} {e.Value.DType.Name}");
        var want = current.List("state_dict").Select(row =>
            row is object?[] and [string name, object?[] shape, string dtype]
                ? $"{name} {Comparison.Text(shape)} {dtype}"
                : throw new CannotBindException("an entry of state_dict that is not [name, shape, dtype]"));
        if (!got.SequenceEqual(want))
            return $"state_dict has {string.Join("; ", got)}, not {string.Join("; ", want)}";
        return current.String("repr") is { } text && module.ToString() != text
            ? $"printed\n{module}\nnot\n{text}"
            : null;
    }

    private static string? CompareBuffers(Module module, ConformanceCase current, CaseTensors tensors)
    {
        var buffers = module.NamedBuffers().ToDictionary(b => b.Name, b => b.Buffer);
        foreach (var (name, want) in current.Names("buffers_after"))
        {
            var difference = buffers.TryGetValue(name, out var buffer)
                ? tensors.Compare(buffer, new TensorName(want!), current.Tolerance("tol"), $"{name} after the call")
                : $"no buffer {name}";
            if (difference is not null)
                return difference;
        }

        return null;
    }
}
