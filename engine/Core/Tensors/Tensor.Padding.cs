namespace KernelEngine;

/// <content>Borders.</content>
public partial class Tensor
{
    /// <summary>
    /// With a border, of a number or of what is there; without one where it is negative. As
    /// <c>torch.nn.functional.pad</c>.
    /// </summary>
    /// <param name="pad">Before and behind the last dimension, before and behind the one before it, and so on.</param>
    /// <param name="mode">
    /// <c>constant</c>; <c>reflect</c> (as in a mirror on the last element), <c>replicate</c> (the last element again)
    /// or <c>circular</c> (from the other end): of one to three dimensions, behind the channels and, perhaps, a batch.
    /// </param>
    /// <param name="value">The number, 0 where not given.</param>
    /// <exception cref="TensorRuntimeException">The border does not go with the tensor.</exception>
    /// <exception cref="TensorNotImplementedException">There is no such mode, or not for such a tensor.</exception>
    public Tensor Pad(ReadOnlySpan<long> pad, string mode = "constant", Scalar? value = null)
    {
        if (mode is not ("constant" or "reflect" or "replicate" or "circular"))
            throw new TensorNotImplementedException($"Unrecognised padding mode {mode}");
        if (pad.Length % 2 != 0)
            throw new TensorRuntimeException("Padding length must be divisible by 2");
        if (pad.Length > Rank * 2)
            throw new TensorRuntimeException("Padding length too large");
        if (mode == "constant")
            return ConstantPad(pad, value ?? 0);
        if (value is { } given && given.ToDouble() != 0)
        {
            throw new TensorRuntimeException(
                $"Padding mode \"{mode}\" doesn't take in value argument", "leave it out, or use constant");
        }

        return Borders.Apply(this, pad, mode);
    }
}
