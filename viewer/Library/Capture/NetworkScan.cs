using KernelEngine.Nn;

namespace KernelEngine.Viewing;

/// <summary>A network's layers and parameters, and the modules and tensors that they are.</summary>
internal sealed class NetworkScan
{
    private NetworkScan(NetworkMap map, IReadOnlyList<Module> layers, IReadOnlyList<Tensor> parameters) =>
        (Map, Layers, Parameters) = (map, layers, parameters);

    /// <summary>What the window knows of it.</summary>
    public NetworkMap Map { get; }

    /// <summary>The modules of the map's layers.</summary>
    public IReadOnlyList<Module> Layers { get; }

    /// <summary>The tensors of the map's parameters.</summary>
    public IReadOnlyList<Tensor> Parameters { get; }

    /// <summary>An input on the network's device, and with fractions as its parameters have them.</summary>
    public Tensor Fitting(Tensor input)
    {
        var dtype = Parameters.FirstOrDefault(p => p.DType.IsFloatingPoint)?.DType;
        return input.DType.IsFloatingPoint && dtype is not null ? input.To(dtype).To(Map.Device) : input.To(Map.Device);
    }

    /// <summary>Looks at a network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="calls">
    /// How its modules were called; null before that is known: layers are then in the order in which they are declared.
    /// </param>
    /// <param name="picture">What pictures it takes, if it takes pictures.</param>
    public static NetworkScan Of(
        Module model, IReadOnlyList<LayerTrace.Call>? calls = null, PictureSize? picture = null)
    {
        var named = model.NamedParameters().ToArray();
        var places = new Dictionary<Tensor, int>(ReferenceEqualityComparer.Instance);
        foreach (var (i, (_, parameter)) in named.Index())
            places.Add(parameter, i);
        var order = new Dictionary<Module, int>(ReferenceEqualityComparer.Instance);
        foreach (var (i, call) in (calls ?? []).Index())
            order.Add(call.Module, i);
        var (layers, modules) = (new List<LayerInfo>(), new List<Module>());
        var owners = new int[named.Length];
        Array.Fill(owners, -1);
        foreach (var (name, module) in model.NamedModules().OrderBy(m => order.GetValueOrDefault(m.Module, int.MaxValue)))
        {
            int[] own = [.. module.NamedParameters(recurse: false).Select(p => places[p.Parameter])];
            var call = order.TryGetValue(module, out var place) ? calls![place] : null;
            var isSeen = calls is null or [] || call is not null;
            if (own.Length == 0 && (module.Children().Any() || !isSeen))
                continue;
            foreach (var i in own.Where(i => owners[i] < 0))
                owners[i] = layers.Count;
            modules.Add(module);
            layers.Add(new()
            {
                Index = layers.Count,
                Name = name,
                Type = TypeOf(module),
                Description = DescriptionOf(module),
                Parameters = own,
                ParameterCount = own.Sum(i => named[i].Parameter.ElementCount),
                Output = call is { Shape.Rank: > 0 } ? Shape.Create(call.Shape.AsSpan()[1..]) : default(Shape?),
                IsRectified = call is { IsRectified: true },
            });
        }

        // The first layer that has weights sees the pictures, if they are what comes in.
        var eye = layers.FirstOrDefault(l => l.Parameters.Count > 0)?.Parameters[0];
        return new(
            new()
            {
                Name = TypeOf(model),
                Device = named is [var first, ..] ? first.Parameter.Device
                    : model.Buffers() is [var buffer, ..] ? buffer.Device : ComputeDevice.Default,
                Layers = layers,
                Parameters = [.. named.Select((p, i) => Info(i, p.Name, p.Parameter.Shape, i == eye ? picture : null))],
            },
            modules, Array.ConvertAll(named, p => (Tensor)p.Parameter));

        ParameterInfo Info(int index, string name, Shape shape, PictureSize? looksAt)
        {
            var (grid, step) = MapGrids.Of(shape, shape.Rank == 2 ? looksAt : null);
            return new() { Index = index, Name = name, Layer = owners[index], Shape = shape, Grid = grid, Step = step };
        }
    }

    // Up to the bracket of its printed form.
    private static string TypeOf(Module module) =>
        module.ToString() is var text && text.IndexOf('(', StringComparison.Ordinal) is var end and > 0
            ? text[..end]
            : module.GetType().Name;

    // What has modules in it has a line for each of them.
    private static string DescriptionOf(Module module) =>
        module.Children().Any() ? TypeOf(module) : module.ToString();
}
