namespace KernelEngine;

/// <summary>Where a tensor is not zero.</summary>
internal static class NonZero
{
    /// <summary>Writes the indices of the true elements, one row each, in row-major order.</summary>
    public static readonly StructuralKernel Kernel =
        new("nonzero", [("source", Access.Read), ("destination", Access.Write)]);

    /// <summary>The indices, [count, rank].</summary>
    /// <param name="input">The elements.</param>
    /// <param name="known">How many there are, where it follows from the shape; else the host has to wait for it.
    /// </param>
    public static Tensor Apply(Tensor input, long? known = null)
    {
        var truth = input.Detach().Bool().Contiguous();
        var count = known ?? truth.Sum().Item().ToInt64();
        var result = Tensor.Allocate(input.Device, Layout.Contiguous([count, input.Rank]), DType.Int64);
        if (result.ElementCount > 0)
        {
            input.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Kernel,
                Operands = [truth.Operand(), result.Operand()],
            });
        }

        return result;
    }
}
