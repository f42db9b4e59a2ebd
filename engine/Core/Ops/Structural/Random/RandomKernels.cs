namespace KernelEngine;

/// <summary>
/// The kernels that draw random numbers. Each fills a contiguous operand; element i comes from
/// <see cref="Philox.Words(ulong, ulong)"/> of seed and offset + i, whose words are x, y, z, w below.
/// </summary>
internal static class RandomKernels
{
    private static readonly (string, Access)[] Output = [("output", Access.Write)];

    /// <summary>
    /// u * (to - from) + from in the dtype, u in [0, 1): the upper 24 bits of x (float32), 11 (float16), 8 (bfloat16);
    /// for float64 the upper 27 of x, then 26 of y.
    /// </summary>
    public static readonly StructuralKernel Uniform =
        new("philox_uniform", Output, ["seed", "offset"], ["from", "to"]);

    /// <summary>
    /// z * deviation + mean, z normal by Box and Muller: sqrt(-2 ln u) cos(2 pi v), from x and y (for float64 x, y and
    /// z, w), by the recipe that the CPU's kernel states.
    /// </summary>
    public static readonly StructuralKernel Normal =
        new("philox_normal", Output, ["seed", "offset"], ["mean", "deviation"]);

    /// <summary>low + the upper 64 bits of (y:x) * range, range 0 standing for 2^64.</summary>
    public static readonly StructuralKernel Integers =
        new("philox_integers", Output, ["seed", "offset", "low", "range"]);

    /// <summary>1 where the upper 24 bits of x are below threshold, p * 2^24 rounded up, else 0.</summary>
    public static readonly StructuralKernel Bernoulli =
        new("philox_bernoulli", Output, ["seed", "offset", "threshold"]);

    /// <summary>The numbers from 0 in the order of their (y:x), smaller numbers first among equal ones.</summary>
    public static readonly StructuralKernel Permutation =
        new("philox_permutation", Output, ["seed", "offset"]);

    /// <summary>Whether a uniform number is below a probability, as 1 or 0 in the probability's dtype.</summary>
    public static readonly PointwiseOperator Below = new(
        "bernoulli", 2, (_, a) => TypeRules.Uniform(
            a, a[1].DType == DType.Float64 ? DType.Float64 : DType.Float32, false, a[1].DType),
        x => [Pointwise.Convert(x[0] < x[1], x[1].Kind)], isDifferentiable: false, isListed: false);
}
