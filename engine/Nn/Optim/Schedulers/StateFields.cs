namespace KernelEngine.Nn;

/// <summary>
/// The fields of something saved, named one after the other: what saves them also takes them over.
/// <code>
/// protected override void Exchange(StateFields fields)
/// {
///     base.Exchange(fields);
///     fields.Field("gamma", ref gamma);
/// }
/// </code>
/// </summary>
public sealed class StateFields
{
    private readonly OrderedDictionary<string, Tensor>? saved;
    private readonly IReadOnlyDictionary<string, Tensor>? loaded;
    private readonly string prefix;

    private StateFields(
        OrderedDictionary<string, Tensor>? saved, IReadOnlyDictionary<string, Tensor>? loaded, string prefix) =>
        (this.saved, this.loaded, this.prefix) = (saved, loaded, prefix);

    /// <summary>A whole number.</summary>
    public void Field(string name, ref long value)
    {
        if (Exchange(name, [value]) is [var read, ..])
            value = read.ToInt64();
    }

    /// <summary>A real number.</summary>
    public void Field(string name, ref double value)
    {
        if (Exchange(name, [value]) is [var read, ..])
            value = read.ToDouble();
    }

    /// <summary>Real numbers.</summary>
    public void Field(string name, ref double[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (Exchange(name, Array.ConvertAll(values, v => (Scalar)v), asVector: true) is { } read)
            values = Array.ConvertAll(read, v => v.ToDouble());
    }

    /// <summary>The fields of a part, under its name and a point.</summary>
    public StateFields Part(string name) => new(saved, loaded, $"{prefix}{name}.");

    /// <summary>Saves fields.</summary>
    internal static OrderedDictionary<string, Tensor> Save(Action<StateFields> exchange)
    {
        var result = new OrderedDictionary<string, Tensor>();
        exchange(new(result, null, ""));
        return result;
    }

    /// <summary>Takes fields over; those that are not there stay as they are.</summary>
    internal static void Load(IReadOnlyDictionary<string, Tensor> state, Action<StateFields> exchange)
    {
        ArgumentNullException.ThrowIfNull(state);
        exchange(new(null, state, ""));
    }

    private Scalar[]? Exchange(string name, Scalar[] values, bool asVector = false)
    {
        saved?.Add(prefix + name, SavedNumbers.Of(values, asVector));
        return loaded is not null && loaded.TryGetValue(prefix + name, out var tensor)
            ? SavedNumbers.Read(tensor) : null;
    }
}
