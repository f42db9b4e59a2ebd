using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelEngine.Cpu;

/// <summary>
/// Products of few rows with a transposed right side, such as a linear layer's at a small batch: k is adjacent in both
/// operands, so that each element of C is a scalar product of what lies in memory, and nothing is packed.
/// </summary>
/// <remarks>
/// An element is summed as <see cref="Gemv{T,TVector,TSimd}"/> does: the rows of a small batch have the bits that each
/// has alone.
/// </remarks>
internal static unsafe class GemmDots<T, TVector, TSimd>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : struct, ISimd<T, TVector>
{
    private const nint MostRows = 15;
    private const nint LeastBytes = 256;
    private const nint Chunk = 8192;
    private const int Columns = 4;
    private const int MostBlock = 4;

    /// <summary>Whether a product is one of these; asked of the whole, since it decides the order of sums.</summary>
    public static bool Takes(in Product<T> p) =>
        p.BStep == 1 && p.BColumn != 1 && p.AStep == 1 && p.M <= MostRows && p.K * sizeof(T) >= LeastBytes;

    /// <summary>Rows m0 to m1, columns n0 to n1.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in Product<T> p, nint m0, nint m1, nint n0, nint n1)
    {
        // Accumulators of a block: rows by four columns, which have to stay in registers.
        nint most = TSimd.MaxRows >= 8 ? MostBlock : 2;
        var blocks = (m1 - m0 + most - 1) / most;
        var sums = stackalloc T[MostBlock * Columns];
        for (var j = n0; j < n1; j += Columns)
        {
            var columns = Math.Min(Columns, n1 - j);
            for (nint block = 0; block < blocks; block++)
            {
                // Even blocks, so that the last is not a sliver.
                var i = m0 + (m1 - m0) * block / blocks;
                var rows = m0 + (m1 - m0) * (block + 1) / blocks - i;
                for (nint k = 0; k < p.K; k += Chunk)
                {
                    var depth = Math.Min(Chunk, p.K - k);
                    var a = p.A + (i * p.ARow + k);
                    var b = p.B + (j * p.BColumn + k);
                    if (rows == 1) Block<C1>(a, p.ARow, b, p.BColumn, columns, depth, k == 0, sums);
                    else if (rows == 2) Block<C2>(a, p.ARow, b, p.BColumn, columns, depth, k == 0, sums);
                    else if (rows == 3) Block<C3>(a, p.ARow, b, p.BColumn, columns, depth, k == 0, sums);
                    else Block<C4>(a, p.ARow, b, p.BColumn, columns, depth, k == 0, sums);
                }

                var bias = p.Bias == null ? null : p.Bias + j;
                for (nint r = 0; r < rows; r++)
                    Finish(p, sums + r * Columns, p.C + ((i + r) * p.Ldc + j), bias, columns);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(in Product<T> p, T* sums, T* c, T* bias, nint columns)
    {
        for (nint j = 0; j < columns; j++)
        {
            var v = sums[j] * p.Alpha;
            if (p.Beta != T.Zero) v = T.MultiplyAddEstimate(p.Beta, c[j], v);
            c[j] = bias == null ? v : v + bias[j];
        }
    }

    // 64 bytes of partial sums for each element, vector after vector; then they are added by halves.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block<TRows>(
        T* a, nint aRow, T* b, nint bColumn, nint columns, nint depth, bool isFirst, T* sums)
        where TRows : struct, IConstant
    {
        const int bytes = 64;
        var line = bytes / sizeof(T);
        var parts = stackalloc byte[bytes * MostBlock * Columns];
        if (TSimd.Count == line)
        {
            Accumulate<TRows>(a, aRow, b, bColumn, columns, depth, (T*)parts);
            for (var e = 0; e < TRows.Value * Columns; e++)
                sums[e] = isFirst ? ((T*)parts)[e] : sums[e] + ((T*)parts)[e];
            return;
        }

        for (nint offset = 0; offset < line; offset += TSimd.Count)
            Accumulate<TRows>(a + offset, aRow, b + offset, bColumn, columns, depth - offset, (T*)parts + offset);
        for (var e = 0; e < TRows.Value * Columns; e++)
        {
            var part = (T*)parts + e * line;
            for (var width = line / 2; width >= TSimd.Count; width /= 2)
            {
                for (nint i = 0; i < width; i += TSimd.Count)
                    TSimd.Store(part + i, TSimd.Add(TSimd.Load(part + i), TSimd.Load(part + width + i)));
            }

            var sum = TSimd.Sum(TSimd.Load(part));
            sums[e] = isFirst ? sum : sums[e] + sum;
        }
    }

    // Columns beyond the last are the last once more.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate<TRows>(
        T* a, nint aRow, T* b, nint bColumn, nint columns, nint depth, T* parts)
        where TRows : struct, IConstant
    {
        nint line = 64 / sizeof(T);
        var a1 = a + aRow;
        var a2 = a1 + aRow;
        var a3 = a2 + aRow;
        var b1 = columns > 1 ? b + bColumn : b;
        var b2 = columns > 2 ? b1 + bColumn : b1;
        var b3 = columns > 3 ? b2 + bColumn : b2;
        TVector c00 = default, c01 = default, c02 = default, c03 = default;
        TVector c10 = default, c11 = default, c12 = default, c13 = default;
        TVector c20 = default, c21 = default, c22 = default, c23 = default;
        TVector c30 = default, c31 = default, c32 = default, c33 = default;
        nint k = 0;
        for (; k + TSimd.Count <= depth; k += line)
        {
            var x0 = TSimd.Load(a + k);
            var x1 = TRows.Value > 1 ? TSimd.Load(a1 + k) : default;
            var x2 = TRows.Value > 2 ? TSimd.Load(a2 + k) : default;
            var x3 = TRows.Value > 3 ? TSimd.Load(a3 + k) : default;
            MultiplyAdd<TRows>(TSimd.Load(b + k), x0, x1, x2, x3, ref c00, ref c10, ref c20, ref c30);
            MultiplyAdd<TRows>(TSimd.Load(b1 + k), x0, x1, x2, x3, ref c01, ref c11, ref c21, ref c31);
            MultiplyAdd<TRows>(TSimd.Load(b2 + k), x0, x1, x2, x3, ref c02, ref c12, ref c22, ref c32);
            MultiplyAdd<TRows>(TSimd.Load(b3 + k), x0, x1, x2, x3, ref c03, ref c13, ref c23, ref c33);
        }

        if (k < depth)
        {
            var mask = TSimd.Mask(depth - k);
            var x0 = TSimd.Load(a + k, mask);
            var x1 = TRows.Value > 1 ? TSimd.Load(a1 + k, mask) : default;
            var x2 = TRows.Value > 2 ? TSimd.Load(a2 + k, mask) : default;
            var x3 = TRows.Value > 3 ? TSimd.Load(a3 + k, mask) : default;
            MultiplyAdd<TRows>(TSimd.Load(b + k, mask), x0, x1, x2, x3, ref c00, ref c10, ref c20, ref c30);
            MultiplyAdd<TRows>(TSimd.Load(b1 + k, mask), x0, x1, x2, x3, ref c01, ref c11, ref c21, ref c31);
            MultiplyAdd<TRows>(TSimd.Load(b2 + k, mask), x0, x1, x2, x3, ref c02, ref c12, ref c22, ref c32);
            MultiplyAdd<TRows>(TSimd.Load(b3 + k, mask), x0, x1, x2, x3, ref c03, ref c13, ref c23, ref c33);
        }

        Store(parts, c00, c01, c02, c03);
        parts += TSimd.Count == line ? Columns : Columns * line;
        if (TRows.Value > 1) Store(parts, c10, c11, c12, c13);
        parts += TSimd.Count == line ? Columns : Columns * line;
        if (TRows.Value > 2) Store(parts, c20, c21, c22, c23);
        parts += TSimd.Count == line ? Columns : Columns * line;
        if (TRows.Value > 3) Store(parts, c30, c31, c32, c33);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd<TRows>(
        TVector y, TVector x0, TVector x1, TVector x2, TVector x3, ref TVector c0, ref TVector c1, ref TVector c2,
        ref TVector c3) where TRows : struct, IConstant
    {
        c0 = TSimd.MultiplyAdd(x0, y, c0);
        if (TRows.Value > 1) c1 = TSimd.MultiplyAdd(x1, y, c1);
        if (TRows.Value > 2) c2 = TSimd.MultiplyAdd(x2, y, c2);
        if (TRows.Value > 3) c3 = TSimd.MultiplyAdd(x3, y, c3);
    }

    // What was summed: the sums where a vector has all of their parts, else the vectors.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* parts, TVector c0, TVector c1, TVector c2, TVector c3)
    {
        nint line = 64 / sizeof(T);
        if (TSimd.Count != line)
        {
            TSimd.Store(parts, c0);
            TSimd.Store(parts + line, c1);
            TSimd.Store(parts + 2 * line, c2);
            TSimd.Store(parts + 3 * line, c3);
        }
        else if (typeof(TVector) == typeof(Vector512<float>) && Sse.IsSupported)
        {
            // By halves as ever, the last two times for all four at once.
            var (x, y) = (Quarter(c0), Quarter(c1));
            var (z, w) = (Quarter(c2), Quarter(c3));
            var first = Sse.UnpackLow(x, y) + Sse.UnpackHigh(x, y);
            var second = Sse.UnpackLow(z, w) + Sse.UnpackHigh(z, w);
            (Sse.MoveLowToHigh(first, second) + Sse.MoveHighToLow(second, first)).Store((float*)parts);
        }
        else
        {
            parts[0] = TSimd.Sum(c0);
            parts[1] = TSimd.Sum(c1);
            parts[2] = TSimd.Sum(c2);
            parts[3] = TSimd.Sum(c3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Quarter(TVector value)
    {
        var whole = (Vector512<float>)(object)value;
        var half = whole.GetLower() + whole.GetUpper();
        return half.GetLower() + half.GetUpper();
    }
}
