using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>A number that the JIT sees as a constant.</summary>
internal interface IConstant
{
    static abstract int Value { get; }
}

internal readonly struct C0 : IConstant { public static int Value => 0; }

internal readonly struct C1 : IConstant { public static int Value => 1; }

internal readonly struct C2 : IConstant { public static int Value => 2; }

internal readonly struct C3 : IConstant { public static int Value => 3; }

internal readonly struct C4 : IConstant { public static int Value => 4; }

internal readonly struct C8 : IConstant { public static int Value => 8; }

/// <summary>How a register block finds A, as far as the JIT may know it.</summary>
internal static class AOrder
{
    /// <summary>By the strides of the tile.</summary>
    public const int Any = 0;

    /// <summary>Packed: the rows of a block side by side, k after k.</summary>
    public const int Packed = 1;

    /// <summary>The steps of k are adjacent.</summary>
    public const int Rows = 2;
}

/// <summary>What the register blocks of one matrix product have in common; strides count elements.</summary>
internal struct Tile<T> where T : unmanaged
{
    public nint ARow;
    public nint AStep;
    public nint BStep;
    public nint K;
    public nint Ldc;

    /// <summary>Columns of C that a panel of B holds: two vectors or three.</summary>
    public nint Panel;
    public T Alpha;
    public T Beta;
}

