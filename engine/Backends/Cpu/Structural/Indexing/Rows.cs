using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <content>Indices to offsets; rows read, written and added to at offsets.</content>
internal static partial class CpuKernels
{
    private static void AddRows(Adding add)
    {
        add("index_offsets", IndexOffsets);
        add("row_gather", (in launch) =>
        {
            // Whole rows, each to a place of its own.
            var offsets = launch.Operands[1].Layout;
            var cut = LaunchParts.Largest(offsets.Shape, 0, offsets.Rank);
            LaunchParts.Run(
                launch, [-1, cut, cut], launch.Operands[2].Layout.ElementCount,
                (in part) => Elements.Words<RowRead>(part));
        });
        add("row_scatter", (in launch) => AcrossRows(launch, (in part) => Elements.Words<RowWrite>(part)));
        add("row_add", (in launch) => AcrossRows(
            launch, (in part) => Combining.Run<RowAdd>(part, 2, Gather.Combination.Sum)));
        add("nonzero", NonZeroPlaces);
    }

    // A part of every row for each thread, so that rows that go to one place do it in their order.
    private static void AcrossRows(in StructuralLaunch launch, KernelBody body)
    {
        var (offsets, rows) = (launch.Operands[1].Layout, launch.Operands[2].Layout);
        var cut = LaunchParts.Largest(rows.Shape, 0, rows.Rank);
        LaunchParts.Run(
            launch, [cut < 0 ? -1 : cut + offsets.Rank, -1, cut], launch.Operands[0].Layout.ElementCount, body);
    }

    private static void IndexOffsets(in StructuralLaunch launch)
    {
        var (index, offsets) = (launch.Operands[0], launch.Operands[1]);
        var (size, stride, dimension) = (launch.Integers[0], launch.Integers[1], launch.Integers[2]);
        var fault = (IndexFault)launch.Integers[3];
        var accumulates = launch.Integers[4] != 0;
        var wraps = fault.Wraps();
        var walk = new Odometer(offsets.Layout.Shape, index.Layout.Strides, offsets.Layout.Strides);
        ref var from = ref First<long>(index);
        ref var to = ref First<long>(offsets);
        do
        {
            var (a, b) = ((nint)walk.First, (nint)walk.Second);
            for (var i = 0L; i < walk.Run; i++, a += (nint)walk.FirstStep, b += (nint)walk.SecondStep)
            {
                var given = Unsafe.Add(ref from, a);
                var place = given < 0 && wraps ? given + size : given;
                if ((ulong)place >= (ulong)size)
                    throw fault.Exception(given, dimension, size);
                ref var offset = ref Unsafe.Add(ref to, b);
                offset = accumulates ? offset + (place * stride) : place * stride;
            }
        }
        while (walk.Next());
    }

    private readonly struct RowRead : IWordKernel
    {
        public static void Run<T>(in StructuralLaunch launch) where T : unmanaged =>
            RowMove<T>(launch.Operands[0], launch.Operands[1], launch.Operands[2], reads: true);
    }

    private readonly struct RowWrite : IWordKernel
    {
        public static void Run<T>(in StructuralLaunch launch) where T : unmanaged =>
            RowMove<T>(launch.Operands[2], launch.Operands[1], launch.Operands[0], reads: false);
    }

    /// <summary>Moves each row between its offset and its place among the packed ones.</summary>
    private static void RowMove<T>(in Operand rows, in Operand offsets, in Operand packed, bool reads)
        where T : unmanaged
    {
        var rank = offsets.Layout.Rank;
        var restStrides = packed.Layout.Strides[rank..];
        var count = rows.Layout.ElementCount;
        var isBlock = rows.Layout.IsContiguous && IsRowMajor(rows.Layout.Shape, restStrides);
        var walk = new Odometer(offsets.Layout.Shape, offsets.Layout.Strides, packed.Layout.Strides[..rank]);
        var row = new Odometer(rows.Layout.Shape, rows.Layout.Strides, restStrides);
        ref var at = ref First<long>(offsets);
        ref var far = ref First<T>(rows);
        ref var near = ref First<T>(packed);
        do
        {
            var (a, b) = ((nint)walk.First, (nint)walk.Second);
            for (var i = 0L; i < walk.Run; i++, a += (nint)walk.FirstStep, b += (nint)walk.SecondStep)
            {
                ref var there = ref Unsafe.Add(ref far, (nint)Unsafe.Add(ref at, a));
                ref var here = ref Unsafe.Add(ref near, b);
                if (isBlock)
                    Block(ref reads ? ref there : ref here, ref reads ? ref here : ref there, count);
                else if (reads)
                    Row(ref there, row.FirstStep, ref here, row.SecondStep, ref row, reads: true);
                else
                    Row(ref there, row.FirstStep, ref here, row.SecondStep, ref row, reads: false);
            }
        }
        while (walk.Next());
    }

