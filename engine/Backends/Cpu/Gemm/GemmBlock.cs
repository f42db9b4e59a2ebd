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

    /// <summary>Rows m0 to m1, columns n0 to n1.</summary>
    public static void Run(in Product<T> p, nint m0, nint m1, nint n0, nint n1)
    {
        var rowBlock = (nint)TSimd.MaxRows;
        var panel = (nint)TSimd.Count * 2;
        var m = m1 - m0;
        var n = n1 - n0;
        var depth = Depth(p.K);
        var packB = p.BColumn != 1 || (m > 2 * rowBlock && n * p.K > 48 * 1024);
        var packA = n > 4 * panel && m * p.K > 32 * 1024;
        var width = packB ? WidthBytes / sizeof(T) : n;

        var bytesB = packB ? (Math.Min(width, n) + panel - 1) / panel * panel * depth * sizeof(T) : 0;
        var bytesA = packA ? rowBlock * depth * sizeof(T) : 0;
        var packedB = bytesA + bytesB == 0 ? null : (T*)Scratch.Packing(bytesA + bytesB);
        var packedA = (T*)((byte*)packedB + bytesB);

        Tile<T> tile = default;
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
                var bias = k == 0 && p.Bias != null ? p.Bias + j : null;
                var b = p.B + (k * p.BStep + j * p.BColumn);
                if (packB)
                {
                    Packing<T, TVector, TSimd>.Columns(b, p.BStep, p.BColumn, tile.K, columns, packedB);
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
                    Rows(rows, a, b, bPanel, p.C + (i * p.Ldc + j), bias, columns, tile);
                }
                k += depth;
            }
            while (k < p.K);
        }
    }

    // Even blocks, so that the last is not a sliver.
    private static nint Depth(nint k)
    {
        var most = DepthBytes / sizeof(T);
        if (k <= most) return k;
        var blocks = (k + most - 1) / most;
        return ((k + blocks - 1) / blocks + 7) & ~(nint)7;
    }

    private static void Rows(
        nint rows, T* a, T* b, nint bPanel, T* c, T* bias, nint columns, in Tile<T> tile)
    {
        while (rows > 0)
        {
            nint done;
            if (rows >= 12 && TSimd.MaxRows >= 12)
            {
                Strip<C12>(a, b, bPanel, c, bias, columns, tile);
                done = 12;
            }
            else if (rows >= 8 && TSimd.MaxRows >= 8)
            {
                Strip<C8>(a, b, bPanel, c, bias, columns, tile);
                done = 8;
            }
            else if (rows >= 6)
            {
                Strip<C6>(a, b, bPanel, c, bias, columns, tile);
                done = 6;
            }
            else if (rows >= 4)
            {
                Strip<C4>(a, b, bPanel, c, bias, columns, tile);
                done = 4;
            }
            else if (rows >= 2)
            {
                Strip<C2>(a, b, bPanel, c, bias, columns, tile);
                done = 2;
            }
            else
            {
                Strip<C1>(a, b, bPanel, c, bias, columns, tile);
                done = 1;
            }
            rows -= done;
            a += done * tile.ARow;
            c += done * tile.Ldc;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strip<TRows>(
        T* a, T* b, nint bPanel, T* c, T* bias, nint columns, in Tile<T> tile) where TRows : struct, IConstant
    {
        nint panel = TSimd.Count * 2;
        while (columns >= panel)
        {
            MicroKernel<T, TVector, TSimd>.Run<TRows, C1, C0>(a, b, c, bias, panel, tile);
            b += bPanel;
            c += panel;
            if (bias != null) bias += panel;
            columns -= panel;
        }
        if (columns == 0) return;
        if (columns > TSimd.Count) MicroKernel<T, TVector, TSimd>.Run<TRows, C1, C1>(a, b, c, bias, columns, tile);
        else if (columns == TSimd.Count)
            MicroKernel<T, TVector, TSimd>.Run<TRows, C0, C0>(a, b, c, bias, columns, tile);
        else MicroKernel<T, TVector, TSimd>.Run<TRows, C0, C1>(a, b, c, bias, columns, tile);
    }
}
