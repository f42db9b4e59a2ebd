using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>A range of C on one thread: blocks of K, packing where it pays, register blocks.</summary>
internal static unsafe class GemmBlock<T, TVector, TSimd>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : struct, ISimd<T, TVector>
{
    // Bytes of a column of B that are summed in registers before C is touched. Part of the result's definition: the
    // same on every machine.
    private const nint DepthBytes = 2048;

    // Bytes of a row of the packed part of B: with DepthBytes that part stays in L2.
    private const nint WidthBytes = 2048;

    // B is read where it lies while it fits L2, or, where its rows do not begin with cache lines, while that costs
    // less than copying; A likewise while its columns stay in L1.
    private const nint NearBytes = 1 << 20;
    private const nint CrossingBytes = 160 << 10;
    private const nint CrossingRows = 96;
    private const nint ColumnBytes = 256 << 10;

    // A product whose right side is transposed and the larger one is turned around: Cᵀ = Bᵀ · Aᵀ.
    private const nint TurnedRows = 12;
    private const nint TurnedMost = 256;
    private const nint TurnedChunk = 512;

    /// <summary>Rows m0 to m1, columns n0 to n1.</summary>
    public static void Run(in Product<T> p, nint m0, nint m1, nint n0, nint n1)
    {
        // Asked of the whole product, since it decides where the bias is added: after the sum over all of K.
        if (p.BStep == 1 && p.BColumn != 1 && p.AStep == 1 && p.M >= TurnedRows && p.M <= TurnedMost
            && p.N >= 2 * p.M && p.Beta == T.Zero && p.K > 0)
            Turned(p, m0, m1, n0, n1);
        else Straight(p, m0, m1, n0, n1);
    }

    // The larger operand is then the one that need not be packed; C comes out transposed, and is turned at the end.
    private static void Turned(in Product<T> p, nint m0, nint m1, nint n0, nint n1)
    {
        var m = m1 - m0;
        nint vector = TSimd.Count;
        var ldc = (m + vector - 1) / vector * vector;
        var turned = p;
        turned.ARow = p.BColumn;
        turned.AStep = p.BStep;
        turned.B = p.A + m0 * p.ARow;
        turned.BStep = p.AStep;
        turned.BColumn = p.ARow;
        turned.C = (T*)Scratch.Turning(Math.Min(TurnedChunk, n1 - n0) * ldc * sizeof(T));
        turned.Ldc = ldc;
        turned.Bias = null;
        for (var j = n0; j < n1; j += TurnedChunk)
        {
            var n = Math.Min(TurnedChunk, n1 - j);
            turned.A = p.B + j * p.BColumn;
            Straight(turned, 0, n, 0, m);
            var c = p.C + (m0 * p.Ldc + j);
            Packing<T, TVector, TSimd>.Transpose(turned.C, ldc, 1, (int)n, m, c, p.Ldc);
            if (p.Bias == null) continue;
            for (nint i = 0; i < m; i++) AddBias(c + i * p.Ldc, p.Bias + j, n);
        }
    }

    private static void AddBias(T* c, T* bias, nint count)
    {
        nint i = 0;
        for (; i + TSimd.Count <= count; i += TSimd.Count)
            TSimd.Store(c + i, TSimd.Add(TSimd.Load(c + i), TSimd.Load(bias + i)));
        for (; i < count; i++) c[i] += bias[i];
    }

    private static void Straight(in Product<T> p, nint m0, nint m1, nint n0, nint n1)
    {
        nint rowBlock = TSimd.MaxRows;
        var m = m1 - m0;
        var n = n1 - n0;
        // Four vectors are better two and two than three and one: a lone one cannot keep the units busy.
        nint panel = TSimd.Count * (n > 3 * TSimd.Count && n <= 4 * TSimd.Count ? 2 : 3);
        var depth = Depth(p.K);
        var packB = p.BColumn != 1 || PacksB(m, n * p.K * sizeof(T), p.BStep * sizeof(T));
        var packA = p.AStep != 1 && n > 9 * TSimd.Count && m * p.K * sizeof(T) > ColumnBytes;
        var width = packB ? WidthBytes / sizeof(T) / panel * panel : n;

        var bytesB = packB ? (Math.Min(width, n) + panel - 1) / panel * panel * depth * sizeof(T) : 0;
        var bytesA = packA ? rowBlock * depth * sizeof(T) : 0;
        var packedB = bytesA + bytesB == 0 ? null : (T*)Scratch.Packing(bytesA + bytesB);
        var packedA = (T*)((byte*)packedB + bytesB);

        Tile<T> tile = default;
        tile.Panel = panel;
        tile.Ldc = p.Ldc;
        tile.Alpha = p.Alpha;
        tile.BStep = packB ? panel : p.BStep;
        tile.ARow = packA ? 1 : p.ARow;
        tile.AStep = packA ? rowBlock : p.AStep;
        for (var j = n0; j < n1; j += width)
        {
            var columns = Math.Min(width, n1 - j);
            nint k = 0;
            do
            {
                tile.K = Math.Min(depth, p.K - k);
                tile.Beta = k == 0 ? p.Beta : T.One;
                // To the whole sum: rounded as if it were added by itself.
                var bias = k + tile.K >= p.K && p.Bias != null ? p.Bias + j : null;
                var b = p.B + (k * p.BStep + j * p.BColumn);
                if (packB)
                {
                    Packing<T, TVector, TSimd>.Columns(b, p.BStep, p.BColumn, tile.K, columns, panel, packedB);
                    b = packedB;
                }
                var bPanel = packB ? panel * tile.K : panel;
                for (var i = m0; i < m1; i += rowBlock)
                {
                    var rows = Math.Min(rowBlock, m1 - i);
                    var a = p.A + (i * p.ARow + k * p.AStep);
                    if (packA)
                    {
                        Packing<T, TVector, TSimd>.Rows(a, p.ARow, p.AStep, rows, tile.K, packedA);
                        a = packedA;
                    }
                    Rows(packA, rows, a, b, bPanel, p.C + (i * p.Ldc + j), bias, columns, tile);
                }
                k += depth;
            }
            while (k < p.K);
        }
    }

