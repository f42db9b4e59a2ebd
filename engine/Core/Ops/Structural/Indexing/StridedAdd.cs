namespace KernelEngine;

/// <summary>
/// Adds a tensor into a view that may reach the same place more than once: the gradient of windows that overlap.
/// Elements are added in row-major order of the source.
/// </summary>
internal static class StridedAdd
{
    public static readonly StructuralKernel Kernel =
        new("strided_add", [("source", Access.Read), ("destination", Access.ReadWrite)]);

    /// <summary>Adds; both have the same shape and dtype.</summary>
    public static void Run(Tensor source, Tensor destination) => destination.Device.Backend.Run(new StructuralLaunch
    {
        Kernel = Kernel,
        Operands = [source.Operand(destination.Shape), destination.Operand()],
    });
}
