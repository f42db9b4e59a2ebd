namespace KernelEngine;

/// <summary>What a backend sees of a tensor: a buffer, where the elements lie in it, and their type.</summary>
/// <param name="Buffer">The memory.</param>
/// <param name="Layout">Shape, strides and offset.</param>
/// <param name="DType">The type of the elements.</param>
public readonly record struct Operand(DeviceBuffer Buffer, Layout Layout, DType DType);
