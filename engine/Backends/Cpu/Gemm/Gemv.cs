using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>y = alpha · matrix · x + beta · y + bias: products with one row or one column.</summary>
/// <remarks>
/// Where the outputs are adjacent in the matrix, each is one chain of multiply-adds in ascending k. Where k is, each
/// is 64 bytes of partial sums (k modulo 16 in float32, 8 in float64) that are added by halves. Both begin anew every
/// <see cref="Chunk"/> elements of k.
/// </remarks>
internal static unsafe class Gemv<T, TVector, TSimd>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : struct, ISimd<T, TVector>
{
    private const nint Chunk = 8192;
    private const int Outputs = 512;

    /// <summary>Some of the outputs; alpha, beta and K are the product's.</summary>
    [SkipLocalsInit]
    public static void Run(
        in Product<T> p, T* matrix, nint output, nint step, T* x, nint xStep, T* y, nint yStep, T* bias,
        nint biasStep, nint from, nint to)
    {
        var sums = stackalloc T[Outputs];
        for (; from < to; from += Outputs)
        {
            var count = (int)Math.Min(Outputs, to - from);
            var first = true;
            nint k = 0;
            do
            {
                var depth = Math.Min(Chunk, p.K - k);
                var m = matrix + (from * output + k * step);
                var v = x + k * xStep;
                if (output == 1)
                {
                    if (first) new Span<T>(sums, count).Clear();
                    Columns(m, step, v, xStep, depth, sums, count, first);
                }
                else
                {
                    if (xStep != 1 && step == 1 && depth > 1)
                    {
                        var copy = (T*)Scratch.Packing(Chunk * sizeof(T));
                        for (nint i = 0; i < depth; i++) copy[i] = v[i * xStep];
                        v = copy;
                    }
                    Dots(m, output, step, v, step == 1 ? 1 : xStep, depth, sums, count, first);
                }
                first = false;
                k += depth;
            }
            while (k < p.K);
            Finish(p, sums, count, y + from * yStep, yStep, bias == null ? null : bias + from * biasStep, biasStep);
        }
    }

    private static void Finish(in Product<T> p, T* sums, int count, T* y, nint yStep, T* bias, nint biasStep)
    {
        var alpha = p.Alpha;
        var beta = p.Beta;
        if (yStep == 1 && alpha == T.One && beta == T.Zero && bias == null)
        {
            new Span<T>(sums, count).CopyTo(new Span<T>(y, count));
            return;
        }
        for (var i = 0; i < count; i++)
        {
            var v = sums[i] * alpha;
            if (beta != T.Zero) v = T.MultiplyAddEstimate(beta, y[i * yStep], v);
            if (bias != null) v += bias[i * biasStep];
            y[i * yStep] = v;
        }
    }

