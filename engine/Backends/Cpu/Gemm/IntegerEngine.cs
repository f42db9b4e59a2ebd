using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>Products of whole numbers, which wrap around in their own type; their order does not matter.</summary>
internal readonly unsafe struct IntegerEngine<T> : IGemmEngine<T> where T : unmanaged, IBinaryInteger<T>
{
    // Columns whose sums are kept at hand while k runs.
    private const int Width = 256;

    [SkipLocalsInit]
    public static void Block(in Product<T> p, nint m0, nint m1, nint n0, nint n1)
    {
        var sums = stackalloc T[Width];
        for (var j = n0; j < n1; j += Width)
        {
            var count = (int)Math.Min(Width, n1 - j);
            for (var i = m0; i < m1; i++)
            {
                var a = p.A + i * p.ARow;
                var b = p.B + j * p.BColumn;
                new Span<T>(sums, count).Clear();
                if (p.BColumn == 1)
                {
                    for (nint k = 0; k < p.K; k++) Add(a[k * p.AStep], b + k * p.BStep, sums, count);
                }
                else
                {
                    for (var o = 0; o < count; o++) sums[o] = Dot(a, p.AStep, b + o * p.BColumn, p.BStep, p.K);
                }
                var c = p.C + (i * p.Ldc + j);
                for (var o = 0; o < count; o++)
                {
                    var v = unchecked(sums[o] * p.Alpha);
                    if (p.Beta != T.Zero) v = unchecked(v + p.Beta * c[o]);
                    if (p.Bias != null) v = unchecked(v + p.Bias[j + o]);
                    c[o] = v;
                }
            }
        }
    }

    private static void Add(T a, T* b, T* sums, int count)
    {
        var o = 0;
        for (; o + Vector<T>.Count <= count; o += Vector<T>.Count)
            Vector.Store(Vector.Load(sums + o) + Vector.Load(b + o) * a, sums + o);
        for (; o < count; o++) sums[o] = unchecked(sums[o] + a * b[o]);
    }

    private static T Dot(T* a, nint aStep, T* b, nint bStep, nint depth)
    {
        var sum = T.Zero;
        nint k = 0;
        if (aStep == 1 && bStep == 1)
        {
            var wide = Vector<T>.Zero;
            for (; k + Vector<T>.Count <= depth; k += Vector<T>.Count) wide += Vector.Load(a + k) * Vector.Load(b + k);
            sum = Vector.Sum(wide);
        }
        for (; k < depth; k++) sum = unchecked(sum + a[k * aStep] * b[k * bStep]);
        return sum;
    }
}
