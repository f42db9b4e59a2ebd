using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace KernelEngine.Nn;

/// <summary>
/// A part of a network, as <c>torch.nn.Module</c>: derive from it, make layers and <see cref="Parameter"/>s fields,
/// and override <see cref="Forward"/>. Fields are found by themselves, those of base classes first: parameters,
/// modules, arrays, lists and dictionaries of them, and tensors marked with <see cref="PersistentAttribute"/> or
/// <see cref="BufferAttribute"/>. Names are the fields' and properties', in PyTorch's spelling: <c>fc1</c>,
/// <c>OutProj</c> and <c>outProj</c> give <c>fc1</c> and <c>out_proj</c>; a list's parts are numbered,
/// <c>blocks.0.weight</c>.
/// </summary>
[DynamicallyAccessedMembers(ModuleMembers.Needed)]
public abstract class Module
{
    private List<Func<Module, Tensor, Tensor?>>? before;
    private List<Func<Module, Tensor, Tensor, Tensor?>>? after;

    /// <summary>Whether it is being trained: dropout drops, batch norm learns its statistics.</summary>
    public bool IsTraining { get; private set; } = true;

    /// <summary>The modules that it consists of, with their names.</summary>
    public IEnumerable<(string Name, Module Module)> NamedChildren
    {
        get
        {
            foreach (var member in Members())
            {
                if (member.Value is Module child)
                    yield return (member.Name, child);
            }
        }
    }

    /// <summary>The output for an input. Hooks run; <see cref="Forward"/> is what computes it.</summary>
    public Tensor Call(Tensor input) => before is null && after is null ? Forward(input) : CallWithHooks(input);

    /// <summary>Itself and every module in it, each once, with dotted names; its own name is empty.</summary>
    public IEnumerable<(string Name, Module Module)> NamedModules() => ModuleTree.Of(this);

    /// <summary>Itself and every module in it, each once.</summary>
    public IEnumerable<Module> Modules() => ModuleTree.Of(this).Select(m => m.Module);

    /// <summary>The parameters of this module and those in it, each once, with dotted names.</summary>
    public IEnumerable<(string Name, Parameter Parameter)> NamedParameters() =>
        ModuleTree.Tensors(this).Where(t => t.Value is Parameter).Select(t => (t.Name, (Parameter)t.Value));

    /// <summary>The parameters of this module and those in it, each once.</summary>
    public IReadOnlyList<Parameter> Parameters() => [.. NamedParameters().Select(p => p.Parameter)];

    /// <summary>The buffers of this module and those in it, each once, with dotted names.</summary>
    public IEnumerable<(string Name, Tensor Buffer)> NamedBuffers() =>
        ModuleTree.Tensors(this).Where(t => t.Value is not Parameter).Select(t => (t.Name, (Tensor)t.Value));

    /// <summary>The buffers of this module and those in it, each once.</summary>
    public IReadOnlyList<Tensor> Buffers() => [.. NamedBuffers().Select(b => b.Buffer)];

    /// <summary>
    /// What is saved: parameters and persistent buffers by dotted name, in PyTorch's order, sharing memory with the
    /// module.
    /// </summary>
    public OrderedDictionary<string, Tensor> StateDict()
    {
        var state = new OrderedDictionary<string, Tensor>();
        foreach (var member in ModuleTree.Tensors(this).Where(t => t.IsSaved))
            state.Add(member.Name, ((Tensor)member.Value).Detach());
        return state;
    }

