using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelEngine.Cpu;

/// <summary>Products of float32 and float64 with the widest vectors that the machine runs well.</summary>
internal readonly unsafe struct SimdEngine<T> : IGemmEngine<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Block(in Product<T> product, nint m0, nint m1, nint n0, nint n1)
    {
        if (typeof(T) == typeof(float))
        {
            ref var p = ref Unsafe.As<Product<T>, Product<float>>(ref Unsafe.AsRef(in product));
            if (Vector512.IsHardwareAccelerated) Block<float, Vector512<float>, F32x16>(p, m0, m1, n0, n1);
            else if (Vector256.IsHardwareAccelerated) Block<float, Vector256<float>, F32x8>(p, m0, m1, n0, n1);
            else Block<float, Vector128<float>, F32x4>(p, m0, m1, n0, n1);
        }
        else
        {
            ref var p = ref Unsafe.As<Product<T>, Product<double>>(ref Unsafe.AsRef(in product));
            if (Vector512.IsHardwareAccelerated) Block<double, Vector512<double>, F64x8>(p, m0, m1, n0, n1);
            else if (Vector256.IsHardwareAccelerated) Block<double, Vector256<double>, F64x4>(p, m0, m1, n0, n1);
            else Block<double, Vector128<double>, F64x2>(p, m0, m1, n0, n1);
        }
    }

    /// <summary>The same with vectors of a given width.</summary>
    public static void Block<TElement, TVector, TSimd>(
        in Product<TElement> p, nint m0, nint m1, nint n0, nint n1)
        where TElement : unmanaged, IBinaryFloatingPointIeee754<TElement>
        where TVector : struct where TSimd : struct, ISimd<TElement, TVector>
    {
        if (p.N == 1 && p.M == 1 && p.K == 1)
        {
            var v = *p.A * *p.B * p.Alpha;
            if (p.Beta != TElement.Zero) v = TElement.MultiplyAddEstimate(p.Beta, *p.C, v);
            *p.C = p.Bias == null ? v : v + *p.Bias;
        }
        else if (p.N == 1)
        {
            Gemv<TElement, TVector, TSimd>.Run(
                p, p.A, p.ARow, p.AStep, p.B, p.BStep, p.C, p.Ldc, p.Bias, 0, m0, m1);
        }
        else if (p.M == 1)
        {
            Gemv<TElement, TVector, TSimd>.Run(
                p, p.B, p.BColumn, p.BStep, p.A, p.AStep, p.C, 1, p.Bias, 1, n0, n1);
        }
        else if (GemmDots<TElement, TVector, TSimd>.Takes(p))
        {
            GemmDots<TElement, TVector, TSimd>.Run(p, m0, m1, n0, n1);
        }
        else
        {
            GemmBlock<TElement, TVector, TSimd>.Run(p, m0, m1, n0, n1);
        }
    }
}
