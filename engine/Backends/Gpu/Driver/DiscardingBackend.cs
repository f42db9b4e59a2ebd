namespace KernelEngine.Gpu;

/// <summary>A backend with one device over a <see cref="DiscardingDriver"/>; it is not registered.</summary>
internal sealed class DiscardingBackend(DiscardingDriver driver) : GpuBackend
{
    /// <summary>Over a driver whose kernels take addresses, or are bound to memory.</summary>
    public DiscardingBackend(bool takesAddresses, bool isProcessor = false)
        : this(new DiscardingDriver(takesAddresses ? KernelLanguage.SpirV : KernelLanguage.OpenCl, isProcessor))
    {
    }

    /// <inheritdoc/>
    public override string Name => "discard";

    /// <summary>The names of the kernels that were built.</summary>
    public List<string> Built => driver.Built;

    /// <summary>Its device.</summary>
    public ComputeDevice Device => Devices[0];

    /// <inheritdoc/>
    protected override string? Find(Action<GpuDescription, Func<GpuDriver>> found)
    {
        found(
            new("discards all launches", DeviceType.SoftwareGpu, 1L << 40, 1L << 40, driver.HasFloat64, "none", "none"),
            () => driver);
        return null;
    }
}
