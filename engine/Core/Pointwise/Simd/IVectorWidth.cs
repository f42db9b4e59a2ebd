namespace KernelEngine;

/// <summary>
/// Vectors of one width, so that a <see cref="IUnaryForm"/> or its like is written once for all widths.
/// </summary>
/// <typeparam name="V">The vector.</typeparam>
/// <typeparam name="T">Its elements: int, long, float or double.</typeparam>
internal interface IVectorWidth<V, T> where V : unmanaged where T : unmanaged
{
    static abstract V Add(V a, V b);
    static abstract V Sub(V a, V b);
    static abstract V Mul(V a, V b);
    static abstract V Div(V a, V b);
    static abstract V Fma(V a, V b, V c);
    static abstract V Neg(V a);
    static abstract V Abs(V a);
    static abstract V Min(V a, V b);
    static abstract V Max(V a, V b);
    static abstract V Sqrt(V a);
    static abstract V Floor(V a);
    static abstract V Ceil(V a);
    static abstract V Trunc(V a);
    static abstract V Round(V a);
    static abstract V Eq(V a, V b);
    static abstract V Lt(V a, V b);
    static abstract V Le(V a, V b);
    static abstract V And(V a, V b);
    static abstract V Or(V a, V b);
    static abstract V Xor(V a, V b);
    static abstract V Not(V a);
    static abstract V Select(V mask, V a, V b);
    static abstract V Shl(V a, V count);
    static abstract V Shr(V a, V count);
    static abstract V ShrLogical(V a, V count);
}
