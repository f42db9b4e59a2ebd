using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>What runs while operands are held in place.</summary>
internal unsafe interface IPinned
{
    /// <summary>Runs with the address of each operand's first element.</summary>
    void Run(byte** data);
}

/// <summary>Holds the memory of operands in place while a kernel uses addresses of it.</summary>
internal static unsafe class Pinning
{
    /// <summary>Runs a job with the address of each operand's first element.</summary>
    /// <param name="operands">Any number of operands.</param>
    /// <param name="data">Room for their addresses.</param>
    /// <param name="job">What to run.</param>
    public static void Run<TJob>(ReadOnlySpan<Operand> operands, byte** data, ref TJob job)
        where TJob : struct, IPinned, allows ref struct => Run(operands, 0, data, ref job);

    private static void Run<TJob>(ReadOnlySpan<Operand> operands, int first, byte** data, ref TJob job)
        where TJob : struct, IPinned, allows ref struct
    {
        fixed (byte* a = &At(operands, first), b = &At(operands, first + 1), c = &At(operands, first + 2),
            d = &At(operands, first + 3))
        {
            var rest = operands.Length - first;
            data[first] = a;
            if (rest > 1)
                data[first + 1] = b;
            if (rest > 2)
                data[first + 2] = c;
            if (rest > 3)
                data[first + 3] = d;
            if (rest > 4)
                Run(operands, first + 4, data, ref job);
            else
                job.Run(data);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref byte At(ReadOnlySpan<Operand> operands, int place)
    {
        if ((uint)place >= (uint)operands.Length)
            return ref Unsafe.NullRef<byte>();
        ref readonly var operand = ref operands[place];
        return ref Unsafe.AddByteOffset(
            ref Unsafe.As<HostBuffer>(operand.Buffer).Data, (nint)(operand.Layout.Offset * operand.DType.Size));
    }
}
