namespace KernelEngine.Gpu;

/// <summary>What a device has and can do at most, as far as kernels are written for it.</summary>
public sealed record GpuLimits
{
    /// <summary>The most bytes of parameters that a launch may have; every device has as much.</summary>
    public const int ParameterBytes = 16 * 1024;

    /// <summary>How many buffers a kernel may be bound to on every device; those of the library have no more.</summary>
    public const int LeastBuffers = 8;

    /// <summary>The most threads of a group.</summary>
    public required int MaxGroupThreads { get; init; }

    /// <summary>The most groups of a launch along a dimension.</summary>
    public required int MaxGroups { get; init; }

    /// <summary>Group-shared memory, in bytes.</summary>
    public required int SharedBytes { get; init; }

    /// <summary>Threads of a subgroup; 1 where there are none.</summary>
    public required int SubgroupSize { get; init; }

    /// <summary>Whether it computes in float64.</summary>
    public required bool HasFloat64 { get; init; }

    /// <summary>
    /// Whether it is a processor behind a GPU's interface: kernels then block for registers instead of sharing memory
    /// between many threads.
    /// </summary>
    public required bool IsProcessor { get; init; }

    /// <summary>
    /// Whether kernels take addresses of memory (<see cref="GpuMemory.Address"/>) among their parameters. Otherwise
    /// memory is bound, and the parameters have offsets.
    /// </summary>
    public required bool TakesAddresses { get; init; }

    /// <summary>
    /// The most buffers that a kernel may be bound to, at least <see cref="LeastBuffers"/>; as many as there are
    /// parameters where kernels take addresses.
    /// </summary>
    public int MaxBuffers { get; init; } = int.MaxValue;

    /// <summary>What its float arithmetic is known to do; generated kernels make up for the rest.</summary>
    public GpuFloats Floats { get; init; }

    /// <summary>To how many bytes the parameters of a launch are aligned.</summary>
    public required int ParameterAlignment { get; init; }

    /// <summary>The largest piece of memory, in bytes.</summary>
    public required long MaxMemoryBytes { get; init; }

    /// <summary>All memory of the device, in bytes.</summary>
    public required long TotalMemoryBytes { get; init; }

    /// <summary>How many pieces of memory there may be at once.</summary>
    public int MaxMemories { get; init; } = int.MaxValue;

    /// <summary>Device and driver with their versions: what compiled kernels depend on.</summary>
    public required string Identity { get; init; }
}

/// <summary>What a device's float arithmetic is known to do, beyond what its interface demands.</summary>
[Flags]
public enum GpuFloats
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>A fused multiplication and addition is rounded once; every GPU's is.</summary>
    FusedMultiplyAdd = 1,
    /// <summary>Quotients and square roots in float32 are rounded to the nearest.</summary>
    ExactDivision = 2,
    /// <summary>It can be asked to keep subnormal float32 numbers.</summary>
    Denormals32 = 4,
    /// <summary>It can be asked to keep subnormal float64 numbers.</summary>
    Denormals64 = 8,
    /// <summary>It can be asked to keep signed zeros, infinities and NaN in float32.</summary>
    Special32 = 16,
    /// <summary>It can be asked to keep signed zeros, infinities and NaN in float64.</summary>
    Special64 = 32,
}

/// <summary>What kernels are given as.</summary>
public enum KernelLanguage
{
    /// <summary>SPIR-V words, for Vulkan.</summary>
    SpirV,
    /// <summary>OpenCL C.</summary>
    OpenCl,
    /// <summary>HLSL for cs_5_0.</summary>
    Hlsl,
    /// <summary>PTX, for CUDA's driver; sources are CUDA C.</summary>
    Ptx,
}
