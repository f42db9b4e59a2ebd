using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>
/// Moves elements between a strided operand and a block without gaps, in the order of the iteration.
/// </summary>
internal static unsafe class Walker
{
    /// <summary>Reads elements that lie a fixed step apart.</summary>
    public static void Gather(byte* source, long stride, int size, byte* block, nint count)
    {
        switch (size)
        {
            case 1: Gather<byte>(source, stride, block, count); break;
            case 2: Gather<ushort>(source, stride, block, count); break;
            case 4: Gather<uint>(source, stride, block, count); break;
            default: Gather<ulong>(source, stride, block, count); break;
        }
    }

    /// <summary>Writes elements that lie a fixed step apart.</summary>
    public static void Scatter(byte* target, long stride, int size, byte* block, nint count)
    {
        switch (size)
        {
            case 1: Scatter<byte>(target, stride, block, count); break;
            case 2: Scatter<ushort>(target, stride, block, count); break;
            case 4: Scatter<uint>(target, stride, block, count); break;
            default: Scatter<ulong>(target, stride, block, count); break;
        }
    }

    /// <summary>Reads elements from a place in the iteration on, over any dimensions.</summary>
    public static void Gather(
        byte* source, int size, int rank, long* sizes, long* strides, long start, byte* block, nint count) =>
        Walk(source, size, rank, sizes, strides, start, block, count, writes: false);

    /// <summary>Writes elements from a place in the iteration on, over any dimensions.</summary>
    public static void Scatter(
        byte* target, int size, int rank, long* sizes, long* strides, long start, byte* block, nint count) =>
        Walk(target, size, rank, sizes, strides, start, block, count, writes: true);

    /// <summary>
    /// Reads several rows at once, where the elements of a row lie far apart but the rows side by side: each line of
    /// memory is then read once.
    /// </summary>
    /// <param name="source">The first element of the first row.</param>
    /// <param name="stride">How far apart the elements of a row are.</param>
    /// <param name="size">Bytes of an element.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="count">How many elements of each.</param>
    /// <param name="block">Where the rows go.</param>
    /// <param name="pitch">Bytes from one of them to the next.</param>
    public static void GatherRows(byte* source, long stride, int size, int rows, nint count, byte* block, nint pitch)
    {
        switch (size)
        {
            case 1: GatherRows<byte>(source, stride, rows, count, block, pitch); break;
            case 2: GatherRows<ushort>(source, stride, rows, count, block, pitch); break;
            case 4: GatherRows<uint>(source, stride, rows, count, block, pitch); break;
            default: GatherRows<ulong>(source, stride, rows, count, block, pitch); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GatherRows<T>(byte* source, long stride, int rows, nint count, byte* block, nint pitch)
        where T : unmanaged
    {
        var step = (nint)stride * sizeof(T);
        for (nint i = 0; i < count; i++, source += step, block += sizeof(T))
        {
            var target = block;
            for (var r = 0; r < rows; r++, target += pitch)
                *(T*)target = ((T*)source)[r];
        }
    }

    private static void Walk(
        byte* memory, int size, int rank, long* sizes, long* strides, long start, byte* block, nint count, bool writes)
    {
        if (rank == 0)
        {
            Run(memory, 0, size, block, count, writes);
            return;
        }

        var place = stackalloc long[rank];
        var offset = 0L;
        for (var d = rank - 1; d >= 0; d--)
        {
            place[d] = start % sizes[d];
            start /= sizes[d];
            offset += place[d] * strides[d];
        }

        var inner = rank - 1;
        while (true)
        {
            var run = (nint)Math.Min(count, sizes[inner] - place[inner]);
            Run(memory + (offset * size), strides[inner], size, block, run, writes);
            count -= run;
            if (count == 0)
                return;
            block += run * size;
            offset -= place[inner] * strides[inner];
            place[inner] = 0;
            for (var d = inner - 1; d >= 0; d--)
            {
                offset += strides[d];
                if (++place[d] < sizes[d])
                    break;
                offset -= sizes[d] * strides[d];
                place[d] = 0;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run(byte* memory, long stride, int size, byte* block, nint count, bool writes)
    {
        if (stride == 1 && writes)
            Unsafe.CopyBlockUnaligned(memory, block, (uint)(count * size));
        else if (stride == 1)
            Unsafe.CopyBlockUnaligned(block, memory, (uint)(count * size));
        else if (writes)
            Scatter(memory, stride, size, block, count);
        else
            Gather(memory, stride, size, block, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather<T>(byte* source, long stride, byte* block, nint count) where T : unmanaged
    {
        if (stride == 0)
        {
            new Span<T>(block, (int)count).Fill(*(T*)source);
            return;
        }

        var step = (nint)stride * sizeof(T);
        var target = (T*)block;
        for (nint i = 0; i < count; i++, source += step)
            target[i] = *(T*)source;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter<T>(byte* target, long stride, byte* block, nint count) where T : unmanaged
    {
        var step = (nint)stride * sizeof(T);
        var source = (T*)block;
        for (nint i = 0; i < count; i++, target += step)
            *(T*)target = source[i];
    }
}
