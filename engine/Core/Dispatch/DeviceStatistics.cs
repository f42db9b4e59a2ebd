namespace KernelEngine;

/// <summary>What a device has done since the start of the process. The difference of two tells about what lay
/// between.</summary>
public readonly record struct DeviceStatistics
{
    /// <summary>Kernels launched.</summary>
    public long Launches { get; init; }

    /// <summary>How often launches were handed to the device, many at once; 0 where each runs at once.</summary>
    public long Submits { get; init; }

    /// <summary>Bytes copied to the device from the host's memory; 0 where they are the same memory.</summary>
    public long BytesUploaded { get; init; }

    /// <summary>Bytes copied from the device to the host's memory; 0 where they are the same memory.</summary>
    public long BytesDownloaded { get; init; }

    /// <summary>Bytes of memory held, in tensors and kept for the next ones.</summary>
    public long BytesHeld { get; init; }

    /// <summary>Kernels that the driver compiled or took from its cache.</summary>
    public long KernelsBuilt { get; init; }

    /// <summary>Those of <see cref="KernelsBuilt"/> that lay compiled in the cache on disk.</summary>
    public long CacheHits { get; init; }

    /// <summary>What was done between two moments; bytes held are those of the later one.</summary>
    public static DeviceStatistics operator -(DeviceStatistics later, DeviceStatistics earlier) => new()
    {
        Launches = later.Launches - earlier.Launches,
        Submits = later.Submits - earlier.Submits,
        BytesUploaded = later.BytesUploaded - earlier.BytesUploaded,
        BytesDownloaded = later.BytesDownloaded - earlier.BytesDownloaded,
        BytesHeld = later.BytesHeld,
        KernelsBuilt = later.KernelsBuilt - earlier.KernelsBuilt,
        CacheHits = later.CacheHits - earlier.CacheHits,
    };

    /// <summary>The difference, for languages without operators.</summary>
    public static DeviceStatistics Subtract(DeviceStatistics later, DeviceStatistics earlier) => later - earlier;

    /// <summary>One line.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{Launches} launches in {Submits} submits, {BytesUploaded} bytes up, {BytesDownloaded} down, " +
        $"{BytesHeld} held, {KernelsBuilt} kernels built, {CacheHits} of them cached");
}
