namespace KernelEngine.Gpu;

/// <summary>How many threads and groups generated kernels are given.</summary>
internal readonly struct LaunchShape
{
    // Processors: more groups than cores, so that none waits long for the last one.
    private const int ProcessorGroups = 32;
    private const int DeviceGroups = 2048;
    private const int DeviceThreads = 256;
    private const int ProcessorShare = 4096;

    /// <summary>For tests: whether this thread launches as for processors, whatever the device is.</summary>
    [ThreadStatic]
    internal static bool? Forced;

    /// <summary>For tests: the most elements of this thread's launches.</summary>
    [ThreadStatic]
    internal static long? ForcedElements;

    private LaunchShape(bool isProcessor, int threads) => (IsProcessor, Threads) = (isProcessor, threads);

    /// <summary>The most elements of a launch, and how far apart they lie.</summary>
    public static long MostElements => ForcedElements ?? 1 << 30;

    /// <summary>Whether few threads do much each.</summary>
    public bool IsProcessor { get; }

    /// <summary>The threads of a group.</summary>
    public int Threads { get; }

    /// <summary>Groups that keep the device busy.</summary>
    public int Groups => IsProcessor ? ProcessorGroups : DeviceGroups;

    /// <summary>How many elements a group is given at least.</summary>
    public int SmallestShare => IsProcessor ? ProcessorShare : DeviceThreads;

    /// <summary>How many rounds of loops a thread is given at most, in all: llvmpipe ends its loops after 65535.
    /// </summary>
    public int MostRounds => IsProcessor && Threads > 1 ? 32768 : 1 << 30;

    /// <summary>What suits a device.</summary>
    public static LaunchShape Of(GpuLimits limits) => Forced ?? limits.IsProcessor
        ? new(true, limits.SubgroupSize <= 1 ? 1 : 4 * limits.SubgroupSize)
        : new(false, Math.Min(DeviceThreads, limits.MaxGroupThreads));

    /// <summary>How many of some elements a group is given: whole rounds of its threads.</summary>
    public int Share(long elements)
    {
        var share = Math.Max((elements + Groups - 1) / Groups, SmallestShare);
        share = Math.Min(share, (long)MostRounds * Threads);
        return (int)((share + DeviceThreads - 1) / DeviceThreads * DeviceThreads);
    }
}
