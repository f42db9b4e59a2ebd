namespace KernelEngine;

/// <summary>The kernels that number elements.</summary>
internal static class Ranges
{
    /// <summary>
    /// start + i * step for element i: whole numbers in 64 bits, real ones in float64, rounded once to the dtype.
    /// </summary>
    public static readonly StructuralKernel Arange =
        new("arange", [("destination", Access.Write)], ["start", "step"], ["start", "step"]);

    /// <summary>
    /// Element i of evenly spaced numbers, from both ends towards the middle, in float64; with a base that is not 0,
    /// the base to that power.
    /// </summary>
    public static readonly StructuralKernel Linspace =
        new("linspace", [("destination", Access.Write)], null, ["start", "end", "base"]);
}
