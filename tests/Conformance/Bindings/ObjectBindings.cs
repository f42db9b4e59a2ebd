using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>Methods and attributes of what is no tensor, and attributes of tensors that programs assign to.</summary>
internal static class ObjectBindings
{
    private static readonly BindingTable Modules = new()
    {
        { "parameters", a => Array.ConvertAll(Of<Module>(a).Parameters().ToArray(), p => (object?)p) },
        { "buffers", a => Array.ConvertAll(Of<Module>(a).Buffers().ToArray(), b => (object?)b) },
        { "state_dict", a => Of<Module>(a).StateDict() },
        { "load_state_dict", LoadStateDict },
        { "zero_grad", ZeroGradOfModule },
        { "train", a => Of<Module>(a).Train(a.Flag(1, "mode", true)) },
        { "eval", a => Of<Module>(a).Eval() },
        { "double", a => Of<Module>(a).To(DType.Float64) },
        { "float", a => Of<Module>(a).To(DType.Float32) },
        { "half", a => Of<Module>(a).To(DType.Float16) },
        { "requires_grad_", a => Of<Module>(a).RequiresGrad_(a.Flag(1, "requires_grad", true)) },
        {
            "forward",
            a => ModuleBindings.Call(Of<Module>(a), [a.Tensor(1, "input")], new Dictionary<string, object?>())
        },
    };

    private static readonly BindingTable Optimizers = new()
    {
        { "step", Step },
        { "zero_grad", ZeroGradOfOptimizer },
    };

    private static readonly BindingTable Schedulers = new()
    {
        { "step", StepOfScheduler },
        {
            "get_last_lr",
            a => Array.ConvertAll([.. a.Any(0, "self") switch
            {
                LRScheduler scheduler => scheduler.LastLr,
                ReduceLROnPlateau scheduler => scheduler.LastLr,
                _ => throw a.Wrong("self", "is another"),
            }], lr => (object?)lr)
        },
    };

    /// <summary>Calls a method.</summary>
    public static object? Call(
        object self, string name, object?[] args, IReadOnlyDictionary<string, object?> kwargs)
    {
        var table = self switch
        {
            Module => Modules,
            Optimizer => Optimizers,
            LRScheduler or ReduceLROnPlateau => Schedulers,
            _ => null,
        };
        var binding = table?.Find(name) ?? throw CannotBindException.UnknownOperator("." + name);
        return OperatorBindings.Call(binding, new("." + name, args, kwargs));
    }

    /// <summary>Reads an attribute: of a module, a parameter, a buffer or a child.</summary>
    public static object? Get(object self, string name)
    {
        // max, sort and their like return values and indices.
        if (self is object?[] and [Tensor values, Tensor indices] && name is "values" or "indices")
            return name == "values" ? values : indices;
        if (self is not Module module)
            throw CannotBindException.UnknownOperator("@" + name);
        if (name == "training")
            return module.IsTraining;
        return module.NamedParameters().FirstOrDefault(p => p.Name == name).Parameter
            ?? module.NamedBuffers().FirstOrDefault(b => b.Name == name).Buffer
            ?? module.NamedChildren.FirstOrDefault(c => c.Name == name).Module
            // A layer made without a bias has one that is None.
            ?? (name == "bias" ? (object?)null : throw CannotBindException.UnknownOperator("@" + name));
    }

    /// <summary>Assigns to an attribute.</summary>
    public static void Set(object self, string name, object? value)
    {
        switch (self, name, value)
        {
            case (Tensor tensor, "grad", Tensor or null):
                tensor.Grad = (Tensor?)value;
                break;
            case (Tensor tensor, "requires_grad", bool flag):
                tensor.RequiresGrad_(flag);
                break;
            default:
                throw CannotBindException.UnknownOperator($"@{name}=");
        }
    }

    private static T Of<T>(Arguments a) where T : class => a.Any(0, "self") as T ?? throw a.Wrong("self", "is another");

    private static object? LoadStateDict(Arguments a)
    {
        var state = a.Any(1, "state_dict") as IReadOnlyDictionary<string, Tensor>
            ?? throw a.Wrong("state_dict", "is none");
        Of<Module>(a).LoadStateDict(state, a.Flag(2, "strict", true));
        return null;
    }

    private static object? Step(Arguments a)
    {
        Of<Optimizer>(a).Step();
        return null;
    }

    private static object? StepOfScheduler(Arguments a)
    {
        if (a.Any(0, "self") is ReduceLROnPlateau plateau)
            plateau.Step(a.IsTensor(1, "metrics") ? a.Tensor(1, "metrics").Item<double>() : a.Real(1, "metrics"));
        else
            Of<LRScheduler>(a).Step();
        return null;
    }

    // PyTorch 1.13 leaves zeros; the engine, as later releases, leaves nothing unless told.
    private static object? ZeroGradOfOptimizer(Arguments a)
    {
        Of<Optimizer>(a).ZeroGrad(a.Flag(1, "set_to_none"));
        return null;
    }

    private static object? ZeroGradOfModule(Arguments a)
    {
        Of<Module>(a).ZeroGrad(a.Flag(1, "set_to_none"));
        return null;
    }
}
