using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>What the register blocks over a band have in common; strides count elements.</summary>
internal unsafe struct BandTile<T> where T : unmanaged
{
    public nint ARow;
    public nint Ldc;

    /// <summary>Terms of the sum, and where in the band each of them begins.</summary>
    public nint K;
    public nint* Offsets;

    /// <summary>Whether C is added to.</summary>
    public bool Adds;

    /// <summary>What is added to each row in the end, or null.</summary>
    public T* Bias;
}

/// <summary>A vector of places: where it begins in the band and in a row of C, and how many of it count.</summary>
internal struct BandPiece
{
    public nint From;
    public nint To;
    public nint Count;
}

/// <summary>
/// The register block that reads its right side where it lies in a band of the input: up to eight rows of C by one to
/// three vectors of places, summed over channels and taps in ascending order by one multiply-add each, as a packed one
/// would be.
/// </summary>
internal static unsafe class BandKernel<T, TVector, TSimd>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : struct, ISimd<T, TVector>
{
    /// <summary>Up to a register block of rows, over all pieces.</summary>
    /// <param name="packed">Whether the rows lie side by side.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="a">The left side.</param>
    /// <param name="band">The band.</param>
    /// <param name="pieces">The places.</param>
    /// <param name="count">How many pieces there are.</param>
    /// <param name="c">The first row of C.</param>
    /// <param name="tile">What they have in common.</param>
    public static void Rows(
        bool packed, nint rows, T* a, T* band, BandPiece* pieces, nint count, T* c, BandTile<T> tile)
    {
        while (rows > 0)
        {
            nint done;
            if (rows >= 8 && TSimd.MaxRows >= 8)
            {
                if (packed) Strip<C1, C8>(a, band, pieces, count, c, tile);
                else Strip<C2, C8>(a, band, pieces, count, c, tile);
                done = 8;
            }
            else if (rows >= 4)
            {
                if (packed) Strip<C1, C4>(a, band, pieces, count, c, tile);
                else Strip<C2, C4>(a, band, pieces, count, c, tile);
                done = 4;
            }
            else if (rows >= 2)
            {
                if (packed) Strip<C1, C2>(a, band, pieces, count, c, tile);
                else Strip<C2, C2>(a, band, pieces, count, c, tile);
                done = 2;
            }
            else
            {
                if (packed) Strip<C1, C1>(a, band, pieces, count, c, tile);
                else Strip<C2, C1>(a, band, pieces, count, c, tile);
                done = 1;
            }
            rows -= done;
            a += done * tile.ARow;
            c += done * tile.Ldc;
            if (tile.Bias != null) tile.Bias += done;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strip<TOrder, TRows>(
        T* a, T* band, BandPiece* pieces, nint count, T* c, in BandTile<T> tile)
        where TOrder : struct, IConstant where TRows : struct, IConstant
    {
        // Two and two are better than three and one: a lone vector cannot keep the units busy.
        for (; count >= 3 && count != 4; count -= 3, pieces += 3)
            Run<TOrder, TRows, C3>(a, band, pieces, c, tile);
        for (; count >= 2; count -= 2, pieces += 2)
            Run<TOrder, TRows, C2>(a, band, pieces, c, tile);
        if (count > 0) Run<TOrder, TRows, C1>(a, band, pieces, c, tile);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TOrder, TRows, TWidth>(T* a, T* band, BandPiece* pieces, T* c, in BandTile<T> tile)
        where TOrder : struct, IConstant where TRows : struct, IConstant where TWidth : struct, IConstant
    {
        var row = (TOrder.Value == AOrder.Packed ? 1 : tile.ARow) * sizeof(T);
        var row2 = row * 2;
        var step = sizeof(T) * (TOrder.Value == AOrder.Packed ? TSimd.MaxRows : 1);
        var a0 = (byte*)a;
        var a3 = a0 + 3 * row;
        var a6 = a0 + 6 * row;
        var p0 = band + pieces[0].From;
        var p1 = TWidth.Value > 1 ? band + pieces[1].From : null;
        var p2 = TWidth.Value > 2 ? band + pieces[2].From : null;
        TVector c0 = default, c1 = default, c2 = default, c3 = default;
        TVector c4 = default, c5 = default, c6 = default, c7 = default;
        TVector d0 = default, d1 = default, d2 = default, d3 = default;
        TVector d4 = default, d5 = default, d6 = default, d7 = default;
        TVector e0 = default, e1 = default, e2 = default, e3 = default;
        TVector e4 = default, e5 = default, e6 = default, e7 = default;
        var offset = tile.Offsets;
        var end = offset + tile.K;
        for (; offset < end; offset++)
        {
            var o = *offset;
            var b0 = TSimd.Load(p0 + o);
            var b1 = TWidth.Value > 1 ? TSimd.Load(p1 + o) : default;
            var b2 = TWidth.Value > 2 ? TSimd.Load(p2 + o) : default;
            MultiplyAdd<TWidth>(a0, b0, b1, b2, ref c0, ref d0, ref e0);
            if (TRows.Value > 1) MultiplyAdd<TWidth>(a0 + row, b0, b1, b2, ref c1, ref d1, ref e1);
            if (TRows.Value > 2) MultiplyAdd<TWidth>(a0 + row2, b0, b1, b2, ref c2, ref d2, ref e2);
            if (TRows.Value > 3) MultiplyAdd<TWidth>(a3, b0, b1, b2, ref c3, ref d3, ref e3);
            if (TRows.Value > 4) MultiplyAdd<TWidth>(a3 + row, b0, b1, b2, ref c4, ref d4, ref e4);
            if (TRows.Value > 5) MultiplyAdd<TWidth>(a3 + row2, b0, b1, b2, ref c5, ref d5, ref e5);
            if (TRows.Value > 6) MultiplyAdd<TWidth>(a6, b0, b1, b2, ref c6, ref d6, ref e6);
            if (TRows.Value > 7) MultiplyAdd<TWidth>(a6 + row, b0, b1, b2, ref c7, ref d7, ref e7);
            a0 += step;
            if (TRows.Value > 3) a3 += step;
            if (TRows.Value > 6) a6 += step;
        }

        var ldc = tile.Ldc;
        Store<TRows>(c + pieces[0].To, ldc, pieces[0].Count, tile, c0, c1, c2, c3, c4, c5, c6, c7);
        if (TWidth.Value > 1)
            Store<TRows>(c + pieces[1].To, ldc, pieces[1].Count, tile, d0, d1, d2, d3, d4, d5, d6, d7);
        if (TWidth.Value > 2)
            Store<TRows>(c + pieces[2].To, ldc, pieces[2].Count, tile, e0, e1, e2, e3, e4, e5, e6, e7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd<TWidth>(
        byte* a, TVector b0, TVector b1, TVector b2, ref TVector c, ref TVector d, ref TVector e)
        where TWidth : struct, IConstant
    {
        var x = TSimd.Broadcast(*(T*)a);
        c = TSimd.MultiplyAdd(x, b0, c);
        if (TWidth.Value > 1) d = TSimd.MultiplyAdd(x, b1, d);
        if (TWidth.Value > 2) e = TSimd.MultiplyAdd(x, b2, e);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TRows>(
        T* c, nint ldc, nint count, in BandTile<T> tile, TVector v0, TVector v1, TVector v2, TVector v3,
        TVector v4, TVector v5, TVector v6, TVector v7)
        where TRows : struct, IConstant
    {
        var mask = TSimd.Mask(count);
        if (tile.Adds)
        {
            v0 = TSimd.Add(TSimd.Load(c, mask), v0);
            if (TRows.Value > 1) v1 = TSimd.Add(TSimd.Load(c + ldc, mask), v1);
            if (TRows.Value > 2) v2 = TSimd.Add(TSimd.Load(c + 2 * ldc, mask), v2);
            if (TRows.Value > 3) v3 = TSimd.Add(TSimd.Load(c + 3 * ldc, mask), v3);
            if (TRows.Value > 4) v4 = TSimd.Add(TSimd.Load(c + 4 * ldc, mask), v4);
            if (TRows.Value > 5) v5 = TSimd.Add(TSimd.Load(c + 5 * ldc, mask), v5);
            if (TRows.Value > 6) v6 = TSimd.Add(TSimd.Load(c + 6 * ldc, mask), v6);
            if (TRows.Value > 7) v7 = TSimd.Add(TSimd.Load(c + 7 * ldc, mask), v7);
        }
        if (tile.Bias != null)
        {
            v0 = TSimd.Add(v0, TSimd.Broadcast(tile.Bias[0]));
            if (TRows.Value > 1) v1 = TSimd.Add(v1, TSimd.Broadcast(tile.Bias[1]));
            if (TRows.Value > 2) v2 = TSimd.Add(v2, TSimd.Broadcast(tile.Bias[2]));
            if (TRows.Value > 3) v3 = TSimd.Add(v3, TSimd.Broadcast(tile.Bias[3]));
            if (TRows.Value > 4) v4 = TSimd.Add(v4, TSimd.Broadcast(tile.Bias[4]));
            if (TRows.Value > 5) v5 = TSimd.Add(v5, TSimd.Broadcast(tile.Bias[5]));
            if (TRows.Value > 6) v6 = TSimd.Add(v6, TSimd.Broadcast(tile.Bias[6]));
            if (TRows.Value > 7) v7 = TSimd.Add(v7, TSimd.Broadcast(tile.Bias[7]));
        }
        TSimd.Store(c, mask, v0);
        if (TRows.Value > 1) TSimd.Store(c + ldc, mask, v1);
        if (TRows.Value > 2) TSimd.Store(c + 2 * ldc, mask, v2);
        if (TRows.Value > 3) TSimd.Store(c + 3 * ldc, mask, v3);
        if (TRows.Value > 4) TSimd.Store(c + 4 * ldc, mask, v4);
        if (TRows.Value > 5) TSimd.Store(c + 5 * ldc, mask, v5);
        if (TRows.Value > 6) TSimd.Store(c + 6 * ldc, mask, v6);
        if (TRows.Value > 7) TSimd.Store(c + 7 * ldc, mask, v7);
    }
}
