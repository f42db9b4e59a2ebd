namespace KernelEngine;

/// <summary>Where a tensor is not zero.</summary>
internal static class NonZero
{
    /// <summary>Writes the indices of the true elements, one row each, in row-major order.</summary>
    public static readonly StructuralKernel Kernel =
        new("nonzero", [("source", Access.Read), ("destination", Access.Write)]);

    /// <summary>The indices, [count, rank].</summary>
    public static Tensor Apply(Tensor input)
    {
        var truth = input.Detach().Bool().Contiguous();
        var count = truth.Sum().Item().ToInt64();
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
