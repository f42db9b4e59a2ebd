using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelEngine.Cpu;

/// <summary>How numbers of 16 bits become float32 and back, rounded to the nearest, ties to even.</summary>
internal unsafe interface INarrowFormat<T> where T : unmanaged
{
    static abstract void Widen(T* from, nint step, float* to, nint count);

    static abstract void Narrow(float* from, T* to, nint count);

    static abstract float Widen(T value);
}

internal readonly unsafe struct BFloat16Format : INarrowFormat<BFloat16>
{
    public static float Widen(BFloat16 value) => value;

    public static void Widen(BFloat16* from, nint step, float* to, nint count)
    {
        nint i = 0;
        if (step == 1)
        {
            for (; i + 16 <= count; i += 16)
            {
                var (low, high) = Vector256.Widen(Vector256.Load((ushort*)from + i));
                (low << 16).Store((uint*)to + i);
                (high << 16).Store((uint*)to + i + 8);
            }
        }
        for (; i < count; i++) to[i] = Widen(from[i * step]);
    }

    public static void Narrow(float* from, BFloat16* to, nint count)
    {
        for (nint i = 0; i < count; i++)
            to[i] = (BFloat16)from[i];
    }
}

internal readonly unsafe struct HalfFormat : INarrowFormat<Half>
{
    public static float Widen(Half value) => (float)value;

    public static void Widen(Half* from, nint step, float* to, nint count)
    {
        nint i = 0;
        if (step == 1)
        {
            for (; i + 16 <= count; i += 16)
            {
                var (low, high) = Vector256.Widen(Vector256.Load((ushort*)from + i));
                Widen(low).Store(to + i);
                Widen(high).Store(to + i + 8);
            }
        }
        for (; i < count; i++) to[i] = (float)from[i * step];
    }

    // Exponent and fraction moved into a float32's places are 2^-112 too small, subnormals included; the exponent of
    // infinity and NaN is set apart.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Widen(Vector256<uint> half)
    {
        var magnitude = (half & Vector256.Create(0x7fffu)) << 13;
        var scaled = magnitude.AsSingle() * BitConverter.UInt32BitsToSingle(0x77800000);
        var special = Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(0x0f800000u));
        var bits = Vector256.ConditionalSelect(
            special, magnitude | Vector256.Create(0x7f800000u), scaled.AsUInt32());
        return (bits | (half & Vector256.Create(0x8000u)) << 16).AsSingle();
    }

    public static void Narrow(float* from, Half* to, nint count)
    {
        for (nint i = 0; i < count; i++) to[i] = (Half)from[i];
    }
}

/// <summary>Products of float16 and bfloat16: converted block by block, summed in float32, rounded once.</summary>
internal readonly unsafe struct NarrowEngine<T, TFormat> : IGemmEngine<T>
    where T : unmanaged where TFormat : struct, INarrowFormat<T>
{
    private const nint Rows = 192;
    private const nint Columns = 256;
    private const nint Depth = 512;

    public static void Block(in Product<T> p, nint m0, nint m1, nint n0, nint n1)
    {
        var rows = Math.Min(Rows, m1 - m0);
        var columns = Math.Min(Columns, n1 - n0);
        var depth = Math.Min(Depth, p.K);
        var a = (float*)Scratch.Converting((rows * depth + depth * columns + (rows + 1) * columns) * sizeof(float));
        var b = a + rows * depth;
        var c = b + depth * columns;
        var bias = c + rows * columns;
        var alpha = TFormat.Widen(p.Alpha);
        var beta = TFormat.Widen(p.Beta);
        for (var j = n0; j < n1; j += columns)
        {
            var n = Math.Min(columns, n1 - j);
            if (p.Bias != null) TFormat.Widen(p.Bias + j, 1, bias, n);
            for (var i = m0; i < m1; i += rows)
            {
                var m = Math.Min(rows, m1 - i);
                if (beta != 0)
                    for (nint r = 0; r < m; r++) TFormat.Widen(p.C + ((i + r) * p.Ldc + j), 1, c + r * columns, n);
                var part = new Product<float>
                {
                    M = m,
                    N = n,
                    A = a,
                    B = b,
                    C = c,
                    Ldc = columns,
                    Alpha = alpha,
                    Beta = beta,
                    Bias = p.Bias == null ? null : bias,
                };
                nint k = 0;
                do
                {
                    part.K = Math.Min(depth, p.K - k);
                    // Each operand keeps its order, so that rows are converted where they are adjacent.
                    Convert(p.A + (i * p.ARow + k * p.AStep), p.ARow, p.AStep, m, part.K, a, out part.ARow,
                        out part.AStep);
                    Convert(p.B + (k * p.BStep + j * p.BColumn), p.BStep, p.BColumn, part.K, n, b, out part.BStep,
                        out part.BColumn);
                    Multiply(part, m, n);
                    part.Beta = 1;
                    part.Bias = null;
                    k += depth;
                }
                while (k < p.K);
                for (nint r = 0; r < m; r++) TFormat.Narrow(c + r * columns, p.C + ((i + r) * p.Ldc + j), n);
            }
        }
    }

    // Never the kernels for one row or column: how C is cut must not choose the order of a sum.
    private static void Multiply(in Product<float> part, nint m, nint n)
    {
        if (Vector512.IsHardwareAccelerated) GemmBlock<float, Vector512<float>, F32x16>.Run(part, 0, m, 0, n);
        else if (Vector256.IsHardwareAccelerated) GemmBlock<float, Vector256<float>, F32x8>.Run(part, 0, m, 0, n);
        else GemmBlock<float, Vector128<float>, F32x4>.Run(part, 0, m, 0, n);
    }

    private static void Convert(
        T* from, nint row, nint column, nint rows, nint columns, float* to, out nint toRow, out nint toColumn)
    {
        if (row == 1 && column != 1)
        {
            for (nint c = 0; c < columns; c++) TFormat.Widen(from + c * column, 1, to + c * rows, rows);
            (toRow, toColumn) = (1, rows);
            return;
        }
        for (nint r = 0; r < rows; r++) TFormat.Widen(from + r * row, column, to + r * columns, columns);
        (toRow, toColumn) = (columns, 1);
    }
}
