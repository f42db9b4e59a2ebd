using System.Collections;

namespace KernelEngine.Conformance;

/// <summary>Calls the engine for an operator of PyTorch's.</summary>
public delegate object? Binding(Arguments arguments);

/// <summary>Operators of a family by PyTorch's name, without <c>torch.</c>.</summary>
internal sealed class BindingTable : IEnumerable<KeyValuePair<string, Binding>>
{
    private readonly Dictionary<string, Binding> rows = [];

    /// <summary>A row.</summary>
    /// <param name="names">PyTorch's name, and its aliases, with spaces between.</param>
    /// <param name="call">The call.</param>
    /// <param name="inPlace">The call in place, under each name with an underscore.</param>
    public void Add(string names, Binding call, Binding? inPlace = null)
    {
        foreach (var name in names.Split(' '))
        {
            rows.Add(name, call);
            if (inPlace is not null)
                rows.Add(name + "_", inPlace);
        }
    }

    /// <summary>The row of a name; null where there is none.</summary>
    public Binding? Find(string name) => rows.GetValueOrDefault(name);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Binding>> GetEnumerator() => rows.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
