namespace KernelEngine.Conformance;

// What JSON values become that have no type of their own in .NET. None is null; bool, int and float are bool, long and
// double; a list is object?[]; a dtype is a DType.

/// <summary>A tensor of the case, by its name in the file.</summary>
public sealed record TensorName(string Name);

/// <summary>A variable of a program.</summary>
public sealed record VariableName(string Name);

/// <summary>A tuple, where it differs from a list.</summary>
public sealed record TupleValue(object?[] Items);

/// <summary>An index <c>start:stop:step</c>.</summary>
public sealed record SliceValue(object? Start, object? Stop, object? Step);

/// <summary>An index <c>...</c>.</summary>
public sealed record EllipsisValue
{
    /// <summary>The only one.</summary>
    public static readonly EllipsisValue Instance = new();
}

/// <summary><c>torch.tensor(values)</c> in the arguments of a module.</summary>
public sealed record LiteralValue(object? Values);

/// <summary>How to construct a module.</summary>
/// <param name="Name">The class, below <c>torch.nn</c>.</param>
/// <param name="Args">Positional arguments, which may be modules.</param>
/// <param name="Kwargs">Keyword arguments.</param>
/// <param name="Named">Children with names, of a Sequential.</param>
public sealed record ModuleRecipe(
    string Name, object?[] Args, IReadOnlyDictionary<string, object?> Kwargs, (string Name, object? Module)[]? Named);
