using KernelEngine.Nn;

namespace KernelEngine.Viewing;

/// <summary>The numbers of a network's layers on a probe batch, computed on its device.</summary>
internal sealed class LayerCapture(IReadOnlyList<LayerInfo> layers, IReadOnlyList<Module> modules, Tensor probe)
{
    private static readonly LayerStatistics Unknown = new()
    {
        ActivationMean = float.NaN,
        ActivationDeviation = float.NaN,
        Dead = float.NaN,
    };

    /// <summary>Passes the probe through the network, and asks for the numbers of its layers.</summary>
    /// <returns>Gives them once they are read.</returns>
    public Func<LayerStatistics[]> Ask(Reading reading, ProbePass pass)
    {
        var parts = new (Reading.Part Mean, Reading.Part Deviation, Reading.Part? Dead)?[layers.Count];
        pass.Run(probe, modules, (module, output) =>
        {
            // Now, as an activation may overwrite it.
            var i = PlaceOf(module);
            if (parts[i] is not null || !output.DType.IsFloatingPoint || output.ElementCount == 0)
                return;
            output = output.Detach().To(DType.Float32);
            var (deviation, mean) = output.StdMean(correction: 0);
            parts[i] = (reading.Ask(mean), reading.Ask(deviation),
                layers[i].IsRectified ? reading.Ask(DeadOf(layers[i], output)) : null);
        });
        return () => Array.ConvertAll(parts, part => part is not { } known ? Unknown : new()
        {
            ActivationMean = known.Mean.Values[0],
            ActivationDeviation = known.Deviation.Values[0],
            Dead = known.Dead is { } dead ? dead.Values[0] : float.NaN,
        });
    }

    /// <summary>The layers that a ReLU follows, as a recorded pass shows it.</summary>
    public IReadOnlySet<Module> FindRectified(ProbePass pass)
    {
        using var mode = Autograd.EnableGrad();
        var made = new Dictionary<Node, Module>(ReferenceEqualityComparer.Instance);
        var input = probe.DType.IsFloatingPoint ? probe.Detach().RequiresGrad_() : probe;
        var output = pass.Run(input, modules, (module, y) =>
        {
            if (y.GradientFunction is { } node)
                made.TryAdd(node, module);
        });

        var rectified = new HashSet<Module>(ReferenceEqualityComparer.Instance);
        var (seen, stack) = (new HashSet<Node>(ReferenceEqualityComparer.Instance), new Stack<Node>());
        if (output?.GradientFunction is { } last)
            stack.Push(last);
        while (stack.TryPop(out var node))
        {
            if (!seen.Add(node))
                continue;
            foreach (var edge in node.Next)
            {
                if (edge.Node is { } next)
                    stack.Push(next);
            }

            if (node is { Name: "ReluBackward0", Next: [var relu, ..] } && Source(relu.Node) is { } source)
                rectified.Add(source);
        }

        return rectified;

        // What made it, in another shape perhaps.
        Module? Source(Node? node)
        {
            while (node is not null && !made.ContainsKey(node))
                node = node is { Name: "ViewBackward0" or "UnsafeViewBackward0", Next: [var view, ..] } ? view.Node : null;
            return node is null ? null : made[node];
        }
    }

    // The share of units that are not above zero for any example, at any place.
    private static Tensor DeadOf(LayerInfo layer, Tensor output)
    {
        // Features come second where there are places behind them, else last.
        var isSpatial = output.Rank > 2 && layer.Type is var type &&
            (type.Contains("Conv", StringComparison.Ordinal) || type.Contains("Norm1d", StringComparison.Ordinal) ||
            type.Contains("Norm2d", StringComparison.Ordinal) || type.Contains("Norm3d", StringComparison.Ordinal) ||
            type == "GroupNorm");
        var unit = isSpatial ? 1 : output.Rank - 1;
        int[] others = [.. Enumerable.Range(0, output.Rank).Where(d => d != unit)];
        var largest = others.Length == 0 ? output : output.Amax(others);
        return largest.Le(0).To(DType.Float32).Mean();
    }

    private int PlaceOf(Module module)
    {
        for (var i = 0; i < modules.Count; i++)
        {
            if (ReferenceEquals(modules[i], module))
                return i;
        }

        return -1;
    }
}