    /// <summary>Copies saved values into parameters and persistent buffers.</summary>
    /// <param name="state">The values by name.</param>
    /// <param name="strict">Whether every name must be there, and no other.</param>
    /// <exception cref="TensorRuntimeException">
    /// Names are missing or unexpected, or a shape differs; the message lists them all, and nothing has been copied.
    /// </exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(state);
        LoadState(SavedTensors.Of(state), strict);
    }

    /// <summary>Forgets the gradients of all parameters.</summary>
    /// <param name="setToNull">Whether gradients become null, else zeros.</param>
    public void ZeroGrad(bool setToNull = true) => Gradients.Clear(Parameters(), setToNull);

    /// <summary>Replaces the input before each call, unless the hook returns null.</summary>
    /// <returns>Disposed, it takes the hook away.</returns>
    public IDisposable RegisterForwardPreHook(Func<Module, Tensor, Tensor?> hook) =>
        new ListEntry<Func<Module, Tensor, Tensor?>>(before ??= [], hook);

    /// <summary>Sees input and output of each call, and replaces the output, unless it returns null.</summary>
    /// <returns>Disposed, it takes the hook away.</returns>
    public IDisposable RegisterForwardHook(Func<Module, Tensor, Tensor, Tensor?> hook) =>
        new ListEntry<Func<Module, Tensor, Tensor, Tensor?>>(after ??= [], hook);

    /// <summary>PyTorch's text: the type, its settings, and what it consists of.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Print(text, 0);
        return text.ToString();
    }

    /// <summary>The output for an input; call it through <see cref="Call"/>, so that hooks run.</summary>
    /// <exception cref="TensorNotImplementedException">
    /// The module has no forward of one tensor: it takes others, or only holds modules.
    /// </exception>
    protected virtual Tensor Forward(Tensor input) => throw new TensorNotImplementedException(
        $"Module [{TypeName}] is missing the required \"forward\" function",
        "override Forward(Tensor), or call what it holds");

    /// <summary>The settings in the printed form: <c>in_features=1, out_features=1, bias=True</c>.</summary>
    protected virtual string Settings => "";

    /// <summary>The type's name in the printed form.</summary>
    protected virtual string TypeName =>
        GetType().Name is var name && name.IndexOf('`') is var tick and > 0 ? name[..tick] : name;

    /// <summary>
    /// Parameters, buffers and modules with their names, in order: those found in fields, unless overridden.
    /// </summary>
    protected internal virtual IEnumerable<ModuleMember> Members() => ModuleMembers.Of(this);

    /// <summary>Does what <see cref="LoadStateDict"/> promises.</summary>
    internal void LoadState(SavedTensors saved, bool strict)
    {
        var own = StateDict();
        var complaints = new List<string>();
        string[] unexpected = [.. saved.Names.Where(k => !own.ContainsKey(k))];
        string[] missing = [.. own.Keys.Where(k => !saved.Contains(k))];
        if (strict && unexpected.Length > 0)
            complaints.Add($"Unexpected key(s) in state_dict: {Quoted(unexpected)}. ");
        if (strict && missing.Length > 0)
            complaints.Add($"Missing key(s) in state_dict: {Quoted(missing)}. ");
        foreach (var (name, target) in own)
        {
            if (saved.Contains(name) && saved.ShapeOf(name) is var shape && shape != target.Shape)
            {
                complaints.Add(
                    $"size mismatch for {name}: copying a param with shape {shape} from checkpoint, the shape " +
                    $"in current model is {target.Shape}.");
            }
        }

        if (complaints.Count > 0)
        {
            throw new TensorRuntimeException(
                $"Error(s) in loading state_dict for {TypeName}:\n\t{string.Join("\n\t", complaints)}");
        }

        using (Autograd.NoGrad())
        {
            foreach (var (name, target) in own)
            {
                if (saved.Contains(name))
                    target.Copy_(saved.Read(name));
            }
        }

        static string Quoted(string[] names) => string.Join(", ", names.Select(n => $"\"{n}\""));
    }

    /// <summary>Says whether it is being trained, with all modules in it.</summary>
    internal void SetTraining(bool training)
    {
        foreach (var (_, module) in ModuleTree.Of(this))
            module.IsTraining = training;
    }

    private void Print(StringBuilder text, int indent)
    {
        text.Append(TypeName).Append('(').Append(Settings);
        var hasChildren = false;
        foreach (var (name, child) in NamedChildren)
        {
            hasChildren = true;
            text.Append('\n').Append(' ', indent + 2).Append('(').Append(name).Append("): ");
            child.Print(text, indent + 2);
        }

        if (hasChildren)
            text.Append('\n').Append(' ', indent);
        text.Append(')');
    }

    private Tensor CallWithHooks(Tensor input)
    {
        foreach (var hook in before?.ToArray() ?? [])
            input = hook(this, input) ?? input;
        var output = Forward(input);
        foreach (var hook in after?.ToArray() ?? [])
            output = hook(this, input, output) ?? output;
        return output;
    }
}
