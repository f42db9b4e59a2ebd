namespace KernelEngine.Conformance;

/// <summary>The input tensors of a case on the device; the same name is the same object.</summary>
internal sealed class CaseTensors(ConformanceCase current, CaseContext context)
{
    private readonly Dictionary<string, Tensor> made = [];
    // Printed tensors have a flag of that name.
    private readonly HashSet<string> requiresGrad =
        current.Flag("requires_grad") ? [] : [.. current.Strings("requires_grad")];
    private readonly Dictionary<string, object?> strides = current.Keywords("strides");

    /// <summary>The input of a name, a leaf with a gradient where the case says so.</summary>
    public Tensor this[string name]
    {
        get
        {
            if (!made.TryGetValue(name, out var tensor))
            {
                var layout = strides.GetValueOrDefault(name) as object?[];
                tensor = HostTensors.Upload(current.Tensor(name), context.Device, layout is null ? null :
                    Array.ConvertAll(layout, s => s as long? ?? throw new CannotBindException("strides of no number")));
                if (requiresGrad.Contains(name))
                    tensor.RequiresGrad_();
                made.Add(name, tensor);
            }

            return tensor;
        }
    }

    /// <summary>A value with names of tensors replaced by the tensors.</summary>
    public object? Resolve(object? value) => value switch
    {
        TensorName name => this[name.Name],
        object?[] items => Array.ConvertAll(items, Resolve),
        TupleValue tuple => new TupleValue(Array.ConvertAll(tuple.Items, Resolve)),
        SliceValue slice => new SliceValue(Resolve(slice.Start), Resolve(slice.Stop), Resolve(slice.Step)),
        _ => value,
    };

    /// <summary>Keyword arguments with names of tensors replaced by the tensors.</summary>
    public Dictionary<string, object?> Resolve(Dictionary<string, object?> values) =>
        values.ToDictionary(pair => pair.Key, pair => Resolve(pair.Value));

    /// <summary>Compares a result, of any structure, with what the case wants.</summary>
    /// <param name="got">What the engine gave.</param>
    /// <param name="want">The case's value, with names of tensors.</param>
    /// <param name="tolerance">How far it may be off.</param>
    /// <param name="where">What it is, for the reason; empty for the result itself.</param>
    /// <param name="unspecified">Tensors that need to have the right dtype and shape only.</param>
    public string? Compare(
        object? got, object? want, Tolerance tolerance, string where = "", IReadOnlySet<string>? unspecified = null)
    {
        switch (want)
        {
            case TensorName name when got is Tensor tensor:
                var (data, wanted) = (HostTensors.Download(tensor), current.Tensor(name.Name));
                context.NoteHash(where.Length == 0 ? name.Name : where, data);
                var difference = unspecified?.Contains(name.Name) == true
                    ? Comparison.Kinds(data, wanted)
                    : Comparison.Tensors(data, wanted, tolerance);
                return difference is null ? null : $"{(where.Length == 0 ? name.Name : where)}: {difference}";
            case TensorName name:
                return $"{name.Name}: {Comparison.Text(got)}, not a tensor";
            case TupleValue tuple:
                return Compare(got, tuple.Items, tolerance, where, unspecified);
            case object?[] wantItems:
                if ((got is TupleValue gotTuple ? gotTuple.Items : got) is not object?[] items)
                    return $"{Kind(got)}, not a list of {wantItems.Length}";
                if (items.Length != wantItems.Length)
                    return $"{items.Length} values, not {wantItems.Length}";
                for (var i = 0; i < items.Length; i++)
                {
                    if (Compare(items[i], wantItems[i], tolerance, where, unspecified) is { } differs)
                        return differs;
                }

                return null;
            default:
                if (got is Tensor)
                    return $"a tensor, not {Comparison.Text(want)}";
                context.NotePlain(where.Length == 0 ? "output" : where, got);
                var plain = Comparison.Plain(got, want, tolerance);
                return plain is null || where.Length == 0 ? plain : $"{where}: {plain}";
        }
    }

    private static string Kind(object? value) => value is Tensor ? "a tensor" : Comparison.Text(value);
}
