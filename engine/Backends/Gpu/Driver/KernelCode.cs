namespace KernelEngine.Gpu;

/// <summary>A kernel as a driver is given it.</summary>
/// <param name="Name">What it is called in profiles; the entry point is <c>main</c> in SPIR-V and <c>k_main</c> in
/// sources.</param>
/// <param name="Language">What it is written in.</param>
/// <param name="Words">The words, in SPIR-V; empty otherwise.</param>
/// <param name="Source">The text, in other languages; null in SPIR-V.</param>
/// <param name="Buffers">How many buffers are bound, where kernels take no addresses.</param>
/// <param name="Threads">The threads of a group along x, y and z.</param>
/// <param name="Key">Tells it from every other kernel, in this process and all others.</param>
public sealed record KernelCode(
    string Name, KernelLanguage Language, ReadOnlyMemory<uint> Words, string? Source, int Buffers,
    (int X, int Y, int Z) Threads, UInt128 Key)
{
    /// <summary>
    /// What a generated kernel in SPIR-V looks up, mostly nothing. The driver keeps it in memory and gives the address
    /// as specialization constants 1 and 2, the low word and the high one: lavapipe, for one, fills constant arrays
    /// element by element, in each thread. (Constant 0 says to shader texts that fma is not fused.)
    /// </summary>
    public ReadOnlyMemory<byte> Tables { get; init; }
}

/// <summary>A kernel that a driver has made ready.</summary>
public abstract class GpuKernel(KernelCode code)
{
    /// <summary>What it was made of.</summary>
    public KernelCode Code { get; } = code;

    /// <summary>Whether the driver found it compiled in its cache on disk.</summary>
    public bool WasCached { get; init; }
}
