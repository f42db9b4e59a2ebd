using KernelEngine.Nn;

namespace KernelEngine.Viewing;

/// <summary>Finds the layers and parameters of a network.</summary>
internal static class NetworkScan
{
    /// <summary>What is known before data went through it: layers in the order in which they were declared.</summary>
    public static NetworkMap Of(Module model)
    {
        var parameters = model.NamedParameters().ToArray();
        var places = new Dictionary<Tensor, int>(ReferenceEqualityComparer.Instance);
        foreach (var (i, (_, parameter)) in parameters.Index())
            places.Add(parameter, i);
        var owners = new int[parameters.Length];
        Array.Fill(owners, -1);
        var layers = new List<LayerInfo>();
        foreach (var (name, module) in model.NamedModules())
        {
            var own = module.NamedParameters(recurse: false).Select(p => places[p.Parameter]).ToArray();
            if (own.Length == 0 && module.Children().Any())
                continue;
            foreach (var i in own.Where(i => owners[i] < 0))
                owners[i] = layers.Count;
            layers.Add(new()
            {
                Index = layers.Count,
                Name = name,
                Type = TypeOf(module),
                Description = DescriptionOf(module),
                Parameters = own,
                ParameterCount = own.Sum(i => parameters[i].Parameter.ElementCount),
            });
        }

        return new()
        {
            Name = TypeOf(model),
            Device = parameters.Length > 0 ? parameters[0].Parameter.Device
                : model.Buffers() is [var buffer, ..] ? buffer.Device : ComputeDevice.Default,
            Layers = layers,
            Parameters =
            [
                .. parameters.Select((p, i) =>
                {
                    var (grid, step) = MapGrids.Of(p.Parameter.Shape);
                    return new ParameterInfo
                    {
                        Index = i, Name = p.Name, Layer = owners[i], Shape = p.Parameter.Shape, Grid = grid, Step = step,
                    };
                }),
            ],
        };
    }

    // Up to the bracket of its printed form.
    private static string TypeOf(Module module) =>
        module.ToString() is var text && text.IndexOf('(', StringComparison.Ordinal) is var end and > 0
            ? text[..end]
            : module.GetType().Name;

    // What has modules in it has a line for each.
    private static string DescriptionOf(Module module) =>
        module.Children().Any() ? TypeOf(module) : module.ToString();
}
