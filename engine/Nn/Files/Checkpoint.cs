namespace KernelEngine.Nn;

/// <summary>
/// Everything that a training needs to go on as if it had never stopped, in one safetensors file: modules, optimizers,
/// schedulers, loaders, the generators of all devices, and texts of one's own.
/// <code>
/// var checkpoint = new Checkpoint().Add("model", net).Add("optimizer", adam).Add("loader", loader);
/// checkpoint.Values["epoch"] = "3";
/// checkpoint.Save("training.safetensors");   // later, over parts that were made in the same way:
/// checkpoint.Load("training.safetensors");   // the same bits from here on
/// </code>
/// </summary>
public sealed class Checkpoint
{
    private const string MetadataName = "checkpoint";

    private readonly OrderedDictionary<string, Part> parts = [];
    private readonly OrderedDictionary<string, Generator> generators = [];
    private readonly OrderedDictionary<string, (Func<DataLoaderState> Get, Action<DataLoaderState> Set)> loaders = [];

    /// <summary>Texts that are saved and loaded with the rest: the epoch, options.</summary>
    public Dictionary<string, string> Values { get; } = [];

    /// <summary>Adds a module: its tensors are <c>name.fc1.weight</c> and so on.</summary>
    /// <exception cref="TensorValueException">There is a part of this name, or it has a dot.</exception>
    public Checkpoint Add(string name, Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return AddPart(name, new(module.StateDict, saved => module.LoadState(saved, strict: true)));
    }

    /// <summary>Adds an optimizer with its options.</summary>
    /// <inheritdoc cref="Add(string, Module)"/>
    public Checkpoint Add(string name, Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        return AddPart(name, new(optimizer.StateDict, saved => optimizer.LoadStateDict(saved.ReadAll())));
    }

    /// <summary>Adds a scheduler; add its optimizer before it.</summary>
    /// <inheritdoc cref="Add(string, Module)"/>
    public Checkpoint Add(string name, LRScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        return AddPart(name, new(scheduler.StateDict, saved => scheduler.LoadStateDict(saved.ReadAll())));
    }

    /// <summary>Adds a scheduler; add its optimizer before it.</summary>
    /// <inheritdoc cref="Add(string, Module)"/>
    public Checkpoint Add(string name, ReduceLROnPlateau scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        return AddPart(name, new(scheduler.StateDict, saved => scheduler.LoadStateDict(saved.ReadAll())));
    }

    /// <summary>Adds a loader: where its generator stands, and how far it is in its pass.</summary>
    /// <inheritdoc cref="Add(string, Module)"/>
    public Checkpoint Add<T>(string name, DataLoader<T> loader)
    {
        ArgumentNullException.ThrowIfNull(loader);
        Check(name);
        loaders.Add(name, (() => loader.State, state => loader.State = state));
        return this;
    }

    /// <summary>Adds a generator of one's own; those of the devices are saved in any case.</summary>
    /// <inheritdoc cref="Add(string, Module)"/>
    public Checkpoint Add(string name, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        Check(name);
        generators.Add(name, generator);
        return this;
    }

    /// <summary>The texts of a file, to know what to make before it is loaded.</summary>
    /// <exception cref="TensorFileException">The file is broken, or no checkpoint.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static IReadOnlyDictionary<string, string> ReadValues(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return CheckpointText.Parse(file, path, MetadataName).Values;
    }

    /// <summary>
    /// Writes it to a file, which appears under its name, or is replaced, only when all of it is on the disk.
    /// </summary>
    /// <exception cref="IOException">It cannot be written; an old file of this name is still there.</exception>
    public void Save(string path)
    {
        var tensors = new OrderedDictionary<string, Tensor>();
        foreach (var (part, (save, _)) in parts)
        {
            foreach (var (name, tensor) in save())
                tensors.Add($"{part}.{name}", tensor);
        }

        var text = new CheckpointText();
        foreach (var (name, generator) in AllGenerators())
            text.Generators.Add(name, generator.State);
        foreach (var (name, (get, _)) in loaders)
            text.Loaders.Add(name, get());
        foreach (var (name, value) in Values)
            text.Values.Add(name, value);
        SafetensorsFile.Save(path, tensors, [new(MetadataName, text.Write())]);
    }

    /// <summary>Takes over what a file holds, and its texts into <see cref="Values"/>.</summary>
    /// <returns>This checkpoint.</returns>
    /// <exception cref="TensorException">
    /// The file is of other parts. What it says is checked part by part: those before the one that does not fit have
    /// been loaded then.
    /// </exception>
    /// <exception cref="TensorFileException">The file is broken, or no checkpoint.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public Checkpoint Load(string path)
    {
        using var file = SafetensorsFile.Open(path);
        var text = CheckpointText.Parse(file, path, MetadataName);
        string[] unknown = [.. file.Names.Select(PartOf).Distinct().Where(p => !parts.ContainsKey(p)),
            .. text.Loaders.Keys.Where(l => !loaders.ContainsKey(l))];
        string[] missing = [.. loaders.Keys.Where(l => !text.Loaders.ContainsKey(l)),
            .. generators.Keys.Where(g => !text.Generators.ContainsKey(g))];
        if (unknown.Length > 0 || missing.Length > 0)
        {
            throw new TensorRuntimeException(
                $"{path} is a checkpoint of other parts: it has [{string.Join(", ", unknown)}], which are not asked " +
                $"for, and lacks [{string.Join(", ", missing)}]");
        }

        foreach (var (name, part) in parts)
            part.Load(SavedTensors.Of(file, name + "."));
        foreach (var (name, (_, set)) in loaders)
            set(text.Loaders[name]);
        foreach (var (name, generator) in AllGenerators())
        {
            // A device that was not there then keeps its stream.
            if (text.Generators.TryGetValue(name, out var state))
                generator.State = state;
        }

        Values.Clear();
        foreach (var (name, value) in text.Values)
            Values.Add(name, value);
        return this;
    }

    private Checkpoint AddPart(string name, Part part)
    {
        Check(name);
        parts.Add(name, part);
        return this;
    }

    private static string PartOf(string name) => name.IndexOf('.') is var dot and >= 0 ? name[..dot] : name;

    private void Check(string name)
    {
        if (string.IsNullOrEmpty(name) || name.Contains('.') ||
            parts.ContainsKey(name) || loaders.ContainsKey(name) || generators.ContainsKey(name))
        {
            throw new TensorValueException(
                $"'{name}' cannot be the name of a part", "names have no dot, and each part has one of its own");
        }
    }

    private IEnumerable<(string Name, Generator Generator)> AllGenerators() => ComputeDevice.All
        .Where(d => d.Type != DeviceType.Meta).Select(d => ($"device:{d}", Generator.For(d)))
        .Concat(generators.Select(g => (g.Key, g.Value)));

    private readonly record struct Part(Func<OrderedDictionary<string, Tensor>> Save, Action<SavedTensors> Load);
}
