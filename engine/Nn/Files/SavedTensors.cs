namespace KernelEngine.Nn;

/// <summary>
/// Tensors by name to load a state from: those of a dictionary, or those of a file under a prefix, which are read only
/// when their turn comes.
/// </summary>
internal sealed class SavedTensors
{
    private readonly Dictionary<string, (Shape Shape, Func<Tensor> Read)> entries = [];

    private SavedTensors()
    {
    }

    /// <summary>The names, without the prefix.</summary>
    public IReadOnlyCollection<string> Names => entries.Keys;

    /// <summary>The tensors of a dictionary.</summary>
    public static SavedTensors Of(IReadOnlyDictionary<string, Tensor> tensors)
    {
        var result = new SavedTensors();
        foreach (var (name, tensor) in tensors)
            result.entries.Add(name, (tensor.Shape, () => tensor));
        return result;
    }

    /// <summary>The tensors of a file whose names begin with a prefix.</summary>
    public static SavedTensors Of(SafetensorsFile file, string prefix = "")
    {
        var cpu = ComputeDevice.Parse("cpu");
        var result = new SavedTensors();
        foreach (var name in file.Names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal)))
        {
            // What can be wrong with the data is found now, so that no state is loaded by half.
            if (file.DTypeOf(name) == DType.Bool)
                file.ReadBytes(name);
            result.entries.Add(name[prefix.Length..], (file.ShapeOf(name), () => file.Read(name, cpu)));
        }

        return result;
    }

    /// <summary>Whether there is a tensor of a name.</summary>
    public bool Contains(string name) => entries.ContainsKey(name);

    /// <summary>The shape of a tensor.</summary>
    public Shape ShapeOf(string name) => entries[name].Shape;

    /// <summary>A tensor.</summary>
    public Tensor Read(string name) => entries[name].Read();

    /// <summary>All tensors.</summary>
    public Dictionary<string, Tensor> ReadAll() => entries.ToDictionary(e => e.Key, e => e.Value.Read());
}