/// <summary>
/// The register block: up to eight rows of C by one to three vectors of columns, summed over k in ascending order by
/// one multiply-add each, so that an element's bits depend on nothing but K.
/// </summary>
/// <remarks>
/// Eight rows by three vectors need fewer instructions beside each multiply-add than twelve by two: as fast on a core
/// of one's own, and a tenth faster where a second hardware thread shares it.
/// </remarks>
internal static unsafe class MicroKernel<T, TVector, TSimd>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : struct, ISimd<T, TVector>
{
    /// <summary>C = alpha · A·B + beta · C + bias for one block; with beta 0, C is not read.</summary>
    /// <typeparam name="TOrder">One of <see cref="AOrder"/>.</typeparam>
    /// <typeparam name="TRows">Rows of the block.</typeparam>
    /// <typeparam name="TWidth">Vectors of columns.</typeparam>
    /// <typeparam name="TEdge">1 where the last vector holds only some columns.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TOrder, TRows, TWidth, TEdge>(
        T* a, T* b, T* c, T* bias, nint columns, in Tile<T> tile)
        where TOrder : struct, IConstant where TRows : struct, IConstant
        where TWidth : struct, IConstant where TEdge : struct, IConstant
    {
        var mask = TEdge.Value != 0 ? TSimd.Mask(columns - (TWidth.Value - 1) * TSimd.Count) : default;
        // Three rows to a pointer: base, base + row and base + 2 rows are all addressing modes.
        var row = (TOrder.Value == AOrder.Packed ? 1 : tile.ARow) * sizeof(T);
        var row2 = row * 2;
        var step = sizeof(T) * (TOrder.Value == AOrder.Packed ? TSimd.MaxRows
            : TOrder.Value == AOrder.Rows ? 1 : tile.AStep);
        var bStep = tile.BStep;
        var a0 = (byte*)a;
        var a3 = a0 + 3 * row;
        var a6 = a0 + 6 * row;
        TVector c0 = default, c1 = default, c2 = default, c3 = default;
        TVector c4 = default, c5 = default, c6 = default, c7 = default;
        TVector d0 = default, d1 = default, d2 = default, d3 = default;
        TVector d4 = default, d5 = default, d6 = default, d7 = default;
        TVector e0 = default, e1 = default, e2 = default, e3 = default;
        TVector e4 = default, e5 = default, e6 = default, e7 = default;
        var k = tile.K;
        for (; k > 1; k -= 2)
        {
            var b0 = First<TWidth, TEdge>(b, mask);
            var b1 = Second<TWidth, TEdge>(b, mask);
            var b2 = Third<TWidth, TEdge>(b, mask);
            MultiplyAdd<TWidth>(a0, b0, b1, b2, ref c0, ref d0, ref e0);
            if (TRows.Value > 1) MultiplyAdd<TWidth>(a0 + row, b0, b1, b2, ref c1, ref d1, ref e1);
            if (TRows.Value > 2) MultiplyAdd<TWidth>(a0 + row2, b0, b1, b2, ref c2, ref d2, ref e2);
            if (TRows.Value > 3) MultiplyAdd<TWidth>(a3, b0, b1, b2, ref c3, ref d3, ref e3);
            if (TRows.Value > 4) MultiplyAdd<TWidth>(a3 + row, b0, b1, b2, ref c4, ref d4, ref e4);
            if (TRows.Value > 5) MultiplyAdd<TWidth>(a3 + row2, b0, b1, b2, ref c5, ref d5, ref e5);
            if (TRows.Value > 6) MultiplyAdd<TWidth>(a6, b0, b1, b2, ref c6, ref d6, ref e6);
            if (TRows.Value > 7) MultiplyAdd<TWidth>(a6 + row, b0, b1, b2, ref c7, ref d7, ref e7);
            b += bStep;
            b0 = First<TWidth, TEdge>(b, mask);
            b1 = Second<TWidth, TEdge>(b, mask);
            b2 = Third<TWidth, TEdge>(b, mask);
            MultiplyAdd<TWidth>(a0 + step, b0, b1, b2, ref c0, ref d0, ref e0);
            if (TRows.Value > 1) MultiplyAdd<TWidth>(a0 + row + step, b0, b1, b2, ref c1, ref d1, ref e1);
            if (TRows.Value > 2) MultiplyAdd<TWidth>(a0 + row2 + step, b0, b1, b2, ref c2, ref d2, ref e2);
            if (TRows.Value > 3) MultiplyAdd<TWidth>(a3 + step, b0, b1, b2, ref c3, ref d3, ref e3);
            if (TRows.Value > 4) MultiplyAdd<TWidth>(a3 + row + step, b0, b1, b2, ref c4, ref d4, ref e4);
            if (TRows.Value > 5) MultiplyAdd<TWidth>(a3 + row2 + step, b0, b1, b2, ref c5, ref d5, ref e5);
            if (TRows.Value > 6) MultiplyAdd<TWidth>(a6 + step, b0, b1, b2, ref c6, ref d6, ref e6);
            if (TRows.Value > 7) MultiplyAdd<TWidth>(a6 + row + step, b0, b1, b2, ref c7, ref d7, ref e7);
            b += bStep;
            a0 += 2 * step;
            if (TRows.Value > 3) a3 += 2 * step;
            if (TRows.Value > 6) a6 += 2 * step;
        }
        if (k > 0)
        {
            var b0 = First<TWidth, TEdge>(b, mask);
            var b1 = Second<TWidth, TEdge>(b, mask);
            var b2 = Third<TWidth, TEdge>(b, mask);
            MultiplyAdd<TWidth>(a0, b0, b1, b2, ref c0, ref d0, ref e0);
            if (TRows.Value > 1) MultiplyAdd<TWidth>(a0 + row, b0, b1, b2, ref c1, ref d1, ref e1);
            if (TRows.Value > 2) MultiplyAdd<TWidth>(a0 + row2, b0, b1, b2, ref c2, ref d2, ref e2);
            if (TRows.Value > 3) MultiplyAdd<TWidth>(a3, b0, b1, b2, ref c3, ref d3, ref e3);
            if (TRows.Value > 4) MultiplyAdd<TWidth>(a3 + row, b0, b1, b2, ref c4, ref d4, ref e4);
            if (TRows.Value > 5) MultiplyAdd<TWidth>(a3 + row2, b0, b1, b2, ref c5, ref d5, ref e5);
            if (TRows.Value > 6) MultiplyAdd<TWidth>(a6, b0, b1, b2, ref c6, ref d6, ref e6);
            if (TRows.Value > 7) MultiplyAdd<TWidth>(a6 + row, b0, b1, b2, ref c7, ref d7, ref e7);
        }

        if (tile.Alpha != T.One)
        {
            var alpha = TSimd.Broadcast(tile.Alpha);
            Multiply<TWidth>(alpha, ref c0, ref d0, ref e0);
            Multiply<TWidth>(alpha, ref c1, ref d1, ref e1);
            Multiply<TWidth>(alpha, ref c2, ref d2, ref e2);
            Multiply<TWidth>(alpha, ref c3, ref d3, ref e3);
            Multiply<TWidth>(alpha, ref c4, ref d4, ref e4);
            Multiply<TWidth>(alpha, ref c5, ref d5, ref e5);
            Multiply<TWidth>(alpha, ref c6, ref d6, ref e6);
            Multiply<TWidth>(alpha, ref c7, ref d7, ref e7);
        }

        var ldc = tile.Ldc;
        if (tile.Beta != T.Zero)
        {
            var beta = TSimd.Broadcast(tile.Beta);
            Accumulate<TWidth, TEdge>(c, beta, mask, ref c0, ref d0, ref e0);
            if (TRows.Value > 1) Accumulate<TWidth, TEdge>(c + ldc, beta, mask, ref c1, ref d1, ref e1);
            if (TRows.Value > 2) Accumulate<TWidth, TEdge>(c + 2 * ldc, beta, mask, ref c2, ref d2, ref e2);
            if (TRows.Value > 3) Accumulate<TWidth, TEdge>(c + 3 * ldc, beta, mask, ref c3, ref d3, ref e3);
            if (TRows.Value > 4) Accumulate<TWidth, TEdge>(c + 4 * ldc, beta, mask, ref c4, ref d4, ref e4);
            if (TRows.Value > 5) Accumulate<TWidth, TEdge>(c + 5 * ldc, beta, mask, ref c5, ref d5, ref e5);
            if (TRows.Value > 6) Accumulate<TWidth, TEdge>(c + 6 * ldc, beta, mask, ref c6, ref d6, ref e6);
            if (TRows.Value > 7) Accumulate<TWidth, TEdge>(c + 7 * ldc, beta, mask, ref c7, ref d7, ref e7);
        }

        if (bias != null)
        {
            var b0 = First<TWidth, TEdge>(bias, mask);
            var b1 = Second<TWidth, TEdge>(bias, mask);
            var b2 = Third<TWidth, TEdge>(bias, mask);
            Add<TWidth>(b0, b1, b2, ref c0, ref d0, ref e0);
            Add<TWidth>(b0, b1, b2, ref c1, ref d1, ref e1);
            Add<TWidth>(b0, b1, b2, ref c2, ref d2, ref e2);
            Add<TWidth>(b0, b1, b2, ref c3, ref d3, ref e3);
            Add<TWidth>(b0, b1, b2, ref c4, ref d4, ref e4);
            Add<TWidth>(b0, b1, b2, ref c5, ref d5, ref e5);
            Add<TWidth>(b0, b1, b2, ref c6, ref d6, ref e6);
            Add<TWidth>(b0, b1, b2, ref c7, ref d7, ref e7);
        }

        Store<TWidth, TEdge>(c, mask, c0, d0, e0);
        if (TRows.Value > 1) Store<TWidth, TEdge>(c + ldc, mask, c1, d1, e1);
        if (TRows.Value > 2) Store<TWidth, TEdge>(c + 2 * ldc, mask, c2, d2, e2);
        if (TRows.Value > 3) Store<TWidth, TEdge>(c + 3 * ldc, mask, c3, d3, e3);
        if (TRows.Value > 4) Store<TWidth, TEdge>(c + 4 * ldc, mask, c4, d4, e4);
        if (TRows.Value > 5) Store<TWidth, TEdge>(c + 5 * ldc, mask, c5, d5, e5);
        if (TRows.Value > 6) Store<TWidth, TEdge>(c + 6 * ldc, mask, c6, d6, e6);
        if (TRows.Value > 7) Store<TWidth, TEdge>(c + 7 * ldc, mask, c7, d7, e7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector First<TWidth, TEdge>(T* p, TVector mask)
        where TWidth : struct, IConstant where TEdge : struct, IConstant =>
        TEdge.Value != 0 && TWidth.Value == 1 ? TSimd.Load(p, mask) : TSimd.Load(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Second<TWidth, TEdge>(T* p, TVector mask)
        where TWidth : struct, IConstant where TEdge : struct, IConstant =>
        TWidth.Value < 2 ? default
            : TEdge.Value != 0 && TWidth.Value == 2 ? TSimd.Load(p + TSimd.Count, mask) : TSimd.Load(p + TSimd.Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Third<TWidth, TEdge>(T* p, TVector mask)
        where TWidth : struct, IConstant where TEdge : struct, IConstant =>
        TWidth.Value < 3 ? default
            : TEdge.Value != 0 ? TSimd.Load(p + 2 * TSimd.Count, mask) : TSimd.Load(p + 2 * TSimd.Count);

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
    private static void Multiply<TWidth>(TVector x, ref TVector c, ref TVector d, ref TVector e)
        where TWidth : struct, IConstant
    {
        c = TSimd.Multiply(c, x);
        if (TWidth.Value > 1) d = TSimd.Multiply(d, x);
        if (TWidth.Value > 2) e = TSimd.Multiply(e, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TWidth>(
        TVector b0, TVector b1, TVector b2, ref TVector c, ref TVector d, ref TVector e)
        where TWidth : struct, IConstant
    {
        c = TSimd.Add(c, b0);
        if (TWidth.Value > 1) d = TSimd.Add(d, b1);
        if (TWidth.Value > 2) e = TSimd.Add(e, b2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate<TWidth, TEdge>(
        T* p, TVector beta, TVector mask, ref TVector c, ref TVector d, ref TVector e)
        where TWidth : struct, IConstant where TEdge : struct, IConstant
    {
        c = TSimd.MultiplyAdd(beta, First<TWidth, TEdge>(p, mask), c);
        if (TWidth.Value > 1) d = TSimd.MultiplyAdd(beta, Second<TWidth, TEdge>(p, mask), d);
        if (TWidth.Value > 2) e = TSimd.MultiplyAdd(beta, Third<TWidth, TEdge>(p, mask), e);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TWidth, TEdge>(T* p, TVector mask, TVector c, TVector d, TVector e)
        where TWidth : struct, IConstant where TEdge : struct, IConstant
    {
        if (TWidth.Value > 1)
        {
            TSimd.Store(p, c);
            p += TSimd.Count;
            c = d;
        }
        if (TWidth.Value > 2)
        {
            TSimd.Store(p, c);
            p += TSimd.Count;
            c = e;
        }
        if (TEdge.Value != 0) TSimd.Store(p, mask, c);
        else TSimd.Store(p, c);
    }
}
