using System.Runtime.InteropServices;
using KernelEngine.Cpu;

namespace KernelEngine.Tests.Cpu;

/// <summary>Operands made by hand, below the Tensor API.</summary>
internal static class CpuMemory
{
    public static Backend Backend { get; } = ComputeDevice.Cpu().Backend;

    /// <summary>A buffer with some bytes in it.</summary>
    public static DeviceBuffer Buffer(ReadOnlySpan<byte> bytes)
    {
        var buffer = Backend.Allocate(ComputeDevice.Cpu(), bytes.Length);
        Backend.Upload(bytes, buffer, 0);
        return buffer;
    }

    public static Operand Operand<T>(T[] values, Layout layout) where T : unmanaged =>
        new(Buffer(MemoryMarshal.AsBytes<T>(values)), layout, DType.Of<T>());

    public static Operand Operand<T>(T[] values) where T : unmanaged =>
        Operand(values, Layout.Contiguous([values.Length]));

    public static byte[] Bytes(Operand operand)
    {
        var bytes = new byte[operand.Buffer.ByteCount];
        Backend.Download(operand.Buffer, 0, bytes);
        return bytes;
    }

    public static T[] Values<T>(Operand operand) where T : unmanaged =>
        MemoryMarshal.Cast<byte, T>(Bytes(operand)).ToArray();

    /// <summary>The places in the storage of a layout's elements, in row-major order.</summary>
    public static IEnumerable<long> Places(Layout layout)
    {
        var place = new long[layout.Rank];
        for (var i = 0L; i < layout.ElementCount; i++)
        {
            var rest = i;
            var offset = layout.Offset;
            for (var d = layout.Rank - 1; d >= 0; d--)
            {
                offset += rest % layout.Shape[d] * layout.Strides[d];
                rest /= layout.Shape[d];
            }

            yield return offset;
        }
    }

    /// <summary>Runs with one of the executors.</summary>
    public static void With(ExecutorChoice choice, Action action)
    {
        lock (Backend)
        {
            var before = Compilation.Choice;
            Compilation.Choice = choice;
            try
            {
                action();
            }
            finally
            {
                Compilation.Choice = before;
            }
        }
    }
}
