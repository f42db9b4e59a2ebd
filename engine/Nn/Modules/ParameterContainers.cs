using System.Collections;

namespace KernelEngine.Nn;

/// <summary>A list of parameters, as <c>torch.nn.ParameterList</c>.</summary>
public sealed class ParameterList : Module, IReadOnlyList<Parameter>
{
    private readonly List<Parameter> parameters = [];

    /// <summary>A list of parameters.</summary>
    public ParameterList(params ReadOnlySpan<Parameter> parameters)
    {
        foreach (var parameter in parameters)
            this.parameters.Add(parameter);
    }

    /// <summary>A list of parameters over tensors, whose memory they share.</summary>
    public ParameterList(IEnumerable<Tensor> tensors) =>
        parameters.AddRange(tensors.Select(t => t as Parameter ?? new Parameter(t)));

    /// <summary>How many there are.</summary>
    public int Count => parameters.Count;

    /// <summary>The parameter at a place.</summary>
    public Parameter this[int index]
    {
        get => parameters[index];
        set => parameters[index] = value;
    }

    /// <inheritdoc/>
    protected override string Settings => string.Join('\n', parameters.Select((p, i) =>
        $"  ({PythonNumber.Of(i)}): Parameter containing: [{p.DType} of size {ParameterDict.SizeOf(p)}]"));

    /// <summary>Adds a parameter at the end.</summary>
    public void Add(Parameter parameter) => parameters.Add(parameter);

    /// <inheritdoc/>
    public IEnumerator<Parameter> GetEnumerator() => parameters.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    protected internal override IEnumerable<ModuleMember> Members() =>
        parameters.Select((p, i) => new ModuleMember(PythonNumber.Of(i), p));
}

/// <summary>Parameters by name, in the order in which they were added, as <c>torch.nn.ParameterDict</c>.</summary>
public sealed class ParameterDict : Module, IEnumerable<KeyValuePair<string, Parameter>>
{
    private readonly OrderedDictionary<string, Parameter> parameters = [];

    /// <summary>How many there are.</summary>
    public int Count => parameters.Count;

    /// <summary>The names.</summary>
    public IReadOnlyList<string> Keys => parameters.Keys;

    /// <summary>The parameter of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public Parameter this[string name]
    {
        get => parameters[name];
        set => parameters[name] = value;
    }

    /// <inheritdoc/>
    protected override string Settings => string.Join('\n', parameters.Select(p =>
        $"  ({p.Key}): Parameter containing: [{TypeOf(p.Value)} of size {SizeOf(p.Value)}]"));

    /// <summary>Adds a parameter: <c>new ParameterDict { { "scale", new(Tensor.Ones(3)) } }</c>.</summary>
    public void Add(string name, Parameter parameter) => parameters.Add(name, parameter);

    /// <summary>Whether there is a parameter of that name.</summary>
    public bool ContainsKey(string name) => parameters.ContainsKey(name);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Parameter>> GetEnumerator() => parameters.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static string SizeOf(Tensor tensor) => string.Join('x', tensor.Shape.ToArray());

    /// <inheritdoc/>
    protected internal override IEnumerable<ModuleMember> Members() =>
        parameters.Select(p => new ModuleMember(p.Key, p.Value));

    private static string TypeOf(Parameter parameter) => $"torch.{parameter.DType.LegacyName}Tensor";
}
