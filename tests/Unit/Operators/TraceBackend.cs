namespace KernelEngine.Tests;

/// <summary>A device that computes as the CPU does and notes what it is asked for, as a GPU would be.</summary>
internal sealed class TraceBackend : Backend
{
    private readonly Backend cpu = ComputeDevice.Cpu().Backend;

    public TraceBackend() =>
        Device = new(
            this, 0, "notes what it is asked for", DeviceType.IntegratedGpu, new(0, long.MaxValue, true, ""), "none");

    public ComputeDevice Device { get; }

    /// <summary>How many pointwise programs were launched since <see cref="Forget"/>.</summary>
    public int Pointwise { get; private set; }

    /// <summary>How many reductions were.</summary>
    public int Reductions { get; private set; }

    /// <summary>How often the host waited for numbers.</summary>
    public int Reads { get; private set; }

    /// <summary>The names of the structural kernels, in alphabetical order.</summary>
    public SortedSet<string> Kernels { get; } = new(StringComparer.Ordinal);

    public override string Name => "trace";

    public override IReadOnlyList<ComputeDevice> Devices => [Device];

    /// <summary>Forgets what was noted.</summary>
    public void Forget()
    {
        (Pointwise, Reductions, Reads) = (0, 0, 0);
        Kernels.Clear();
    }

    public override DeviceBuffer Allocate(ComputeDevice device, long byteCount) => cpu.Allocate(device, byteCount);

    public override void Upload(ReadOnlySpan<byte> source, DeviceBuffer destination, long byteOffset) =>
        cpu.Upload(source, destination, byteOffset);

    public override void Download(DeviceBuffer source, long byteOffset, Span<byte> destination)
    {
        Reads++;
        cpu.Download(source, byteOffset, destination);
    }

    public override bool Supports(StructuralKernel kernel, ReadOnlySpan<Operand> operands) =>
        cpu.Supports(kernel, operands);

    public override void Synchronize(ComputeDevice device) => cpu.Synchronize(device);

    protected override void Execute(in PointwiseLaunch launch)
    {
        Pointwise++;
        cpu.Run(launch);
    }

    protected override void Execute(in ReductionLaunch launch)
    {
        Reductions++;
        cpu.Run(launch);
    }

    protected override void Execute(in StructuralLaunch launch)
    {
        Kernels.Add(launch.Kernel.Name);
        var (kernel, count) = (launch.Kernel, launch.Operands.Length);
        if (count < kernel.Required || count > kernel.Operands.Count || launch.Integers.Length != kernel.Integers.Count ||
            launch.Reals.Length != kernel.Reals.Count)
        {
            throw new InvalidOperationException(
                $"{kernel}: launched with {count} operands, {launch.Integers.Length} whole and {launch.Reals.Length} " +
                "real numbers, which is not its interface");
        }

        cpu.Run(launch);
    }
}
