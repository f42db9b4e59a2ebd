using System.Runtime.InteropServices;
using KernelEngine.Cpu;
using KernelEngine.Gpu;

namespace KernelEngine.Tests;

/// <summary>
/// A way in which a device runs expressions and reductions, and its memory, below the Tensor API.
/// </summary>
internal sealed class Executor
{
    private readonly ComputeDevice device;
    private readonly string way;

    private Executor(ComputeDevice device, string way) => (this.device, this.way) = (device, way);

    /// <summary>All of them: an argument for <see cref="Run"/>.</summary>
    public static TheoryData<string> All =>
    [
        "cpu interpreted", "cpu emitted", "opencl as a processor", "opencl as a GPU", "vulkan as a processor",
        "vulkan as a GPU",
    ];

    /// <summary>All of them, with as many seeds.</summary>
    public static TheoryData<string, int> Seeds(int count)
    {
        var data = new TheoryData<string, int>();
        foreach (var row in All)
        {
            for (var seed = 0; seed < count; seed++)
                data.Add(row.Data, seed);
        }

        return data;
    }

    /// <summary>Whether it is the host's own.</summary>
    public bool IsCpu => way.StartsWith("cpu", StringComparison.Ordinal);

    /// <summary>Runs something in one of the ways; the test ends where the device is missing.</summary>
    public static void Run(string way, Action<Executor> action)
    {
        var device = TestDevices.Get(way[..way.IndexOf(' ')]);
        var executor = new Executor(device, way);
        if (!executor.IsCpu)
        {
            LaunchShape.Forced = way.EndsWith("processor", StringComparison.Ordinal);
            try
            {
                action(executor);
            }
            finally
            {
                LaunchShape.Forced = null;
            }

            return;
        }

        lock (device.Backend)
        {
            var before = Compilation.Choice;
            Compilation.Choice = way.EndsWith("emitted", StringComparison.Ordinal)
                ? ExecutorChoice.Emitted
                : ExecutorChoice.Interpreter;
            try
            {
                action(executor);
            }
            finally
            {
                Compilation.Choice = before;
            }
        }
    }

    /// <summary>Runs an expression.</summary>
    public void Launch(PointwiseProgram program, Operand[] operands, params long[] parameters) =>
        device.Backend.Run(new PointwiseLaunch { Program = program, Operands = operands, Parameters = parameters });

    /// <summary>Runs a reduction.</summary>
    public void Launch(
        ReductionProgram program, Operand[] inputs, Operand[] outputs, int reducedRank, params long[] parameters) =>
        device.Backend.Run(new ReductionLaunch
        {
            Program = program,
            Inputs = inputs,
            Outputs = outputs,
            ReducedRank = reducedRank,
            Parameters = parameters,
        });

    /// <summary>A buffer with some bytes in it.</summary>
    public DeviceBuffer Buffer(ReadOnlySpan<byte> bytes)
    {
        var buffer = device.Backend.Allocate(device, bytes.Length);
        device.Backend.Upload(bytes, buffer, 0);
        return buffer;
    }

    public Operand Operand<T>(T[] values, Layout layout) where T : unmanaged =>
        new(Buffer(MemoryMarshal.AsBytes<T>(values)), layout, DType.Of<T>());

    public Operand Operand<T>(params T[] values) where T : unmanaged =>
        Operand(values, Layout.Contiguous([values.Length]));

    public byte[] Bytes(Operand operand)
    {
        var bytes = new byte[operand.Buffer.ByteCount];
        device.Backend.Download(operand.Buffer, 0, bytes);
        return bytes;
    }

    public T[] Values<T>(Operand operand) where T : unmanaged => MemoryMarshal.Cast<byte, T>(Bytes(operand)).ToArray();

    /// <summary>The places in the storage of a layout's elements, in row-major order.</summary>
    public static IEnumerable<long> Places(Layout layout) => Cpu.CpuMemory.Places(layout);

    /// <inheritdoc/>
    public override string ToString() => way;
}
