namespace KernelEngine.Gpu;

/// <summary>Whether a device is treated as a processor or as a GPU (<see cref="GpuLimits.IsProcessor"/>).</summary>
internal static class DeviceShape
{
    /// <summary>The variable that says so for every device, for tests: <c>gpu</c> or <c>processor</c>.</summary>
    public const string Variable = "KERNEL_GPU_SHAPE";

    /// <summary>What the variable says, otherwise what the driver does.</summary>
    public static bool IsProcessor(bool found) =>
        EnvironmentWord.Of(Variable, "gpu", "processor") is { } word ? word == "processor" : found;
}