    // The sums of a further chunk are made apart and added, as the definition has it.
    [SkipLocalsInit]
    private static void Columns(T* m, nint step, T* x, nint xStep, nint depth, T* sums, int count, bool first)
    {
        var into = sums;
        var apart = stackalloc T[first ? 1 : Outputs];
        if (!first)
        {
            into = apart;
            new Span<T>(into, count).Clear();
        }
        nint k = 0;
        for (; k + 8 <= depth; k += 8) Eight(m + k * step, step, x + k * xStep, xStep, into, count);
        for (; k < depth; k++) One(m + k * step, x[k * xStep], into, count);
        if (first) return;
        for (var i = 0; i < count; i++) sums[i] += into[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight(T* m, nint step, T* x, nint xStep, T* sums, nint count)
    {
        var x0 = TSimd.Broadcast(x[0]);
        var x1 = TSimd.Broadcast(x[xStep]);
        var x2 = TSimd.Broadcast(x[2 * xStep]);
        var x3 = TSimd.Broadcast(x[3 * xStep]);
        var x4 = TSimd.Broadcast(x[4 * xStep]);
        var x5 = TSimd.Broadcast(x[5 * xStep]);
        var x6 = TSimd.Broadcast(x[6 * xStep]);
        var x7 = TSimd.Broadcast(x[7 * xStep]);
        var row = step * sizeof(T);
        var row2 = row * 2;
        var m0 = (byte*)m;
        var m3 = m0 + row2 + row;
        var m6 = m3 + row2 + row;
        var bytes = TSimd.Count * sizeof(T);
        for (; count >= TSimd.Count; count -= TSimd.Count, sums += TSimd.Count)
        {
            var s = TSimd.Load(sums);
            s = TSimd.MultiplyAdd(x0, TSimd.Load((T*)m0), s);
            s = TSimd.MultiplyAdd(x1, TSimd.Load((T*)(m0 + row)), s);
            s = TSimd.MultiplyAdd(x2, TSimd.Load((T*)(m0 + row2)), s);
            s = TSimd.MultiplyAdd(x3, TSimd.Load((T*)m3), s);
            s = TSimd.MultiplyAdd(x4, TSimd.Load((T*)(m3 + row)), s);
            s = TSimd.MultiplyAdd(x5, TSimd.Load((T*)(m3 + row2)), s);
            s = TSimd.MultiplyAdd(x6, TSimd.Load((T*)m6), s);
            s = TSimd.MultiplyAdd(x7, TSimd.Load((T*)(m6 + row)), s);
            TSimd.Store(sums, s);
            m0 += bytes;
            m3 += bytes;
            m6 += bytes;
        }
        if (count == 0) return;
        var mask = TSimd.Mask(count);
        var t = TSimd.Load(sums, mask);
        t = TSimd.MultiplyAdd(x0, TSimd.Load((T*)m0, mask), t);
        t = TSimd.MultiplyAdd(x1, TSimd.Load((T*)(m0 + row), mask), t);
        t = TSimd.MultiplyAdd(x2, TSimd.Load((T*)(m0 + row2), mask), t);
        t = TSimd.MultiplyAdd(x3, TSimd.Load((T*)m3, mask), t);
        t = TSimd.MultiplyAdd(x4, TSimd.Load((T*)(m3 + row), mask), t);
        t = TSimd.MultiplyAdd(x5, TSimd.Load((T*)(m3 + row2), mask), t);
        t = TSimd.MultiplyAdd(x6, TSimd.Load((T*)m6, mask), t);
        t = TSimd.MultiplyAdd(x7, TSimd.Load((T*)(m6 + row), mask), t);
        TSimd.Store(sums, mask, t);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(T* m, T x, T* sums, nint count)
    {
        // Edge lanes of a short vector cost more than the arithmetic of one element.
        if (count == 1)
        {
            *sums = T.MultiplyAddEstimate(x, *m, *sums);
            return;
        }
        var x0 = TSimd.Broadcast(x);
        for (; count >= TSimd.Count; count -= TSimd.Count, sums += TSimd.Count, m += TSimd.Count)
            TSimd.Store(sums, TSimd.MultiplyAdd(x0, TSimd.Load(m), TSimd.Load(sums)));
        if (count == 0) return;
        var mask = TSimd.Mask(count);
        TSimd.Store(sums, mask, TSimd.MultiplyAdd(x0, TSimd.Load(m, mask), TSimd.Load(sums, mask)));
    }

    private static void Dots(
        T* m, nint output, nint step, T* x, nint xStep, nint depth, T* sums, int count, bool first)
    {
        var line = 64 / sizeof(T);
        var vectors = line / TSimd.Count;
        var together = 8 / vectors;
        var some = stackalloc T[8];
        for (var i = 0; i < count;)
        {
            var row = m + i * output;
            var rows = 1;
            if (step != 1) some[0] = Strided(row, step, x, xStep, depth);
            else if (count - i >= together)
            {
                rows = together;
                if (vectors == 1) Dots1(row, output, x, depth, some);
                else if (vectors == 2) Dots2(row, output, x, depth, some);
                else Dots4(row, output, x, depth, some);
            }
            else
            {
                some[0] = Dot(row, x, depth);
            }
            for (var r = 0; r < rows; r++, i++) sums[i] = first ? some[r] : sums[i] + some[r];
        }
    }

    private static T Strided(T* m, nint step, T* x, nint xStep, nint depth)
    {
        var sum = T.Zero;
        for (nint k = 0; k < depth; k++) sum = T.MultiplyAddEstimate(x[k * xStep], m[k * step], sum);
        return sum;
    }

    // One output: as many vectors as 64 bytes have.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Dot(T* m, T* x, nint depth)
    {
        var n = (nint)TSimd.Count;
        var vectors = 64 / sizeof(T) / TSimd.Count;
        TVector s0 = default, s1 = default, s2 = default, s3 = default;
        nint k = 0;
        for (; k + 64 / sizeof(T) <= depth; k += 64 / sizeof(T))
        {
            s0 = TSimd.MultiplyAdd(TSimd.Load(x + k), TSimd.Load(m + k), s0);
            if (vectors > 1) s1 = TSimd.MultiplyAdd(TSimd.Load(x + k + n), TSimd.Load(m + k + n), s1);
            if (vectors > 2) s2 = TSimd.MultiplyAdd(TSimd.Load(x + k + 2 * n), TSimd.Load(m + k + 2 * n), s2);
            if (vectors > 2) s3 = TSimd.MultiplyAdd(TSimd.Load(x + k + 3 * n), TSimd.Load(m + k + 3 * n), s3);
        }
        if (k < depth)
        {
            s0 = Tail(x + k, m + k, depth - k, s0);
            if (vectors > 1) s1 = Tail(x + k + n, m + k + n, depth - k - n, s1);
            if (vectors > 2) s2 = Tail(x + k + 2 * n, m + k + 2 * n, depth - k - 2 * n, s2);
            if (vectors > 2) s3 = Tail(x + k + 3 * n, m + k + 3 * n, depth - k - 3 * n, s3);
        }
        return Sum(s0, s1, s2, s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Tail(T* x, T* m, nint count, TVector sum)
    {
        var mask = TSimd.Mask(count);
        return TSimd.MultiplyAdd(TSimd.Load(x, mask), TSimd.Load(m, mask), sum);
    }

    // By halves over the whole 64 bytes, whatever they are cut into.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Sum(TVector s0, TVector s1, TVector s2, TVector s3)
    {
        var vectors = 64 / sizeof(T) / TSimd.Count;
        if (vectors > 2) return TSimd.Sum(TSimd.Add(TSimd.Add(s0, s2), TSimd.Add(s1, s3)));
        return TSimd.Sum(vectors > 1 ? TSimd.Add(s0, s1) : s0);
    }

    // Eight outputs of one vector each.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dots1(T* m, nint output, T* x, nint depth, T* sums)
    {
        TVector s0 = default, s1 = default, s2 = default, s3 = default;
        TVector s4 = default, s5 = default, s6 = default, s7 = default;
        var row = output * sizeof(T);
        var row2 = row * 2;
        var m0 = (byte*)m;
        var m3 = m0 + row2 + row;
        var m6 = m3 + row2 + row;
        var mask = TSimd.Mask(TSimd.Count);
        for (; depth > 0; depth -= TSimd.Count, x += TSimd.Count)
        {
            if (depth < TSimd.Count) mask = TSimd.Mask(depth);
            var v = depth < TSimd.Count ? TSimd.Load(x, mask) : TSimd.Load(x);
            if (depth < TSimd.Count)
            {
                s0 = TSimd.MultiplyAdd(v, TSimd.Load((T*)m0, mask), s0);
                s1 = TSimd.MultiplyAdd(v, TSimd.Load((T*)(m0 + row), mask), s1);
                s2 = TSimd.MultiplyAdd(v, TSimd.Load((T*)(m0 + row2), mask), s2);
                s3 = TSimd.MultiplyAdd(v, TSimd.Load((T*)m3, mask), s3);
                s4 = TSimd.MultiplyAdd(v, TSimd.Load((T*)(m3 + row), mask), s4);
                s5 = TSimd.MultiplyAdd(v, TSimd.Load((T*)(m3 + row2), mask), s5);
                s6 = TSimd.MultiplyAdd(v, TSimd.Load((T*)m6, mask), s6);
                s7 = TSimd.MultiplyAdd(v, TSimd.Load((T*)(m6 + row), mask), s7);
                break;
            }
            s0 = TSimd.MultiplyAdd(v, TSimd.Load((T*)m0), s0);
            s1 = TSimd.MultiplyAdd(v, TSimd.Load((T*)(m0 + row)), s1);
            s2 = TSimd.MultiplyAdd(v, TSimd.Load((T*)(m0 + row2)), s2);
            s3 = TSimd.MultiplyAdd(v, TSimd.Load((T*)m3), s3);
            s4 = TSimd.MultiplyAdd(v, TSimd.Load((T*)(m3 + row)), s4);
            s5 = TSimd.MultiplyAdd(v, TSimd.Load((T*)(m3 + row2)), s5);
            s6 = TSimd.MultiplyAdd(v, TSimd.Load((T*)m6), s6);
            s7 = TSimd.MultiplyAdd(v, TSimd.Load((T*)(m6 + row)), s7);
            m0 += 64;
            m3 += 64;
            m6 += 64;
        }
        sums[0] = TSimd.Sum(s0);
        sums[1] = TSimd.Sum(s1);
        sums[2] = TSimd.Sum(s2);
        sums[3] = TSimd.Sum(s3);
        sums[4] = TSimd.Sum(s4);
        sums[5] = TSimd.Sum(s5);
        sums[6] = TSimd.Sum(s6);
        sums[7] = TSimd.Sum(s7);
    }

    // Four outputs of two vectors each.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dots2(T* m, nint output, T* x, nint depth, T* sums)
    {
        TVector a0 = default, a1 = default, b0 = default, b1 = default;
        TVector c0 = default, c1 = default, d0 = default, d1 = default;
        nint n = TSimd.Count;
        T* mb = m + output, mc = mb + output, md = mc + output;
        nint k = 0;
        for (; k + 2 * n <= depth; k += 2 * n)
        {
            var x0 = TSimd.Load(x + k);
            var x1 = TSimd.Load(x + k + n);
            a0 = TSimd.MultiplyAdd(x0, TSimd.Load(m + k), a0);
            a1 = TSimd.MultiplyAdd(x1, TSimd.Load(m + k + n), a1);
            b0 = TSimd.MultiplyAdd(x0, TSimd.Load(mb + k), b0);
            b1 = TSimd.MultiplyAdd(x1, TSimd.Load(mb + k + n), b1);
            c0 = TSimd.MultiplyAdd(x0, TSimd.Load(mc + k), c0);
            c1 = TSimd.MultiplyAdd(x1, TSimd.Load(mc + k + n), c1);
            d0 = TSimd.MultiplyAdd(x0, TSimd.Load(md + k), d0);
            d1 = TSimd.MultiplyAdd(x1, TSimd.Load(md + k + n), d1);
        }
        if (k < depth)
        {
            var left = depth - k;
            a0 = Tail(x + k, m + k, left, a0);
            b0 = Tail(x + k, mb + k, left, b0);
            c0 = Tail(x + k, mc + k, left, c0);
            d0 = Tail(x + k, md + k, left, d0);
            a1 = Tail(x + k + n, m + k + n, left - n, a1);
            b1 = Tail(x + k + n, mb + k + n, left - n, b1);
            c1 = Tail(x + k + n, mc + k + n, left - n, c1);
            d1 = Tail(x + k + n, md + k + n, left - n, d1);
        }
        sums[0] = TSimd.Sum(TSimd.Add(a0, a1));
        sums[1] = TSimd.Sum(TSimd.Add(b0, b1));
        sums[2] = TSimd.Sum(TSimd.Add(c0, c1));
        sums[3] = TSimd.Sum(TSimd.Add(d0, d1));
    }

    // Two outputs of four vectors each.
    private static void Dots4(T* m, nint output, T* x, nint depth, T* sums)
    {
        sums[0] = Dot(m, x, depth);
        sums[1] = Dot(m + output, x, depth);
    }
}
