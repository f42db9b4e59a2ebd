using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>What orthogonal transformations do with rows of adjacent elements. The order of sums is fixed.</summary>
internal static unsafe class RowOperations<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Σ a · b, in as many partial sums as a 256-bit vector has elements, four times.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Dot(T* a, T* b, nint count)
    {
        var lanes = 128 / sizeof(T);
        var sums = stackalloc T[lanes];
        var i = count - (count % lanes);
        if (i > 0)
        {
            // Vectors of any width add the same elements to the same sums.
            new Span<T>(sums, lanes).Clear();
            for (nint at = 0; at < lanes; at += Vector<T>.Count)
            {
                var sum = Vector<T>.Zero;
                for (var k = at; k < i; k += lanes)
                    sum += Vector.Load(a + k) * Vector.Load(b + k);
                Vector.Store(sum, sums + at);
            }

            for (var half = lanes / 2; half > 0; half /= 2)
            {
                for (var k = 0; k < half; k++)
                    sums[k] += sums[k + half];
            }
        }

        var total = i > 0 ? sums[0] : T.Zero;
        for (; i < count; i++)
            total += a[i] * b[i];
        return total;
    }

    /// <summary>a += factor · b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled(T* a, T* b, T factor, nint count)
    {
        nint i = 0;
        var wide = new Vector<T>(factor);
        for (; i <= count - Vector<T>.Count; i += Vector<T>.Count)
            Vector.Store(Vector.Load(a + i) + (wide * Vector.Load(b + i)), a + i);
        for (; i < count; i++)
            a[i] += factor * b[i];
    }

    /// <summary>a, b = c · a - s · b, s · a + c · b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rotate(T* a, T* b, T c, T s, nint count)
    {
        nint i = 0;
        var (wideC, wideS) = (new Vector<T>(c), new Vector<T>(s));
        for (; i <= count - Vector<T>.Count; i += Vector<T>.Count)
        {
            var (x, y) = (Vector.Load(a + i), Vector.Load(b + i));
            Vector.Store((wideC * x) - (wideS * y), a + i);
            Vector.Store((wideS * x) + (wideC * y), b + i);
        }

        for (; i < count; i++)
            (a[i], b[i]) = ((c * a[i]) - (s * b[i]), (s * a[i]) + (c * b[i]));
    }
}
