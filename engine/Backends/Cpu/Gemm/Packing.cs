using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelEngine.Cpu;

/// <summary>Brings a part of an operand into the order in which register blocks read it.</summary>
internal static unsafe class Packing<T, TVector, TSimd>
    where T : unmanaged
    where TVector : struct
    where TSimd : struct, ISimd<T, TVector>
{
    /// <summary>Panels of two or three vectors of columns, each k after k; beyond the last column undefined.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Columns(T* b, nint step, nint column, nint k, nint columns, nint panel, T* to)
    {
        for (nint j = 0; j < columns; j += panel, to += panel * k)
        {
            var count = Math.Min(panel, columns - j);
            var from = b + j * column;
            if (column != 1)
            {
                Transpose(from, column, step, (int)count, k, to, panel);
            }
            else if (count == 3 * TSimd.Count)
            {
                var target = to;
                for (nint i = 0; i < k; i++, from += step, target += panel)
                {
                    var v0 = TSimd.Load(from);
                    var v1 = TSimd.Load(from + TSimd.Count);
                    TSimd.Store(target, v0);
                    var v2 = TSimd.Load(from + 2 * TSimd.Count);
                    TSimd.Store(target + TSimd.Count, v1);
                    TSimd.Store(target + 2 * TSimd.Count, v2);
                }
            }
            else
            {
                var mask0 = TSimd.Mask(count);
                var mask1 = TSimd.Mask(count - TSimd.Count);
                var mask2 = TSimd.Mask(count - 2 * TSimd.Count);
                var target = to;
                for (nint i = 0; i < k; i++, from += step, target += panel)
                {
                    TSimd.Store(target, mask0, TSimd.Load(from, mask0));
                    TSimd.Store(target + TSimd.Count, mask1, TSimd.Load(from + TSimd.Count, mask1));
                    TSimd.Store(target + 2 * TSimd.Count, mask2, TSimd.Load(from + 2 * TSimd.Count, mask2));
                }
            }
        }
    }

    /// <summary>Up to a register block of rows of A, side by side, k after k.</summary>
    public static void Rows(T* a, nint row, nint step, nint rows, nint k, T* to)
    {
        nint block = TSimd.MaxRows;
        if (row != 1)
        {
            Transpose(a, row, step, (int)rows, k, to, block);
            return;
        }
        if (rows * sizeof(T) == 32)
        {
            for (nint i = 0; i < k; i++, a += step, to += block) Vector256.Load((byte*)a).Store((byte*)to);
            return;
        }
        if (rows * sizeof(T) == 64)
        {
            for (nint i = 0; i < k; i++, a += step, to += block) Vector512.Load((byte*)a).Store((byte*)to);
            return;
        }
        if (rows * sizeof(T) == 16)
        {
            for (nint i = 0; i < k; i++, a += step, to += block) Vector128.Load((byte*)a).Store((byte*)to);
            return;
        }
        for (nint i = 0; i < k; i++, a += step, to += block)
            for (nint r = 0; r < rows; r++) to[r] = a[r];
    }

    /// <summary>to[i · stride + r] = from[r · row + i · step] for r below rows and i below k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(T* from, nint row, nint step, int rows, nint k, T* to, nint stride)
    {
        nint r = 0;
        if (step == 1 && sizeof(T) == 4)
        {
            if (Avx512F.IsSupported && Vector512.IsHardwareAccelerated)
                for (; r + 16 <= rows; r += 16) Sixteen((float*)(from + r * row), row, k, (float*)(to + r), stride);
            if (Avx.IsSupported)
                for (; r + 8 <= rows; r += 8) Eight((float*)(from + r * row), row, k, (float*)(to + r), stride);
            if (Sse2.IsSupported)
                for (; r + 4 <= rows; r += 4) Four((float*)(from + r * row), row, k, (float*)(to + r), stride);
        }
        if (step == 1 && sizeof(T) == 8 && Avx.IsSupported)
            for (; r + 4 <= rows; r += 4) Four((double*)(from + r * row), row, k, (double*)(to + r), stride);
        for (; r + 4 <= rows; r += 4)
        {
            var f0 = from + r * row;
            var f1 = f0 + row;
            var f2 = f1 + row;
            var f3 = f2 + row;
            var t = to + r;
            for (nint i = 0; i < k; i++, t += stride)
            {
                t[0] = f0[i * step];
                t[1] = f1[i * step];
                t[2] = f2[i * step];
                t[3] = f3[i * step];
            }
        }
        for (; r < rows; r++)
        {
            var f = from + r * row;
            var t = to + r;
            for (nint i = 0; i < k; i++, t += stride) *t = f[i * step];
        }
    }

    // Each 128-bit lane is a 4×4 transposition of its own: lane l holds rows 4l to 4l + 3, so that the results come
    // out in order and no shuffle crosses a lane; the lanes are filled from memory.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sixteen(float* f, nint row, nint k, float* to, nint stride)
    {
        nint i = 0;
        for (; i + 4 <= k; i += 4, f += 4)
        {
            var v0 = Gather(f, row);
            var v1 = Gather(f + row, row);
            var v2 = Gather(f + 2 * row, row);
            var v3 = Gather(f + 3 * row, row);
            var low0 = Avx512F.UnpackLow(v0, v1).AsDouble();
            var low1 = Avx512F.UnpackLow(v2, v3).AsDouble();
            var high0 = Avx512F.UnpackHigh(v0, v1).AsDouble();
            var high1 = Avx512F.UnpackHigh(v2, v3).AsDouble();
            Avx512F.UnpackLow(low0, low1).AsSingle().Store(to);
            Avx512F.UnpackHigh(low0, low1).AsSingle().Store(to + stride);
            to += 2 * stride;
            Avx512F.UnpackLow(high0, high1).AsSingle().Store(to);
            Avx512F.UnpackHigh(high0, high1).AsSingle().Store(to + stride);
            to += 2 * stride;
        }
        Rest(f, row, k - i, 16, to, stride);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> Gather(float* p, nint row)
        {
            var v = Vector128.Load(p).ToVector256Unsafe().ToVector512Unsafe();
            v = Avx512F.InsertVector128(v, Vector128.Load(p + 4 * row), 1);
            v = Avx512F.InsertVector128(v, Vector128.Load(p + 8 * row), 2);
            return Avx512F.InsertVector128(v, Vector128.Load(p + 12 * row), 3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight(float* f, nint row, nint k, float* to, nint stride)
    {
        nint i = 0;
        for (; i + 4 <= k; i += 4, f += 4)
        {
            var v0 = Gather(f, row);
            var v1 = Gather(f + row, row);
            var v2 = Gather(f + 2 * row, row);
            var v3 = Gather(f + 3 * row, row);
            var low0 = Avx.UnpackLow(v0, v1).AsDouble();
            var low1 = Avx.UnpackLow(v2, v3).AsDouble();
            var high0 = Avx.UnpackHigh(v0, v1).AsDouble();
            var high1 = Avx.UnpackHigh(v2, v3).AsDouble();
            Avx.UnpackLow(low0, low1).AsSingle().Store(to);
            Avx.UnpackHigh(low0, low1).AsSingle().Store(to + stride);
            to += 2 * stride;
            Avx.UnpackLow(high0, high1).AsSingle().Store(to);
            Avx.UnpackHigh(high0, high1).AsSingle().Store(to + stride);
            to += 2 * stride;
        }
        Rest(f, row, k - i, 8, to, stride);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<float> Gather(float* p, nint row) =>
            Avx.InsertVector128(Vector128.Load(p).ToVector256Unsafe(), Vector128.Load(p + 4 * row), 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(float* f, nint row, nint k, float* to, nint stride)
    {
        nint i = 0;
        for (; i + 4 <= k; i += 4, f += 4)
        {
            var v0 = Vector128.Load(f);
            var v1 = Vector128.Load(f + row);
            var v2 = Vector128.Load(f + 2 * row);
            var v3 = Vector128.Load(f + 3 * row);
            var low0 = Sse.UnpackLow(v0, v1).AsDouble();
            var low1 = Sse.UnpackLow(v2, v3).AsDouble();
            var high0 = Sse.UnpackHigh(v0, v1).AsDouble();
            var high1 = Sse.UnpackHigh(v2, v3).AsDouble();
            Sse2.UnpackLow(low0, low1).AsSingle().Store(to);
            Sse2.UnpackHigh(low0, low1).AsSingle().Store(to + stride);
            to += 2 * stride;
            Sse2.UnpackLow(high0, high1).AsSingle().Store(to);
            Sse2.UnpackHigh(high0, high1).AsSingle().Store(to + stride);
            to += 2 * stride;
        }
        Rest(f, row, k - i, 4, to, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(double* f, nint row, nint k, double* to, nint stride)
    {
        nint i = 0;
        for (; i + 2 <= k; i += 2, f += 2)
        {
            var even = Avx.InsertVector128(
                Vector128.Load(f).ToVector256Unsafe(), Vector128.Load(f + 2 * row), 1);
            var odd = Avx.InsertVector128(
                Vector128.Load(f + row).ToVector256Unsafe(), Vector128.Load(f + 3 * row), 1);
            Avx.UnpackLow(even, odd).Store(to);
            Avx.UnpackHigh(even, odd).Store(to + stride);
            to += 2 * stride;
        }
        Rest(f, row, k - i, 4, to, stride);
    }

    private static void Rest<TElement>(TElement* f, nint row, nint k, int rows, TElement* to, nint stride)
        where TElement : unmanaged
    {
        for (nint i = 0; i < k; i++, f++, to += stride)
            for (nint r = 0; r < rows; r++) to[r] = f[r * row];
    }
}
