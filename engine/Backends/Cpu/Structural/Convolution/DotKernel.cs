using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>
/// The register block of a weight's gradient where channels are few: dot products of up to nine channels and taps, read
/// where they lie in the band, with up to three channels of the result's gradient, along the places.
/// </summary>
internal static unsafe class DotKernel<T, TVector, TSimd>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : struct, ISimd<T, TVector>
{
    private readonly struct C9 : IConstant { public static int Value => 9; }

    /// <summary>Adds the dot products of some channels and taps with all channels of the gradient to C.</summary>
    /// <param name="rows">Channels and taps.</param>
    /// <param name="band">The band.</param>
    /// <param name="offsets">Where in it each begins.</param>
    /// <param name="b">The gradient's first channel.</param>
    /// <param name="channel">Elements to its next.</param>
    /// <param name="columns">How many channels it has.</param>
    /// <param name="pieces">The places, by where they lie in the band and in a channel of the gradient.</param>
    /// <param name="count">How many pieces there are.</param>
    /// <param name="c">The sums: a row for each channel and tap, a column for each of the gradient's channels.</param>
    public static void Rows(
        nint rows, T* band, nint* offsets, T* b, nint channel, nint columns, BandPiece* pieces, nint count, T* c)
    {
        nint done;
        for (; rows > 0; rows -= done, offsets += done, c += done * columns)
        {
            done = rows >= 9 ? 9 : rows >= 4 ? 4 : rows >= 2 ? 2 : 1;
            for (nint j = 0; j < columns; j += 3)
            {
                var wide = Math.Min(3, columns - j);
                var first = b + j * channel;
                if (done == 9) Run<C9>(wide, band, offsets, first, channel, pieces, count, c + j, columns);
                else if (done == 4) Run<C4>(wide, band, offsets, first, channel, pieces, count, c + j, columns);
                else if (done == 2) Run<C2>(wide, band, offsets, first, channel, pieces, count, c + j, columns);
                else Run<C1>(wide, band, offsets, first, channel, pieces, count, c + j, columns);
            }
        }
    }

