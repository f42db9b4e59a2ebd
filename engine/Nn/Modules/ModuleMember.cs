namespace KernelEngine.Nn;

/// <summary>What a module consists of: a module, a <see cref="Parameter"/> or a buffer, with its name.</summary>
/// <param name="Name">The name, without dots unless it lies in a list.</param>
/// <param name="Value">A <see cref="Module"/> or a <see cref="Tensor"/>.</param>
/// <param name="IsSaved">Whether it is part of what is saved; parameters and modules are.</param>
public readonly record struct ModuleMember(string Name, object Value, bool IsSaved = true);
