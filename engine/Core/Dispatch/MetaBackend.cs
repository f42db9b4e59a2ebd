namespace KernelEngine;

/// <summary>
/// The device <c>meta</c>: tensors have shapes, strides and dtypes but no data, and kernels do nothing. It tells what
/// shape a network gives, and stands in for a second device everywhere.
/// </summary>
internal sealed class MetaBackend : Backend
{
    private readonly ComputeDevice[] devices;

    public MetaBackend() => devices =
    [
        new(this, 0, "shapes only", DeviceType.Meta, new(0, long.MaxValue, HasFloat64: true, "no data"), "none"),
    ];

    public override string Name => "meta";

    public override IReadOnlyList<ComputeDevice> Devices => devices;

    public override DeviceBuffer Allocate(ComputeDevice device, long byteCount) => new MetaBuffer(device, byteCount);

    public override void Upload(ReadOnlySpan<byte> source, DeviceBuffer destination, long byteOffset)
    {
    }

    public override void Download(DeviceBuffer source, long byteOffset, Span<byte> destination) =>
        throw new TensorNotImplementedException("Cannot copy out of meta tensor; no data!");

    protected override void Execute(in PointwiseLaunch launch)
    {
    }

    protected override void Execute(in ReductionLaunch launch)
    {
    }

    public override bool Supports(StructuralKernel kernel, ReadOnlySpan<Operand> operands) => true;

    protected override void Execute(in StructuralLaunch launch)
    {
    }

    protected override void Execute(in ComputeLaunch launch)
    {
    }

    public override void Synchronize(ComputeDevice device)
    {
    }

    private sealed class MetaBuffer(ComputeDevice device, long byteCount) : DeviceBuffer(device, byteCount)
    {
        public override void Free()
        {
        }
    }
}
