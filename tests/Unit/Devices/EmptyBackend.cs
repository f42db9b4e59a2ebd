namespace KernelEngine.Tests;

/// <summary>
/// A device whose memory is only a length, so that a test can have more of it than the machine: copies are noted, and
/// what is read is the place of each byte, modulo 251. Kernels do nothing.
/// </summary>
internal sealed class EmptyBackend : Backend
{
    public EmptyBackend(string name = "empty") =>
        (Name, Device) = (name, new(
            this, 0, "lengths only", DeviceType.IntegratedGpu, new(0, long.MaxValue, true, ""), "none"));

    public ComputeDevice Device { get; }

    /// <summary>The pieces that were copied to it: where to, and how many bytes.</summary>
    public List<(long Offset, int Length)> Uploads { get; } = [];

    /// <summary>The pieces that were copied from it.</summary>
    public List<(long Offset, int Length)> Downloads { get; } = [];

    /// <summary>The kernels of users' own that were launched, with their elements and parameters.</summary>
    public List<(ComputeKernel Kernel, long Elements, long[] Parameters)> Computed { get; } = [];

    /// <summary>Whether what was uploaded were the bytes that it gives when it is read.</summary>
    public bool AreUploadsAsRead { get; private set; } = true;

    public override string Name { get; }

    public override IReadOnlyList<ComputeDevice> Devices => [Device];

    public override DeviceBuffer Allocate(ComputeDevice device, long byteCount) => new Length(device, byteCount);

    public override void Upload(ReadOnlySpan<byte> source, DeviceBuffer destination, long byteOffset)
    {
        Uploads.Add((byteOffset, source.Length));
        AreUploadsAsRead &= source.Length == 0 ||
            (source[0] == byteOffset % 251 && source[^1] == (byteOffset + source.Length - 1) % 251);
    }

    public override void Download(DeviceBuffer source, long byteOffset, Span<byte> destination)
    {
        Downloads.Add((byteOffset, destination.Length));
        if (destination.Length == 0)
            return;

        // The ends are enough to tell a piece by.
        destination[0] = (byte)(byteOffset % 251);
        destination[^1] = (byte)((byteOffset + destination.Length - 1) % 251);
    }

    public override bool Supports(StructuralKernel kernel, ReadOnlySpan<Operand> operands) => true;

    public override void Synchronize(ComputeDevice device)
    {
    }

    protected override void Execute(in PointwiseLaunch launch)
    {
    }

    protected override void Execute(in ReductionLaunch launch)
    {
    }

    protected override void Execute(in StructuralLaunch launch)
    {
    }

    protected override void Execute(in ComputeLaunch launch) =>
        Computed.Add((launch.Kernel, launch.Elements, launch.Parameters.ToArray()));

    private sealed class Length(ComputeDevice device, long byteCount) : DeviceBuffer(device, byteCount)
    {
        public override void Free()
        {
        }
    }
}
