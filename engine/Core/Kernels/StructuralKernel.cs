namespace KernelEngine;

/// <summary>How a kernel uses an operand.</summary>
public enum Access : byte
{
    /// <summary>Read only.</summary>
    Read,
    /// <summary>Written only, every element of it.</summary>
    Write,
    /// <summary>Read and written.</summary>
    ReadWrite,
}

/// <summary>
/// A kernel with an algorithm of its own, by name and interface; each backend brings its body.
/// </summary>
/// <param name="name">The name by which backends know it.</param>
/// <param name="operands">The operands' names and how they are used.</param>
/// <param name="integers">The names of the whole-number parameters.</param>
/// <param name="reals">The names of the real parameters.</param>
/// <param name="optional">How many of the last operands a launch may leave out.</param>
public sealed class StructuralKernel(
    string name,
    (string Name, Access Access)[] operands,
    string[]? integers = null,
    string[]? reals = null,
    int optional = 0)
{
    /// <summary>The name by which backends know it.</summary>
    public string Name { get; } = name;

    /// <summary>The operands' names and how they are used.</summary>
    public IReadOnlyList<(string Name, Access Access)> Operands { get; } = operands;

    /// <summary>How many operands there are at least; those behind may be left out of a launch, from the last one on.
    /// </summary>
    public int Required { get; } = operands.Length - optional;

    /// <summary>The names of the whole-number parameters.</summary>
    public IReadOnlyList<string> Integers { get; } = integers ?? [];

    /// <summary>The names of the real parameters.</summary>
    public IReadOnlyList<string> Reals { get; } = reals ?? [];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
