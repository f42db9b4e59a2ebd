namespace KernelEngine.Tests.Cpu;

/// <summary>
/// The CPU's kernels over operands that lie in the middle of memory that is not theirs: all bits set around and between
/// their elements, which is NaN, or -1. Structural kernels that read any of it give other results than on the CPU;
/// those that write any of it are found out at once.
/// </summary>
internal sealed class GuardedBackend : Backend
{
    private const int Margin = 4096;
    private readonly ComputeDevice device;
    private int shift;

    private GuardedBackend() => device = new(
        this, 0, "guarded", DeviceType.Cpu, new(1L << 30, 1L << 30, HasFloat64: true, ""), "");

    /// <summary>Its only device, which is not among the machine's.</summary>
    public static ComputeDevice Device { get; } = new GuardedBackend().device;

    public override string Name => "guarded";

    public override IReadOnlyList<ComputeDevice> Devices => [device];

    private static Backend Cpu => CpuMemory.Backend;

    public override DeviceBuffer Allocate(ComputeDevice device, long byteCount) =>
        HostBuffer.Allocate(device, byteCount);

    public override void Upload(ReadOnlySpan<byte> source, DeviceBuffer destination, long byteOffset) =>
        Cpu.Upload(source, destination, byteOffset);

    public override void Download(DeviceBuffer source, long byteOffset, Span<byte> destination) =>
        Cpu.Download(source, byteOffset, destination);

    public override bool Supports(StructuralKernel kernel, ReadOnlySpan<Operand> operands) =>
        Cpu.Supports(kernel, operands);

    public override void Synchronize(ComputeDevice device)
    {
    }

    protected override void Execute(in PointwiseLaunch launch) => Cpu.Run(launch);

    protected override void Execute(in ReductionLaunch launch) => Cpu.Run(launch);

    protected override void Execute(in StructuralLaunch launch)
    {
        var guards = new Dictionary<DeviceBuffer, Guard>();
        foreach (var operand in launch.Operands)
        {
            if (!guards.TryGetValue(operand.Buffer, out var guard))
            {
                // Another place within a cache line each time, but one that elements can lie at.
                shift = (shift + 8) % 64;
                guards[operand.Buffer] = guard = new(operand.Buffer, shift);
            }

            guard.Take(operand);
        }

        var moved = new Operand[launch.Operands.Length];
        for (var i = 0; i < moved.Length; i++)
            moved[i] = guards[launch.Operands[i].Buffer].Move(launch.Operands[i]);
        foreach (var guard in guards.Values)
            guard.Fill();
        Cpu.Run(new StructuralLaunch
        {
            Kernel = launch.Kernel,
            Operands = moved,
            Integers = launch.Integers,
            Reals = launch.Reals,
        });
        foreach (var guard in guards.Values)
            guard.Check(launch.Kernel.Name);
    }

    private sealed class Guard
    {
        private readonly DeviceBuffer original;
        private readonly HostBuffer memory;
        private readonly byte[] own;
        private readonly bool[] isElement;
        private readonly int start;

        public Guard(DeviceBuffer original, int shift)
        {
            this.original = original;
            own = new byte[original.ByteCount];
            Cpu.Download(original, 0, own);
            isElement = new bool[own.Length];
            start = Margin + shift;
            memory = HostBuffer.Allocate(original.Device, start + own.Length + Margin);
        }

        public void Take(Operand operand)
        {
            foreach (var place in CpuMemory.Places(operand.Layout))
                isElement.AsSpan((int)place * operand.DType.Size, operand.DType.Size).Fill(true);
        }

        public Operand Move(Operand operand)
        {
            var layout = operand.Layout;
            return operand with
            {
                Buffer = memory,
                Layout = new(
                    layout.Shape, layout.Strides.ToArray(), layout.Offset + (start / operand.DType.Size)),
            };
        }

        public void Fill()
        {
            var all = new byte[memory.ByteCount];
            all.AsSpan().Fill(255);
            for (var i = 0; i < own.Length; i++)
            {
                if (isElement[i])
                    all[start + i] = own[i];
            }

            Cpu.Upload(all, memory, 0);
        }

        public void Check(string kernel)
        {
            var all = new byte[memory.ByteCount];
            Cpu.Download(memory, 0, all);
            for (var i = 0; i < all.Length; i++)
            {
                var place = i - start;
                if (place >= 0 && place < own.Length && isElement[place])
                    own[place] = all[i];
                else if (all[i] != 255)
                    Assert.Fail($"{kernel} wrote byte {place} of an operand of {own.Length} bytes, which is not its own");
            }

            Cpu.Upload(own, original, 0);
            memory.Free();
        }
    }
}
