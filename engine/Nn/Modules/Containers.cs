using System.Collections;

namespace KernelEngine.Nn;

/// <summary>Modules one after the other: each is called with the output of the one before.</summary>
public sealed class Sequential : Module, IReadOnlyList<Module>
{
    private readonly OrderedDictionary<string, Module> modules = [];

    /// <summary>Modules named by their places: <c>0</c>, <c>1</c>, ….</summary>
    public Sequential(params ReadOnlySpan<Module> modules)
    {
        foreach (var module in modules)
            Add(PythonNumber.Of(Count), module);
    }

    /// <summary>Modules with names: <c>new Sequential(("fc", new Linear(2, 3)), ("act", new ReLU()))</c>.</summary>
    /// <exception cref="ArgumentException">A name is there twice.</exception>
    public Sequential(params ReadOnlySpan<(string Name, Module Module)> modules)
    {
        foreach (var (name, module) in modules)
            Add(name, module);
    }

    /// <summary>How many modules there are.</summary>
    public int Count => modules.Count;

    /// <summary>The module at a place.</summary>
    public Module this[int index] => modules.GetAt(index).Value;

    /// <summary>The module of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public Module this[string name] => modules.TryGetValue(name, out var module) ? module
        : throw new KeyNotFoundException($"there is no module '{name}' in {this}");

    /// <inheritdoc/>
    public IEnumerator<Module> GetEnumerator() => modules.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        foreach (var module in modules.Values)
            input = module.Call(input);
        return input;
    }

    /// <inheritdoc/>
    protected internal override IEnumerable<ModuleMember> Members() =>
        modules.Select(m => new ModuleMember(m.Key, m.Value));

    private void Add(string name, Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        modules.Add(name, module);
    }
}

/// <summary>A list of modules of one type, to be called by the module that has it.</summary>
/// <typeparam name="TModule">The type of the modules.</typeparam>
public class ModuleList<TModule> : Module, IReadOnlyList<TModule> where TModule : Module
{
    private readonly List<TModule> modules = [];

    /// <summary>A list of modules.</summary>
    public ModuleList(params ReadOnlySpan<TModule> modules)
    {
        foreach (var module in modules)
            Add(module);
    }

    /// <summary>A list of modules.</summary>
    public ModuleList(IEnumerable<TModule> modules)
    {
        ArgumentNullException.ThrowIfNull(modules);
        foreach (var module in modules)
            Add(module);
    }

    /// <summary>How many modules there are.</summary>
    public int Count => modules.Count;

    /// <summary>The module at a place.</summary>
    public TModule this[int index]
    {
        get => modules[index];
        set => modules[index] = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>Adds a module at the end.</summary>
    public void Add(TModule module)
    {
        ArgumentNullException.ThrowIfNull(module);
        modules.Add(module);
    }

    /// <inheritdoc/>
    public IEnumerator<TModule> GetEnumerator() => modules.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    protected internal override IEnumerable<ModuleMember> Members() =>
        modules.Select((m, i) => new ModuleMember(PythonNumber.Of(i), m));
}

/// <summary>A list of modules, to be called by the module that has it.</summary>
public sealed class ModuleList : ModuleList<Module>
{
    /// <summary>A list of modules.</summary>
    public ModuleList(params ReadOnlySpan<Module> modules)
        : base(modules)
    {
    }

    /// <summary>A list of modules.</summary>
    public ModuleList(IEnumerable<Module> modules)
        : base(modules)
    {
    }
}

/// <summary>Modules by name, in the order in which they were added.</summary>
public sealed class ModuleDict : Module, IEnumerable<KeyValuePair<string, Module>>
{
    private readonly OrderedDictionary<string, Module> modules = [];

    /// <summary>How many modules there are.</summary>
    public int Count => modules.Count;

    /// <summary>The names.</summary>
    public IReadOnlyList<string> Keys => modules.Keys;

    /// <summary>The module of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public Module this[string name]
    {
        get => modules[name];
        set => modules[name] = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>Adds a module: <c>new ModuleDict { { "fc", new Linear(2, 3) } }</c>.</summary>
    public void Add(string name, Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        modules.Add(name, module);
    }

    /// <summary>Whether there is a module of that name.</summary>
    public bool ContainsKey(string name) => modules.ContainsKey(name);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Module>> GetEnumerator() => modules.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    protected internal override IEnumerable<ModuleMember> Members() =>
        modules.Select(m => new ModuleMember(m.Key, m.Value));
}
