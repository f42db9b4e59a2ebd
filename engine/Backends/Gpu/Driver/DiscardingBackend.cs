namespace KernelEngine.Gpu;

/// <summary>A backend with one device over a <see cref="DiscardingDriver"/>; it is not registered.</summary>
internal sealed class DiscardingBackend(DiscardingDriver driver) : GpuBackend
{
    private static readonly GpuDescription Description = new(
        "discards all launches", DeviceType.SoftwareGpu, 4L << 30, 1L << 30, true, "none", "none");

    /// <inheritdoc/>
    public override string Name => "discard";

    /// <summary>Its device.</summary>
    public ComputeDevice Device => Devices[0];

    /// <inheritdoc/>
    protected override string? Find(Action<GpuDescription, Func<GpuDriver>> found)
    {
        found(Description, () => driver);
        return null;
    }
}
