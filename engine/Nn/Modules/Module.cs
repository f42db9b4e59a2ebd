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
public abstract partial class Module
{
    private List<Func<Module, Tensor, Tensor?>>? before;
    private List<Func<Module, Tensor, Tensor, Tensor?>>? after;
    private List<Func<Module, Tensor?, Tensor, Tensor?>>? backward;

    /// <summary>
    /// Whether it is being trained: dropout drops, batch norm learns its statistics. Setting it concerns this module
    /// alone, as <c>training</c> of PyTorch's modules; <c>Train</c> and <c>Eval</c> set it for those in it, too.
    /// </summary>
    public bool IsTraining { get; set; } = true;

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
    public Tensor Call(Tensor input) => HasHooks ? CallWithHooks(input, Forward) : Forward(input);

    /// <summary>The modules that it consists of.</summary>
    public IEnumerable<Module> Children() => NamedChildren.Select(c => c.Module);

    /// <summary>Itself and every module in it, each once, with dotted names; its own name is the prefix.</summary>
    public IEnumerable<(string Name, Module Module)> NamedModules(string prefix = "") => ModuleTree.Of(this, prefix);

    /// <summary>Itself and every module in it, each once.</summary>
    public IEnumerable<Module> Modules() => ModuleTree.Of(this).Select(m => m.Module);

    /// <summary>The parameters of this module and those in it, each once, with dotted names.</summary>
    /// <param name="prefix">What the names begin with, before a dot.</param>
    /// <param name="recurse">Whether those of modules in it are among them.</param>
    public IEnumerable<(string Name, Parameter Parameter)> NamedParameters(string prefix = "", bool recurse = true) =>
        ModuleTree.Tensors(this, prefix, recurse).Where(t => t.Value is Parameter)
            .Select(t => (t.Name, (Parameter)t.Value));

    /// <summary>The parameters of this module and those in it, each once.</summary>
    public IReadOnlyList<Parameter> Parameters() => [.. NamedParameters().Select(p => p.Parameter)];

    /// <summary>The buffers of this module and those in it, each once, with dotted names.</summary>
    /// <inheritdoc cref="NamedParameters"/>
    public IEnumerable<(string Name, Tensor Buffer)> NamedBuffers(string prefix = "", bool recurse = true) =>
        ModuleTree.Tensors(this, prefix, recurse).Where(t => t.Value is not Parameter)
            .Select(t => (t.Name, (Tensor)t.Value));

    /// <summary>The buffers of this module and those in it, each once.</summary>
    public IReadOnlyList<Tensor> Buffers() => [.. NamedBuffers().Select(b => b.Buffer)];

    /// <summary>
    /// What is saved: parameters and persistent buffers by dotted name, in PyTorch's order, sharing memory with the
    /// module. What is shared by several modules in it is there under each of its names.
    /// </summary>
    public OrderedDictionary<string, Tensor> StateDict()
    {
        var state = new OrderedDictionary<string, Tensor>();
        foreach (var member in ModuleTree.Saved(this))
            state.Add(member.Name, ((Tensor)member.Value).Detach());
        return state;
    }

    /// <summary>Forgets the gradients of all parameters.</summary>
    /// <param name="setToNull">Whether gradients become null, else zeros.</param>
    public void ZeroGrad(bool setToNull = true) => Gradients.Clear(Parameters(), setToNull);

    /// <summary>Replaces the input before each call, unless the hook returns null.</summary>
    /// <returns>Disposed, it takes the hook away.</returns>
    public IDisposable RegisterForwardPreHook(Func<Module, Tensor, Tensor?> hook) =>
        new ListEntry<Func<Module, Tensor, Tensor?>>(before ??= [], hook);

    /// <summary>
    /// Sees, each time gradients have been computed, those of the input (null where it wants none) and of the output,
    /// and replaces the input's, unless it returns null. As <c>register_full_backward_hook</c>.
    /// </summary>
    /// <returns>Disposed, it takes the hook away.</returns>
    public IDisposable RegisterFullBackwardHook(Func<Module, Tensor?, Tensor, Tensor?> hook) =>
        new ListEntry<Func<Module, Tensor?, Tensor, Tensor?>>(backward ??= [], hook);

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

    /// <summary>Says whether it is being trained, with all modules in it.</summary>
    internal void SetTraining(bool training)
    {
        foreach (var (_, module) in ModuleTree.Of(this))
            module.IsTraining = training;
    }

    /// <summary>
    /// Runs the hooks around a forward that takes more than the input: how a module with optional further inputs is
    /// called.
    /// </summary>
    protected Tensor CallThrough(Tensor input, Func<Tensor, Tensor> forward) =>
        HasHooks ? CallWithHooks(input, forward) : forward(input);

    /// <summary>A copy that shares everything with this but the lists of hooks.</summary>
    internal virtual Module ShallowCopy()
    {
        var copy = (Module)MemberwiseClone();
        copy.before = before is null ? null : [.. before];
        copy.after = after is null ? null : [.. after];
        copy.backward = backward is null ? null : [.. backward];
        return copy;
    }

    private bool HasHooks => before is { Count: > 0 } || after is { Count: > 0 } || backward is { Count: > 0 };

    private void Print(StringBuilder text, int indent)
    {
        text.Append(TypeName).Append('(');
        string[] lines = Settings is { Length: > 0 } settings ? settings.Split('\n') : [];
        var isLong = lines.Length > 1 || NamedChildren.Any();
        foreach (var line in lines)
        {
            if (isLong)
                text.Append('\n').Append(' ', indent + 2);
            text.Append(line);
        }

        foreach (var (name, child) in NamedChildren)
        {
            text.Append('\n').Append(' ', indent + 2).Append('(').Append(name).Append("): ");
            child.Print(text, indent + 2);
        }

        if (isLong)
            text.Append('\n').Append(' ', indent);
        text.Append(')');
    }

    private Tensor CallWithHooks(Tensor input, Func<Tensor, Tensor> forward)
    {
        foreach (var hook in before?.ToArray() ?? [])
            input = hook(this, input) ?? input;
        var watch = backward is { Count: > 0 } hooks ? new BackwardWatch(this, [.. hooks]) : null;
        if (watch is not null)
            input = watch.Enter(input);
        var output = forward(input);
        foreach (var hook in after?.ToArray() ?? [])
            output = hook(this, input, output) ?? output;
        return watch is null ? output : watch.Leave(output);
    }
}