    private static void Run<TRows>(
        nint columns, T* band, nint* offsets, T* b, nint channel, BandPiece* pieces, nint count, T* c, nint ldc)
        where TRows : struct, IConstant
    {
        if (columns == 3) Run<TRows, C3>(band, offsets, b, channel, pieces, count, c, ldc);
        else if (columns == 2) Run<TRows, C2>(band, offsets, b, channel, pieces, count, c, ldc);
        else Run<TRows, C1>(band, offsets, b, channel, pieces, count, c, ldc);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TRows, TWidth>(
        T* band, nint* offsets, T* b, nint channel, BandPiece* pieces, nint count, T* c, nint ldc)
        where TRows : struct, IConstant where TWidth : struct, IConstant
    {
        TVector c0 = default, c1 = default, c2 = default, c3 = default, c4 = default;
        TVector c5 = default, c6 = default, c7 = default, c8 = default;
        TVector d0 = default, d1 = default, d2 = default, d3 = default, d4 = default;
        TVector d5 = default, d6 = default, d7 = default, d8 = default;
        TVector e0 = default, e1 = default, e2 = default, e3 = default, e4 = default;
        TVector e5 = default, e6 = default, e7 = default, e8 = default;
        for (nint i = 0; i < count; i++, pieces++)
        {
            var a = band + pieces->From;
            var g = b + pieces->To;
            if (pieces->Count == TSimd.Count)
            {
                var b0 = TSimd.Load(g);
                var b1 = TWidth.Value > 1 ? TSimd.Load(g + channel) : default;
                var b2 = TWidth.Value > 2 ? TSimd.Load(g + 2 * channel) : default;
                Add<TWidth>(TSimd.Load(a + offsets[0]), b0, b1, b2, ref c0, ref d0, ref e0);
                if (TRows.Value > 1) Add<TWidth>(TSimd.Load(a + offsets[1]), b0, b1, b2, ref c1, ref d1, ref e1);
                if (TRows.Value > 2) Add<TWidth>(TSimd.Load(a + offsets[2]), b0, b1, b2, ref c2, ref d2, ref e2);
                if (TRows.Value > 3) Add<TWidth>(TSimd.Load(a + offsets[3]), b0, b1, b2, ref c3, ref d3, ref e3);
                if (TRows.Value > 4) Add<TWidth>(TSimd.Load(a + offsets[4]), b0, b1, b2, ref c4, ref d4, ref e4);
                if (TRows.Value > 5) Add<TWidth>(TSimd.Load(a + offsets[5]), b0, b1, b2, ref c5, ref d5, ref e5);
                if (TRows.Value > 6) Add<TWidth>(TSimd.Load(a + offsets[6]), b0, b1, b2, ref c6, ref d6, ref e6);
                if (TRows.Value > 7) Add<TWidth>(TSimd.Load(a + offsets[7]), b0, b1, b2, ref c7, ref d7, ref e7);
                if (TRows.Value > 8) Add<TWidth>(TSimd.Load(a + offsets[8]), b0, b1, b2, ref c8, ref d8, ref e8);
            }
            else
            {
                // What lies beyond may be anything, infinity included: it is not read, on neither side.
                var m = TSimd.Mask(pieces->Count);
                var b0 = TSimd.Load(g, m);
                var b1 = TWidth.Value > 1 ? TSimd.Load(g + channel, m) : default;
                var b2 = TWidth.Value > 2 ? TSimd.Load(g + 2 * channel, m) : default;
                Add<TWidth>(TSimd.Load(a + offsets[0], m), b0, b1, b2, ref c0, ref d0, ref e0);
                if (TRows.Value > 1) Add<TWidth>(TSimd.Load(a + offsets[1], m), b0, b1, b2, ref c1, ref d1, ref e1);
                if (TRows.Value > 2) Add<TWidth>(TSimd.Load(a + offsets[2], m), b0, b1, b2, ref c2, ref d2, ref e2);
                if (TRows.Value > 3) Add<TWidth>(TSimd.Load(a + offsets[3], m), b0, b1, b2, ref c3, ref d3, ref e3);
                if (TRows.Value > 4) Add<TWidth>(TSimd.Load(a + offsets[4], m), b0, b1, b2, ref c4, ref d4, ref e4);
                if (TRows.Value > 5) Add<TWidth>(TSimd.Load(a + offsets[5], m), b0, b1, b2, ref c5, ref d5, ref e5);
                if (TRows.Value > 6) Add<TWidth>(TSimd.Load(a + offsets[6], m), b0, b1, b2, ref c6, ref d6, ref e6);
                if (TRows.Value > 7) Add<TWidth>(TSimd.Load(a + offsets[7], m), b0, b1, b2, ref c7, ref d7, ref e7);
                if (TRows.Value > 8) Add<TWidth>(TSimd.Load(a + offsets[8], m), b0, b1, b2, ref c8, ref d8, ref e8);
            }
        }

        Sum<TWidth>(c, c0, d0, e0);
        if (TRows.Value > 1) Sum<TWidth>(c + ldc, c1, d1, e1);
        if (TRows.Value > 2) Sum<TWidth>(c + 2 * ldc, c2, d2, e2);
        if (TRows.Value > 3) Sum<TWidth>(c + 3 * ldc, c3, d3, e3);
        if (TRows.Value > 4) Sum<TWidth>(c + 4 * ldc, c4, d4, e4);
        if (TRows.Value > 5) Sum<TWidth>(c + 5 * ldc, c5, d5, e5);
        if (TRows.Value > 6) Sum<TWidth>(c + 6 * ldc, c6, d6, e6);
        if (TRows.Value > 7) Sum<TWidth>(c + 7 * ldc, c7, d7, e7);
        if (TRows.Value > 8) Sum<TWidth>(c + 8 * ldc, c8, d8, e8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TWidth>(
        TVector a, TVector b0, TVector b1, TVector b2, ref TVector c, ref TVector d, ref TVector e)
        where TWidth : struct, IConstant
    {
        c = TSimd.MultiplyAdd(a, b0, c);
        if (TWidth.Value > 1) d = TSimd.MultiplyAdd(a, b1, d);
        if (TWidth.Value > 2) e = TSimd.MultiplyAdd(a, b2, e);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sum<TWidth>(T* c, TVector v0, TVector v1, TVector v2) where TWidth : struct, IConstant
    {
        c[0] += TSimd.Sum(v0);
        if (TWidth.Value > 1) c[1] += TSimd.Sum(v1);
        if (TWidth.Value > 2) c[2] += TSimd.Sum(v2);
    }
}
