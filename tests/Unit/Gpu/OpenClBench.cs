using System.Runtime.CompilerServices;
using KernelEngine.Gpu;
using KernelEngine.OpenCl;

namespace KernelEngine.Tests.Gpu;

/// <summary>An OpenCL driver with a batch that a test fills by hand; skips the test where there is no OpenCL.</summary>
internal sealed unsafe class OpenClBench : IDisposable
{
    private const int ParameterRoom = 64 * 1024;

    private readonly GpuBatch batch = new();
    private readonly GpuMemory parameters;
    private int used;
    private long ticket;

    public OpenClBench(bool shares, OpenClHost? host = null)
    {
        TestDevices.Get("opencl");
        Device = (OpenClAdapter)OpenClPlatforms.Find().Found.First(device => device.WhyUnusable is null);
        Driver = new(OpenClApi.Current!, Device, "opencl:0", host, shares);
        parameters = Driver.Allocate(ParameterRoom, MemoryKind.Parameters);
    }

    public OpenClAdapter Device { get; }

    public OpenClDriver Driver { get; }

    public bool IsTimed { get; set; }

    public OpenClKernel Build(string name, string source, int buffers, int threads) =>
        (OpenClKernel)Driver.Build(new(
            name, KernelLanguage.OpenCl, default, source, buffers, (threads, 1, 1),
            new UInt128(1, (ulong)RuntimeHelpers.GetHashCode(source))));

    public void Copy(GpuMemory from, long fromOffset, GpuMemory to, long toOffset, long count) =>
        batch.CommandList.Add(new()
        {
            Kind = GpuCommandKind.Copy,
            HasBarrier = true,
            Source = from,
            SourceOffset = fromOffset,
            Destination = to,
            DestinationOffset = toOffset,
            ByteCount = count,
            Name = "copy",
        });

    public void Launch(OpenClKernel kernel, int groups, ReadOnlySpan<uint> words, params ReadOnlySpan<GpuMemory> memory)
    {
        Assert.True(used + 16 * words.Length <= ParameterRoom);
        words.CopyTo(new Span<uint>((byte*)parameters.HostPointer + used, words.Length));
        batch.CommandList.Add(new()
        {
            Kind = GpuCommandKind.Launch,
            HasBarrier = true,
            Kernel = kernel,
            GroupsX = groups,
            GroupsY = 1,
            GroupsZ = 1,
            Parameters = parameters,
            ParameterOffset = used,
            ParameterBytes = 4 * words.Length,
            FirstBinding = batch.BindingList.Count,
            BindingCount = memory.Length,
            Name = kernel.Code.Name,
        });
        batch.BindingList.AddRange(memory);
        batch.ParameterList.Add(new(parameters, used, used + (4 * words.Length)));
        used += 16 * ((words.Length + 3) / 4);
    }

    public long Submit()
    {
        batch.Ticket = ++ticket;
        batch.IsTimed = IsTimed;
        Driver.Submit(batch);
        batch.Clear();
        return ticket;
    }

    /// <summary>Submits and waits.</summary>
    public long Run()
    {
        Submit();
        Driver.Wait(ticket);
        used = 0;
        return ticket;
    }

    public void Write<T>(GpuMemory memory, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var up = Driver.Allocate(values.Length * sizeof(T), MemoryKind.Upload);
        values.CopyTo(new Span<T>((void*)up.HostPointer, values.Length));
        Copy(up, 0, memory, 0, up.ByteCount);
        Run();
        up.Free();
    }

    public T[] Read<T>(GpuMemory memory, int count)
        where T : unmanaged
    {
        var back = Driver.Allocate(count * sizeof(T), MemoryKind.Readback);
        Copy(memory, 0, back, 0, back.ByteCount);
        Run();
        var values = new Span<T>((void*)back.HostPointer, count).ToArray();
        back.Free();
        return values;
    }

    public void Dispose() => Driver.Dispose();
}
