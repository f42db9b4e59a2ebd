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
    protected override (IReadOnlyList<GpuAdapter> Found, string? WhyNone) Find() => ([new Nowhere
    {
        Name = "discards all launches",
        Driver = "none",
        Type = DeviceType.SoftwareGpu,
        Limits = driver.Limits,
    }], null);

    /// <inheritdoc/>
    protected override GpuDriver Open(GpuAdapter adapter, string name) => driver;

    private sealed record Nowhere : GpuAdapter
    {
        public override string Features => "none";
    }
}