    private static void Block<T>(ref T from, ref T to, long count) where T : unmanaged
    {
        if (count == 1)
            to = from;
        else if (count * Unsafe.SizeOf<T>() <= uint.MaxValue)
        {
            Unsafe.CopyBlockUnaligned(
                ref Unsafe.As<T, byte>(ref to), ref Unsafe.As<T, byte>(ref from), (uint)(count * Unsafe.SizeOf<T>()));
        }
        else
        {
            for (nint i = 0; i < (nint)count; i++)
                Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i);
        }
    }

    // When Next returns false the odometer stands at the start again, ready for the next row.
    private static void Row<T>(
        ref T there, long thereStep, ref T here, long hereStep, ref Odometer row, bool reads) where T : unmanaged
    {
        do
        {
            var (a, b) = ((nint)row.First, (nint)row.Second);
            for (var i = 0L; i < row.Run; i++, a += (nint)thereStep, b += (nint)hereStep)
            {
                if (reads)
                    Unsafe.Add(ref here, b) = Unsafe.Add(ref there, a);
                else
                    Unsafe.Add(ref there, a) = Unsafe.Add(ref here, b);
            }
        }
        while (row.Next());
    }

    private static bool IsRowMajor(Shape shape, ReadOnlySpan<long> strides)
    {
        var step = 1L;
        for (var i = shape.Rank - 1; i >= 0; i--)
        {
            if (shape[i] != 1 && strides[i] != step)
                return false;
            step *= shape[i];
        }

        return true;
    }

    private static void NonZeroPlaces(in StructuralLaunch launch)
    {
        var (source, target) = (launch.Operands[0], launch.Operands[1]);
        var rank = source.Layout.Rank;
        ref var truth = ref First<byte>(source);
        ref var to = ref First<long>(target);
        var walk = new Odometer(source.Layout.Shape, source.Layout.Strides);
        var (next, room) = ((nint)0, (nint)target.Layout.ElementCount);
        do
        {
            var at = (nint)walk.First;
            for (var i = 0L; i < walk.Run; i++, at += (nint)walk.FirstStep)
            {
                if (Unsafe.Add(ref truth, at) == 0)
                    continue;

                // They were counted before: in a user's array there may be more by now.
                if (next == room)
                    return;
                for (var d = 0; d < rank - 1; d++)
                    Unsafe.Add(ref to, next++) = walk.Place(d);
                if (rank > 0)
                    Unsafe.Add(ref to, next++) = i;
            }
        }
        while (walk.Next());

        while (next < room)
            Unsafe.Add(ref to, next++) = 0;
    }

    // One thread, row after row: the sum of a place is the same each time.
    private readonly struct RowAdd : ICombiningKernel
    {
        public static void Run<T, TWide, TElement, TCombining>(in StructuralLaunch launch)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>
            where TElement : struct, IElement<T, TWide>
            where TCombining : struct, ICombining
        {
            var (packed, offsets, rows) = (launch.Operands[0], launch.Operands[1], launch.Operands[2]);
            var rank = offsets.Layout.Rank;
            var walk = new Odometer(offsets.Layout.Shape, offsets.Layout.Strides, packed.Layout.Strides[..rank]);
            var row = new Odometer(rows.Layout.Shape, rows.Layout.Strides, packed.Layout.Strides[rank..]);
            ref var at = ref First<long>(offsets);
            ref var far = ref First<T>(rows);
            ref var near = ref First<T>(packed);
            do
            {
                var (a, b) = ((nint)walk.First, (nint)walk.Second);
                for (var i = 0L; i < walk.Run; i++, a += (nint)walk.FirstStep, b += (nint)walk.SecondStep)
                {
                    ref var there = ref Unsafe.Add(ref far, (nint)Unsafe.Add(ref at, a));
                    ref var here = ref Unsafe.Add(ref near, b);
                    do
                    {
                        var (c, d) = ((nint)row.First, (nint)row.Second);
                        for (var j = 0L; j < row.Run; j++, c += (nint)row.FirstStep, d += (nint)row.SecondStep)
                        {
                            ref var place = ref Unsafe.Add(ref there, c);
                            place = TElement.Store(TCombining.Combine(
                                TElement.Load(place), TElement.Load(Unsafe.Add(ref here, d))));
                        }
                    }
                    while (row.Next());
                }
            }
            while (walk.Next());
        }
    }
}