    private static bool PacksB(nint rows, nint bytes, nint stride) =>
        (bytes > NearBytes && rows > 16) || (bytes > CrossingBytes && rows > CrossingRows && stride % 64 != 0);

    // Even blocks, so that the last is not a sliver.
    private static nint Depth(nint k)
    {
        var most = DepthBytes / sizeof(T);
        if (k <= most) return k;
        var blocks = (k + most - 1) / most;
        return ((k + blocks - 1) / blocks + 7) & ~(nint)7;
    }

    /// <summary>Up to a register block of rows, by panels of columns.</summary>
    public static void Rows(
        bool packed, nint rows, T* a, T* b, nint bPanel, T* c, T* bias, nint columns, in Tile<T> tile)
    {
        if (packed && rows == TSimd.MaxRows)
        {
            if (TSimd.MaxRows == 8) Strip<C1, C8>(a, b, bPanel, c, bias, columns, tile);
            else Strip<C1, C4>(a, b, bPanel, c, bias, columns, tile);
            return;
        }
        if (tile.AStep == 1) Rows<C2>(rows, a, b, bPanel, c, bias, columns, tile);
        else Rows<C0>(rows, a, b, bPanel, c, bias, columns, tile);
    }

    private static void Rows<TOrder>(
        nint rows, T* a, T* b, nint bPanel, T* c, T* bias, nint columns, in Tile<T> tile)
        where TOrder : struct, IConstant
    {
        while (rows > 0)
        {
            nint done;
            if (rows >= 8 && TSimd.MaxRows >= 8)
            {
                Strip<TOrder, C8>(a, b, bPanel, c, bias, columns, tile);
                done = 8;
            }
            else if (rows >= 4)
            {
                Strip<TOrder, C4>(a, b, bPanel, c, bias, columns, tile);
                done = 4;
            }
            else if (rows >= 2)
            {
                Strip<TOrder, C2>(a, b, bPanel, c, bias, columns, tile);
                done = 2;
            }
            else
            {
                Strip<TOrder, C1>(a, b, bPanel, c, bias, columns, tile);
                done = 1;
            }
            rows -= done;
            a += done * tile.ARow;
            c += done * tile.Ldc;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strip<TOrder, TRows>(
        T* a, T* b, nint bPanel, T* c, T* bias, nint columns, in Tile<T> tile)
        where TOrder : struct, IConstant where TRows : struct, IConstant
    {
        nint vector = TSimd.Count;
        if (tile.Panel == 2 * vector)
        {
            MicroKernel<T, TVector, TSimd>.Run<TOrder, TRows, C2, C0>(a, b, c, bias, columns, tile);
            b += bPanel;
            c += 2 * vector;
            if (bias != null) bias += 2 * vector;
            columns -= 2 * vector;
        }
        while (columns >= 3 * vector)
        {
            MicroKernel<T, TVector, TSimd>.Run<TOrder, TRows, C3, C0>(a, b, c, bias, columns, tile);
            b += bPanel;
            c += 3 * vector;
            if (bias != null) bias += 3 * vector;
            columns -= 3 * vector;
        }
        if (columns == 0) return;
        if (columns > 2 * vector)
            MicroKernel<T, TVector, TSimd>.Run<TOrder, TRows, C3, C1>(a, b, c, bias, columns, tile);
        else if (columns == 2 * vector)
            MicroKernel<T, TVector, TSimd>.Run<TOrder, TRows, C2, C0>(a, b, c, bias, columns, tile);
        else if (columns > vector)
            MicroKernel<T, TVector, TSimd>.Run<TOrder, TRows, C2, C1>(a, b, c, bias, columns, tile);
        else if (columns == vector)
            MicroKernel<T, TVector, TSimd>.Run<TOrder, TRows, C1, C0>(a, b, c, bias, columns, tile);
        else MicroKernel<T, TVector, TSimd>.Run<TOrder, TRows, C1, C1>(a, b, c, bias, columns, tile);
    }
}
