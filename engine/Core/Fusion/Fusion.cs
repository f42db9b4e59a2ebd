namespace KernelEngine;

/// <summary>When results of pointwise operators are computed.</summary>
public enum FusionMode
{
    /// <summary>At once, each by itself.</summary>
    Off,
    /// <summary>
    /// When they are needed, and chains of them in one launch from the second time on that the same chain is met: what
    /// is computed once is not worth a kernel of its own.
    /// </summary>
    Repeated,
    /// <summary>When they are needed, chains of them in one launch, however small: what tests use.</summary>
    Always,
}

/// <summary>
/// Chains of pointwise operators become one pass over memory by themselves. A result stays an expression until somebody
/// needs its memory: a structural operator, a read, a pointer handed out, or when there is too much of it. Whatever is
/// only used on the way is never written. Values, bits, errors and aliasing are those of eager execution.
/// </summary>
public static class Fusion
{
    private static volatile FusionMode mode = Environment.GetEnvironmentVariable("KERNEL_FUSION") switch
    {
        "0" or "off" => FusionMode.Off,
        "always" => FusionMode.Always,
        _ => FusionMode.Repeated,
    };

    /// <summary>
    /// When results of pointwise operators are computed, in this process. <see cref="FusionMode.Repeated"/> unless the
    /// environment variable <c>KERNEL_FUSION</c> says <c>off</c> or <c>always</c>. What is pending when it changes
    /// stays so until it is needed.
    /// </summary>
    public static FusionMode Mode
    {
        get => mode;
        set => mode = value;
    }

    /// <summary>Whether results may stay pending.</summary>
    internal static bool IsOn => mode != FusionMode.Off;
}
