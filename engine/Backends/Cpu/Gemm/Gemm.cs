using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>Matrix products over raw memory, for every numeric element type.</summary>
/// <remarks>
/// Strides count elements and may be anything, 0 included; only C's columns are adjacent, and C must not overlap A, B
/// or bias. An element of C depends, to the bit, on the sizes, on which strides are 1 and on the values alone: not on
/// the number of threads, and not on the width of the vectors where the machine has FMA.
/// Integers wrap around in their own type. float16 and bfloat16 are summed in float32 and rounded once, at the end.
/// </remarks>
internal static unsafe class Gemm
{
    /// <summary>C[m, n] = alpha · A[m, k] · B[k, n] + beta · C + bias[n]. With beta 0, C is not read.</summary>
    /// <exception cref="NotSupportedException">There is no product of <typeparamref name="T"/>.</exception>
    public static void Run<T>(
        nint m, nint n, nint k, T* a, nint aRow, nint aColumn, T* b, nint bRow, nint bColumn, T* c, nint cRow,
        T alpha, T beta, T* bias = null) where T : unmanaged
    {
        Product<T> product;
        product.M = m;
        product.N = n;
        product.K = k;
        product.A = a;
        product.ARow = aRow;
        product.AStep = aColumn;
        product.B = b;
        product.BStep = bRow;
        product.BColumn = bColumn;
        product.C = c;
        product.Ldc = cRow;
        product.Alpha = alpha;
        product.Beta = beta;
        product.Bias = bias;
        Run(product);
    }

    /// <summary>One product.</summary>
    /// <exception cref="NotSupportedException">There is no product of <typeparamref name="T"/>.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<T>(in Product<T> product) where T : unmanaged =>
        Run(product, default, default, default, default);

    /// <summary>
    /// One product for every index of the batch, whose sizes and strides are given outermost first; a stride of 0
    /// broadcasts an operand.
    /// </summary>
    /// <exception cref="NotSupportedException">There is no product of <typeparamref name="T"/>.</exception>
    public static void Run<T>(
        in Product<T> product, ReadOnlySpan<nint> batch, ReadOnlySpan<nint> aStrides, ReadOnlySpan<nint> bStrides,
        ReadOnlySpan<nint> cStrides) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) Go<T, float, SimdEngine<float>>(product, batch, aStrides, bStrides, cStrides);
        else if (typeof(T) == typeof(double))
            Go<T, double, SimdEngine<double>>(product, batch, aStrides, bStrides, cStrides);
        else if (typeof(T) == typeof(Half))
            Go<T, Half, NarrowEngine<Half, HalfFormat>>(product, batch, aStrides, bStrides, cStrides);
        else if (typeof(T) == typeof(BFloat16))
            Go<T, BFloat16, NarrowEngine<BFloat16, BFloat16Format>>(
                product, batch, aStrides, bStrides, cStrides);
        else if (typeof(T) == typeof(long))
            Go<T, long, IntegerEngine<long>>(product, batch, aStrides, bStrides, cStrides);
        else if (typeof(T) == typeof(int))
            Go<T, int, IntegerEngine<int>>(product, batch, aStrides, bStrides, cStrides);
        else if (typeof(T) == typeof(short))
            Go<T, short, IntegerEngine<short>>(product, batch, aStrides, bStrides, cStrides);
        else if (typeof(T) == typeof(sbyte))
            Go<T, sbyte, IntegerEngine<sbyte>>(product, batch, aStrides, bStrides, cStrides);
        else if (typeof(T) == typeof(byte))
            Go<T, byte, IntegerEngine<byte>>(product, batch, aStrides, bStrides, cStrides);
        else throw new NotSupportedException($"There is no matrix product of {typeof(T)} on the CPU.");
    }

    // Only called where T is TElement.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Go<T, TElement, TEngine>(
        in Product<T> product, ReadOnlySpan<nint> batch, ReadOnlySpan<nint> aStrides, ReadOnlySpan<nint> bStrides,
        ReadOnlySpan<nint> cStrides)
        where T : unmanaged where TElement : unmanaged where TEngine : struct, IGemmEngine<TElement>
    {
        ref var p = ref Unsafe.As<Product<T>, Product<TElement>>(ref Unsafe.AsRef(in product));
        if (p.M <= 0 || p.N <= 0) return;
        if (batch.Length == 0) GemmPlan<TElement, TEngine>.Run(p);
        else GemmPlan<TElement, TEngine>.Run(p, batch, aStrides, bStrides, cStrides);
    }
}
