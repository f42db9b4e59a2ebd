using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>What the register blocks of a weight's gradient have in common; strides count elements.</summary>
internal struct TapTile
{
    /// <summary>Rows of places, places in a row, and from one row to the next in the band.</summary>
    public nint Rows;
    public nint Columns;
    public nint RowStep;

    /// <summary>Channels of the result in a panel, and from one row of C to the next.</summary>
    public nint Panel;
    public nint Ldc;

    /// <summary>Whether C is added to.</summary>
    public bool Adds;
}

/// <summary>
/// The register block of a weight's gradient: up to eight channels and taps, each read where it begins in the band, by
/// one to three vectors of the result's channels, summed over the places of a tile in ascending order.
/// </summary>
internal static unsafe class TapKernel<T, TVector, TSimd>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : struct, ISimd<T, TVector>
{
    /// <summary>Up to eight channels and taps, over all panels.</summary>
    /// <param name="rows">How many there are.</param>
    /// <param name="band">The band.</param>
    /// <param name="offsets">Where in it each begins.</param>
    /// <param name="b">The result's gradient, place after place, in panels of channels.</param>
    /// <param name="c">The first row of C.</param>
    /// <param name="columns">Channels of the result.</param>
    /// <param name="tile">What they have in common.</param>
    public static void Rows(nint rows, T* band, nint* offsets, T* b, T* c, nint columns, in TapTile tile)
    {
        while (rows > 0)
        {
            nint done;
            if (rows >= 8 && TSimd.MaxRows >= 8)
            {
                Strip<C8>(band, offsets, b, c, columns, tile);
                done = 8;
            }
            else if (rows >= 4)
            {
                Strip<C4>(band, offsets, b, c, columns, tile);
                done = 4;
            }
            else if (rows >= 2)
            {
                Strip<C2>(band, offsets, b, c, columns, tile);
                done = 2;
            }
            else
            {
                Strip<C1>(band, offsets, b, c, columns, tile);
                done = 1;
            }
            rows -= done;
            offsets += done;
            c += done * tile.Ldc;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strip<TRows>(T* band, nint* offsets, T* b, T* c, nint columns, in TapTile tile)
        where TRows : struct, IConstant
    {
        var panel = tile.Panel * tile.Rows * tile.Columns;
        for (; columns > 0; columns -= tile.Panel, b += panel, c += tile.Panel)
        {
            if (columns > 2 * TSimd.Count && tile.Panel > 2 * TSimd.Count)
                Run<TRows, C3>(band, offsets, b, c, columns, tile);
            else if (columns > TSimd.Count) Run<TRows, C2>(band, offsets, b, c, columns, tile);
            else Run<TRows, C1>(band, offsets, b, c, columns, tile);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TRows, TWidth>(T* band, nint* offsets, T* b, T* c, nint columns, in TapTile tile)
        where TRows : struct, IConstant where TWidth : struct, IConstant
    {
        TVector c0 = default, c1 = default, c2 = default, c3 = default;
        TVector c4 = default, c5 = default, c6 = default, c7 = default;
        TVector d0 = default, d1 = default, d2 = default, d3 = default;
        TVector d4 = default, d5 = default, d6 = default, d7 = default;
        TVector e0 = default, e1 = default, e2 = default, e3 = default;
        TVector e4 = default, e5 = default, e6 = default, e7 = default;
        var panel = tile.Panel;
        var count = tile.Columns;
        for (var rest = tile.Rows; rest > 0; rest--, band += tile.RowStep)
        {
            var a0 = band + offsets[0];
            var a1 = TRows.Value > 1 ? band + offsets[1] : null;
            var a2 = TRows.Value > 2 ? band + offsets[2] : null;
            var a3 = TRows.Value > 3 ? band + offsets[3] : null;
            var a4 = TRows.Value > 4 ? band + offsets[4] : null;
            var a5 = TRows.Value > 5 ? band + offsets[5] : null;
            var a6 = TRows.Value > 6 ? band + offsets[6] : null;
            var a7 = TRows.Value > 7 ? band + offsets[7] : null;
            for (nint x = 0; x < count; x++, b += panel)
            {
                var b0 = TSimd.Load(b);
                var b1 = TWidth.Value > 1 ? TSimd.Load(b + TSimd.Count) : default;
                var b2 = TWidth.Value > 2 ? TSimd.Load(b + 2 * TSimd.Count) : default;
                MultiplyAdd<TWidth>(a0 + x, b0, b1, b2, ref c0, ref d0, ref e0);
                if (TRows.Value > 1) MultiplyAdd<TWidth>(a1 + x, b0, b1, b2, ref c1, ref d1, ref e1);
                if (TRows.Value > 2) MultiplyAdd<TWidth>(a2 + x, b0, b1, b2, ref c2, ref d2, ref e2);
                if (TRows.Value > 3) MultiplyAdd<TWidth>(a3 + x, b0, b1, b2, ref c3, ref d3, ref e3);
                if (TRows.Value > 4) MultiplyAdd<TWidth>(a4 + x, b0, b1, b2, ref c4, ref d4, ref e4);
                if (TRows.Value > 5) MultiplyAdd<TWidth>(a5 + x, b0, b1, b2, ref c5, ref d5, ref e5);
                if (TRows.Value > 6) MultiplyAdd<TWidth>(a6 + x, b0, b1, b2, ref c6, ref d6, ref e6);
                if (TRows.Value > 7) MultiplyAdd<TWidth>(a7 + x, b0, b1, b2, ref c7, ref d7, ref e7);
            }
        }

        var ldc = tile.Ldc;
        Store<TWidth>(c, columns, tile.Adds, c0, d0, e0);
        if (TRows.Value > 1) Store<TWidth>(c + ldc, columns, tile.Adds, c1, d1, e1);
        if (TRows.Value > 2) Store<TWidth>(c + 2 * ldc, columns, tile.Adds, c2, d2, e2);
        if (TRows.Value > 3) Store<TWidth>(c + 3 * ldc, columns, tile.Adds, c3, d3, e3);
        if (TRows.Value > 4) Store<TWidth>(c + 4 * ldc, columns, tile.Adds, c4, d4, e4);
        if (TRows.Value > 5) Store<TWidth>(c + 5 * ldc, columns, tile.Adds, c5, d5, e5);
        if (TRows.Value > 6) Store<TWidth>(c + 6 * ldc, columns, tile.Adds, c6, d6, e6);
        if (TRows.Value > 7) Store<TWidth>(c + 7 * ldc, columns, tile.Adds, c7, d7, e7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd<TWidth>(
        T* a, TVector b0, TVector b1, TVector b2, ref TVector c, ref TVector d, ref TVector e)
        where TWidth : struct, IConstant
    {
        var x = TSimd.Broadcast(*a);
        c = TSimd.MultiplyAdd(x, b0, c);
        if (TWidth.Value > 1) d = TSimd.MultiplyAdd(x, b1, d);
        if (TWidth.Value > 2) e = TSimd.MultiplyAdd(x, b2, e);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TWidth>(T* c, nint columns, bool adds, TVector v0, TVector v1, TVector v2)
        where TWidth : struct, IConstant
    {
        Store(c, TSimd.Mask(columns), adds, v0);
        if (TWidth.Value > 1) Store(c + TSimd.Count, TSimd.Mask(columns - TSimd.Count), adds, v1);
        if (TWidth.Value > 2) Store(c + 2 * TSimd.Count, TSimd.Mask(columns - 2 * TSimd.Count), adds, v2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* c, TVector mask, bool adds, TVector value) =>
        TSimd.Store(c, mask, adds ? TSimd.Add(TSimd.Load(c, mask), value) : value);
}
