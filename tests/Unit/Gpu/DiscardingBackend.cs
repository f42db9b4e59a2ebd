using System.Runtime.InteropServices;
using KernelEngine.Gpu;

namespace KernelEngine.Tests.Gpu;

/// <summary>A GPU backend whose one device does nothing: what remains is what the host does.</summary>
internal sealed class DiscardingBackend(bool takesAddresses, bool isProcessor = false) : GpuBackend
{
    public override string Name => "discarding";

    public ComputeDevice Device => Devices[0];

    /// <summary>The names of the kernels that were built.</summary>
    public List<string> Built { get; } = [];

    protected override string? Find(Action<GpuDescription, Func<GpuDriver>> found)
    {
        found(new("nothing", DeviceType.DiscreteGpu, 1L << 40, 1L << 40, true, "", "none"),
            () => new Driver(takesAddresses, isProcessor, Built));
        return null;
    }

    private sealed class Driver(bool takesAddresses, bool isProcessor, List<string> built) : GpuDriver
    {
        private long last;

        public override GpuLimits Limits { get; } = new()
        {
            MaxGroupThreads = 1024, MaxGroups = 65535, SharedBytes = 32768, SubgroupSize = 32, HasFloat64 = true,
            IsProcessor = isProcessor, TakesAddresses = takesAddresses, ParameterAlignment = 16,
            MaxMemoryBytes = 1L << 40, TotalMemoryBytes = 1L << 40, Identity = "none",
        };

        public override KernelLanguage Language => takesAddresses ? KernelLanguage.SpirV : KernelLanguage.OpenCl;

        public override long Completed => last;

        public override GpuMemory Allocate(long byteCount, MemoryKind kind) => new Memory(byteCount, kind);

        public override GpuKernel Build(KernelCode code)
        {
            built.Add(code.Name);
            return new Kernel(code);
        }

        public override void Submit(GpuBatch batch) => last = batch.Ticket;

        public override void Wait(long ticket)
        {
        }

        public override void ReadTimes(long ticket, Span<double> nanoseconds) => nanoseconds.Clear();

        public override void Dispose()
        {
        }
    }

    private sealed class Kernel(KernelCode code) : GpuKernel(code);

    private sealed unsafe class Memory(long byteCount, MemoryKind kind) : GpuMemory(byteCount, kind)
    {
        // Nobody reads or writes the device's own.
        private readonly void* own = kind == MemoryKind.Device ? null : NativeMemory.AllocZeroed((nuint)byteCount);

        public override nint HostPointer => (nint)own;

        public override ulong Address => 1UL << 32;

        public override void Free() => NativeMemory.Free(own);
    }
}
