namespace KernelEngine.Gpu;

/// <summary>A physical device as its driver describes it, before it is opened.</summary>
public abstract record GpuAdapter
{
    /// <summary>Its name, as the driver gives it.</summary>
    public required string Name { get; init; }

    /// <summary>The driver and its version, in words.</summary>
    public required string Driver { get; init; }

    /// <summary>What it is made of.</summary>
    public required DeviceType Type { get; init; }

    /// <summary>What it can do at most.</summary>
    public required GpuLimits Limits { get; init; }

    /// <summary>Why it cannot be used, as the end of a sentence that begins with its name; null where it can.</summary>
    public string? WhyUnusable { get; init; }

    /// <summary>What a user sees of its abilities, in words.</summary>
    public abstract string Features { get; }
}
