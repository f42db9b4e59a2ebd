using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using KernelEngine.Gpu;
using KernelEngine.Vulkan;

namespace KernelEngine.Tests.Gpu;

/// <summary>A driver by itself, to try by hand: memory, one kernel, batches.</summary>
internal sealed class VulkanBench : IDisposable
{
    public const int Groups = 2;
    private const int Threads = 64;
    private const int ParameterBytes = 64 * 1024;

    private long ticket;
    private int parameterBytes;

    public VulkanBench(LogicalDevice? device = null)
    {
        Driver = new VulkanDriver(device ?? LogicalDevice.Create(Instance, Adapter), "vulkan:test");
        Parameters = Driver.Allocate(ParameterBytes + GpuLimits.ParameterBytes, MemoryKind.Parameters);
    }

    public static VulkanInstance Instance => VulkanInstance.Current!;

    /// <summary>The first device that can be used; skips the test where there is none.</summary>
    public static VulkanAdapter Adapter
    {
        get
        {
            var adapter = VulkanInstance.Current?.Adapters.FirstOrDefault(a => a.WhyUnusable is null);
            if (adapter is null)
            {
                Assert.DoesNotContain(TestDevices.Required, d => d.StartsWith("vulkan", StringComparison.Ordinal));
                Assert.Skip($"no Vulkan here: {VulkanInstance.WhyNone}");
            }

            return adapter;
        }
    }

    public VulkanDriver Driver { get; }

    public GpuMemory Parameters { get; }

    public GpuBatch Batch { get; } = new();

    /// <summary>y = a x + y, in two groups of 64 threads.</summary>
    public static KernelCode Axpy() => Code("axpy");

    /// <summary>A kernel of VulkanKernels, with the parameters of <see cref="Axpy"/>.</summary>
    public static KernelCode Code(string name)
    {
        using var stream = typeof(VulkanBench).Assembly.GetManifestResourceStream($"{name}.spv")!;
        var words = new uint[stream.Length / sizeof(uint)];
        stream.ReadExactly(MemoryMarshal.AsBytes(words.AsSpan()));
        return new KernelCode(name, KernelLanguage.SpirV, words, null, 0, (Threads, 1, 1), 0);
    }

    public static unsafe Span<float> Floats(GpuMemory memory) =>
        new((void*)memory.HostPointer, (int)(memory.ByteCount / sizeof(float)));

    public GpuMemory Device(int floats) => Driver.Allocate(floats * sizeof(float), MemoryKind.Device);

    public GpuMemory Upload(params ReadOnlySpan<float> values)
    {
        var memory = Driver.Allocate(values.Length * sizeof(float), MemoryKind.Upload);
        values.CopyTo(Floats(memory));
        return memory;
    }

    public void Copy(GpuMemory from, GpuMemory to, bool barrier = false, long bytes = -1) =>
        Batch.CommandList.Add(new GpuCommand
        {
            Kind = GpuCommandKind.Copy,
            Source = from,
            Destination = to,
            ByteCount = bytes < 0 ? from.ByteCount : bytes,
            HasBarrier = barrier,
            Name = "copy",
        });

    public void Launch(GpuKernel kernel, GpuMemory x, GpuMemory y, int n, float a, bool barrier = false) => Launch(
        kernel,
        [
            Groups * Threads, 0, Groups, 1, (uint)x.Address, (uint)(x.Address >> 32), (uint)y.Address,
            (uint)(y.Address >> 32), (uint)n, Unsafe.BitCast<float, uint>(a),
        ], barrier);

    public unsafe void Launch(GpuKernel kernel, ReadOnlySpan<uint> words, bool barrier = true)
    {
        var bytes = words.Length * sizeof(uint);
        words.CopyTo(new Span<uint>((void*)(Parameters.HostPointer + parameterBytes), words.Length));
        Batch.CommandList.Add(new GpuCommand
        {
            Kind = GpuCommandKind.Launch,
            Kernel = kernel,
            GroupsX = Groups,
            GroupsY = 1,
            GroupsZ = 1,
            Parameters = Parameters,
            ParameterOffset = parameterBytes,
            ParameterBytes = bytes,
            HasBarrier = barrier,
            Name = kernel.Code.Name,
        });
        var align = Driver.Limits.ParameterAlignment;
        parameterBytes += (bytes + align - 1) / align * align;
        if (parameterBytes + bytes > ParameterBytes)
            parameterBytes = 0;
    }

    public long Submit(bool timed = false)
    {
        Batch.Ticket = ++ticket;
        Batch.IsTimed = timed;
        Driver.Submit(Batch);
        Batch.Clear();
        return ticket;
    }

    public void Run() => Driver.Wait(Submit());

    /// <summary>What the memory holds, through a copy.</summary>
    public float[] Read(GpuMemory memory)
    {
        var back = Driver.Allocate(memory.ByteCount, MemoryKind.Readback);
        Copy(memory, back, barrier: true);
        Run();
        var values = Floats(back).ToArray();
        back.Free();
        return values;
    }

    public void Dispose()
    {
        Parameters.Free();
        Driver.Dispose();
    }
}
