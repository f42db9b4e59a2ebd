namespace KernelEngine.Gpu;

/// <summary>How a kernel of a reduction shares out its work.</summary>
internal enum Teamwork : byte
{
    /// <summary>Each thread reduces by itself.</summary>
    Alone,
    /// <summary>Each thread reduces neighbours among the kept elements side by side.</summary>
    Across,
    /// <summary>Each thread reduces neighbours among the reduced elements side by side, then those with one another.
    /// </summary>
    Along,
    /// <summary>Threads of a group reduce neighbours, then those with one another in shared memory.</summary>
    Group,
}

/// <summary>
/// What tells the kernels of a reduction apart: everything but sizes, strides, addresses and parameters.
/// </summary>
/// <param name="Teamwork">How it shares out its work.</param>
/// <param name="IsFirst">Whether it lifts elements; otherwise it goes on with states.</param>
/// <param name="IsLast">Whether it finishes; otherwise it writes the states of chunks.</param>
/// <param name="IsFlat">Whether each reduced element is divided into its places: where rows of them are short.</param>
/// <param name="IsLong">Whether it combines after every <see cref="Stretch"/> elements of a thread: where long sums would
/// become inaccurate.</param>
/// <param name="Kept">For how many kept dimensions it has room.</param>
/// <param name="Reduced">For how many reduced dimensions it has room.</param>
/// <param name="Threads">The threads of a group.</param>
/// <param name="Width">How many states a thread has side by side; in groups, how many threads reduce together.</param>
/// <param name="Paces">How each input lies along what is gone through innermost, two bits for each.</param>
internal readonly record struct ReductionPass(
    Teamwork Teamwork, bool IsFirst, bool IsLast, bool IsFlat, bool IsLong, byte Kept, byte Reduced, short Threads,
    short Width, ulong Paces)
{
    /// <summary>How many elements a thread reduces one after the other in long passes.</summary>
    public const int Stretch = 64;

    /// <summary>How an input lies along the last reduced dimension, or the last kept one if it is reduced across.
    /// </summary>
    public Pace PaceOf(int input) =>
        input < PointwiseForm.MostPaces ? (Pace)(Paces >> (2 * input) & 3) : Pace.Stride;
}
