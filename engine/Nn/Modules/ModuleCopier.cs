using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace KernelEngine.Nn;

/// <summary>Copies modules with all that they consist of; what they share, the copies share.</summary>
internal sealed class ModuleCopier
{
    private readonly Dictionary<object, object> copies = new(ReferenceEqualityComparer.Instance);

    /// <summary>A copy: the same one each time that it is asked for.</summary>
    public Module Copy(Module module)
    {
        if (copies.TryGetValue(module, out var known))
            return (Module)known;
        var copy = module.ShallowCopy();
        copies.Add(module, copy);
        foreach (var field in ModuleMembers.FieldsOf(module))
        {
            if (field.GetValue(module) is { } value && Copy(value) is var own && !ReferenceEquals(own, value))
                field.SetValue(copy, own);
        }

        return copy;
    }

    // What is neither a module nor a tensor, nor holds any, is shared.
    private object Copy(object value)
    {
        if (value is Module module)
            return Copy(module);
        if (value is not (Tensor or Array or IList or IDictionary))
            return value;
        if (copies.TryGetValue(value, out var known))
            return known;
        object copy;
        switch (value)
        {
            case Tensor tensor:
                copy = Copy(tensor);
                break;
            case Array array:
                var cells = (Array)array.Clone();
                if (cells.Rank == 1)
                {
                    for (var i = 0; i < cells.Length; i++)
                        cells.SetValue(cells.GetValue(i) is { } item ? Copy(item) : null, i);
                }

                copy = cells;
                break;
            case IDictionary dictionary:
                var entries = (IDictionary)Empty(dictionary);
                foreach (DictionaryEntry entry in dictionary)
                    entries.Add(entry.Key, entry.Value is { } item ? Copy(item) : null);
                copy = entries;
                break;
            default:
                var items = (IList)Empty(value);
                foreach (var item in (IList)value)
                    items.Add(item is null ? null : Copy(item));
                copy = items;
                break;
        }

        copies.Add(value, copy);
        return copy;
    }

    private static Tensor Copy(Tensor tensor)
    {
        if (!tensor.IsLeaf)
        {
            throw new TensorRuntimeException(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment");
        }

        var values = tensor.Detach().Clone();
        var copy = tensor is Parameter ? new Parameter(values, tensor.RequiresGrad)
            : tensor.RequiresGrad ? values.RequiresGrad_() : values;
        copy.Grad = tensor.Grad?.Detach().Clone();
        return copy;
    }

    // The program makes lists of that type itself, or there were none to copy.
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor, typeof(List<>))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor, typeof(Dictionary<,>))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor, typeof(OrderedDictionary<,>))]
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "Missing constructors are reported.")]
    private static object Empty(object list)
    {
        try
        {
            return Activator.CreateInstance(list.GetType())!;
        }
        catch (MissingMethodException)
        {
            throw new TensorNotImplementedException(
                $"A {list.GetType()} cannot be copied: it has no constructor without parameters",
                "hold modules in arrays, or in a ModuleList");
        }
    }
}
