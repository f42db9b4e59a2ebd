using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>A number or a yes or no that the JIT sees as a constant.</summary>
internal interface IConstant
{
    static abstract int Value { get; }
}

internal readonly struct C0 : IConstant { public static int Value => 0; }

internal readonly struct C1 : IConstant { public static int Value => 1; }

internal readonly struct C2 : IConstant { public static int Value => 2; }

internal readonly struct C4 : IConstant { public static int Value => 4; }

internal readonly struct C6 : IConstant { public static int Value => 6; }

internal readonly struct C8 : IConstant { public static int Value => 8; }

internal readonly struct C12 : IConstant { public static int Value => 12; }

/// <summary>What the register blocks of one matrix product have in common; strides count elements.</summary>
internal struct Tile<T> where T : unmanaged
{
    public nint ARow;
    public nint AStep;
    public nint BStep;
    public nint K;
    public nint Ldc;
    public T Alpha;
    public T Beta;
}

/// <summary>
/// The register block: up to twelve rows of C by one or two vectors of columns, summed over k in ascending order by
/// one multiply-add each, so that an element's bits depend on nothing but K.
/// </summary>
internal static unsafe class MicroKernel<T, TVector, TSimd>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : struct, ISimd<T, TVector>
{
    /// <summary>C = alpha · A·B + beta · C + bias for one block; with beta 0, C is not read.</summary>
    /// <typeparam name="TRows">Rows of the block.</typeparam>
    /// <typeparam name="TWide">1 for two vectors of columns, 0 for one.</typeparam>
    /// <typeparam name="TEdge">1 where the last vector holds only some columns.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TRows, TWide, TEdge>(T* a, T* b, T* c, T* bias, nint columns, in Tile<T> tile)
        where TRows : struct, IConstant where TWide : struct, IConstant where TEdge : struct, IConstant
    {
        var mask = TEdge.Value != 0 ? TSimd.Mask(columns - TWide.Value * TSimd.Count) : default;
        // Three rows to a pointer: base, base + row and base + 2 rows are all addressing modes.
        var row = tile.ARow * sizeof(T);
        var row2 = row * 2;
        var step = tile.AStep * sizeof(T);
        var bStep = tile.BStep;
        var a0 = (byte*)a;
        var a3 = a0 + row2 + row;
        var a6 = a3 + row2 + row;
        var a9 = a6 + row2 + row;
        TVector c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
        TVector c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
        TVector d0 = default, d1 = default, d2 = default, d3 = default, d4 = default, d5 = default;
        TVector d6 = default, d7 = default, d8 = default, d9 = default, d10 = default, d11 = default;
        for (var k = tile.K; k > 0; k--)
        {
            var b0 = TEdge.Value != 0 && TWide.Value == 0 ? TSimd.Load(b, mask) : TSimd.Load(b);
            var b1 = TWide.Value == 0 ? default
                : TEdge.Value != 0 ? TSimd.Load(b + TSimd.Count, mask) : TSimd.Load(b + TSimd.Count);
            b += bStep;
            MultiplyAdd<TWide>(a0, b0, b1, ref c0, ref d0);
            if (TRows.Value > 1) MultiplyAdd<TWide>(a0 + row, b0, b1, ref c1, ref d1);
            if (TRows.Value > 2) MultiplyAdd<TWide>(a0 + row2, b0, b1, ref c2, ref d2);
            if (TRows.Value > 3) MultiplyAdd<TWide>(a3, b0, b1, ref c3, ref d3);
            if (TRows.Value > 4) MultiplyAdd<TWide>(a3 + row, b0, b1, ref c4, ref d4);
            if (TRows.Value > 5) MultiplyAdd<TWide>(a3 + row2, b0, b1, ref c5, ref d5);
            if (TRows.Value > 6) MultiplyAdd<TWide>(a6, b0, b1, ref c6, ref d6);
            if (TRows.Value > 7) MultiplyAdd<TWide>(a6 + row, b0, b1, ref c7, ref d7);
            if (TRows.Value > 8) MultiplyAdd<TWide>(a6 + row2, b0, b1, ref c8, ref d8);
            if (TRows.Value > 9) MultiplyAdd<TWide>(a9, b0, b1, ref c9, ref d9);
            if (TRows.Value > 10) MultiplyAdd<TWide>(a9 + row, b0, b1, ref c10, ref d10);
            if (TRows.Value > 11) MultiplyAdd<TWide>(a9 + row2, b0, b1, ref c11, ref d11);
            a0 += step;
            if (TRows.Value > 3) a3 += step;
            if (TRows.Value > 6) a6 += step;
            if (TRows.Value > 9) a9 += step;
        }

        if (tile.Alpha != T.One)
        {
            var alpha = TSimd.Broadcast(tile.Alpha);
            c0 = TSimd.Multiply(c0, alpha);
            c1 = TSimd.Multiply(c1, alpha);
            c2 = TSimd.Multiply(c2, alpha);
            c3 = TSimd.Multiply(c3, alpha);
            c4 = TSimd.Multiply(c4, alpha);
            c5 = TSimd.Multiply(c5, alpha);
            c6 = TSimd.Multiply(c6, alpha);
            c7 = TSimd.Multiply(c7, alpha);
            c8 = TSimd.Multiply(c8, alpha);
            c9 = TSimd.Multiply(c9, alpha);
            c10 = TSimd.Multiply(c10, alpha);
            c11 = TSimd.Multiply(c11, alpha);
            if (TWide.Value != 0)
            {
                d0 = TSimd.Multiply(d0, alpha);
                d1 = TSimd.Multiply(d1, alpha);
                d2 = TSimd.Multiply(d2, alpha);
                d3 = TSimd.Multiply(d3, alpha);
                d4 = TSimd.Multiply(d4, alpha);
                d5 = TSimd.Multiply(d5, alpha);
                d6 = TSimd.Multiply(d6, alpha);
                d7 = TSimd.Multiply(d7, alpha);
                d8 = TSimd.Multiply(d8, alpha);
                d9 = TSimd.Multiply(d9, alpha);
                d10 = TSimd.Multiply(d10, alpha);
                d11 = TSimd.Multiply(d11, alpha);
            }
        }

        var ldc = tile.Ldc;
        if (tile.Beta != T.Zero)
        {
            var beta = TSimd.Broadcast(tile.Beta);
            Accumulate<TWide, TEdge>(c + 0 * ldc, beta, mask, ref c0, ref d0);
            if (TRows.Value > 1) Accumulate<TWide, TEdge>(c + 1 * ldc, beta, mask, ref c1, ref d1);
            if (TRows.Value > 2) Accumulate<TWide, TEdge>(c + 2 * ldc, beta, mask, ref c2, ref d2);
            if (TRows.Value > 3) Accumulate<TWide, TEdge>(c + 3 * ldc, beta, mask, ref c3, ref d3);
            if (TRows.Value > 4) Accumulate<TWide, TEdge>(c + 4 * ldc, beta, mask, ref c4, ref d4);
            if (TRows.Value > 5) Accumulate<TWide, TEdge>(c + 5 * ldc, beta, mask, ref c5, ref d5);
            if (TRows.Value > 6) Accumulate<TWide, TEdge>(c + 6 * ldc, beta, mask, ref c6, ref d6);
            if (TRows.Value > 7) Accumulate<TWide, TEdge>(c + 7 * ldc, beta, mask, ref c7, ref d7);
            if (TRows.Value > 8) Accumulate<TWide, TEdge>(c + 8 * ldc, beta, mask, ref c8, ref d8);
            if (TRows.Value > 9) Accumulate<TWide, TEdge>(c + 9 * ldc, beta, mask, ref c9, ref d9);
            if (TRows.Value > 10) Accumulate<TWide, TEdge>(c + 10 * ldc, beta, mask, ref c10, ref d10);
            if (TRows.Value > 11) Accumulate<TWide, TEdge>(c + 11 * ldc, beta, mask, ref c11, ref d11);
        }

        if (bias != null)
        {
            var b0 = TEdge.Value != 0 && TWide.Value == 0 ? TSimd.Load(bias, mask) : TSimd.Load(bias);
            var b1 = TWide.Value == 0 ? default
                : TEdge.Value != 0 ? TSimd.Load(bias + TSimd.Count, mask) : TSimd.Load(bias + TSimd.Count);
            c0 = TSimd.Add(c0, b0);
            c1 = TSimd.Add(c1, b0);
            c2 = TSimd.Add(c2, b0);
            c3 = TSimd.Add(c3, b0);
            c4 = TSimd.Add(c4, b0);
            c5 = TSimd.Add(c5, b0);
            c6 = TSimd.Add(c6, b0);
            c7 = TSimd.Add(c7, b0);
            c8 = TSimd.Add(c8, b0);
            c9 = TSimd.Add(c9, b0);
            c10 = TSimd.Add(c10, b0);
            c11 = TSimd.Add(c11, b0);
            if (TWide.Value != 0)
            {
                d0 = TSimd.Add(d0, b1);
                d1 = TSimd.Add(d1, b1);
                d2 = TSimd.Add(d2, b1);
                d3 = TSimd.Add(d3, b1);
                d4 = TSimd.Add(d4, b1);
                d5 = TSimd.Add(d5, b1);
                d6 = TSimd.Add(d6, b1);
                d7 = TSimd.Add(d7, b1);
                d8 = TSimd.Add(d8, b1);
                d9 = TSimd.Add(d9, b1);
                d10 = TSimd.Add(d10, b1);
                d11 = TSimd.Add(d11, b1);
            }
        }

        Store<TWide, TEdge>(c + 0 * ldc, mask, c0, d0);
        if (TRows.Value > 1) Store<TWide, TEdge>(c + 1 * ldc, mask, c1, d1);
        if (TRows.Value > 2) Store<TWide, TEdge>(c + 2 * ldc, mask, c2, d2);
        if (TRows.Value > 3) Store<TWide, TEdge>(c + 3 * ldc, mask, c3, d3);
        if (TRows.Value > 4) Store<TWide, TEdge>(c + 4 * ldc, mask, c4, d4);
        if (TRows.Value > 5) Store<TWide, TEdge>(c + 5 * ldc, mask, c5, d5);
        if (TRows.Value > 6) Store<TWide, TEdge>(c + 6 * ldc, mask, c6, d6);
        if (TRows.Value > 7) Store<TWide, TEdge>(c + 7 * ldc, mask, c7, d7);
        if (TRows.Value > 8) Store<TWide, TEdge>(c + 8 * ldc, mask, c8, d8);
        if (TRows.Value > 9) Store<TWide, TEdge>(c + 9 * ldc, mask, c9, d9);
        if (TRows.Value > 10) Store<TWide, TEdge>(c + 10 * ldc, mask, c10, d10);
        if (TRows.Value > 11) Store<TWide, TEdge>(c + 11 * ldc, mask, c11, d11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd<TWide>(byte* a, TVector b0, TVector b1, ref TVector c, ref TVector d)
        where TWide : struct, IConstant
    {
        var x = TSimd.Broadcast(*(T*)a);
        c = TSimd.MultiplyAdd(x, b0, c);
        if (TWide.Value != 0) d = TSimd.MultiplyAdd(x, b1, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate<TWide, TEdge>(T* p, TVector beta, TVector mask, ref TVector c, ref TVector d)
        where TWide : struct, IConstant where TEdge : struct, IConstant
    {
        if (TWide.Value == 0)
        {
            c = TSimd.MultiplyAdd(beta, TEdge.Value != 0 ? TSimd.Load(p, mask) : TSimd.Load(p), c);
            return;
        }
        c = TSimd.MultiplyAdd(beta, TSimd.Load(p), c);
        p += TSimd.Count;
        d = TSimd.MultiplyAdd(beta, TEdge.Value != 0 ? TSimd.Load(p, mask) : TSimd.Load(p), d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TWide, TEdge>(T* p, TVector mask, TVector c, TVector d)
        where TWide : struct, IConstant where TEdge : struct, IConstant
    {
        if (TWide.Value != 0)
        {
            TSimd.Store(p, c);
            p += TSimd.Count;
            c = d;
        }
        if (TEdge.Value != 0) TSimd.Store(p, mask, c);
        else TSimd.Store(p, c);
    }
}
