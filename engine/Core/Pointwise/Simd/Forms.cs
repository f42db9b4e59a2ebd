using System.Runtime.CompilerServices;

namespace KernelEngine;

/// <summary>A primitive of one argument, for vectors of any width.</summary>
internal interface IUnaryForm
{
    static abstract V Invoke<S, V, T>(V a) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged;
}

/// <summary>A primitive of two arguments, for vectors of any width.</summary>
internal interface IBinaryForm
{
    static abstract V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged;
}

/// <summary>A primitive of three arguments, for vectors of any width.</summary>
internal interface ITernaryForm
{
    static abstract V Invoke<S, V, T>(V a, V b, V c)
        where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged;
}

/// <summary>A primitive that processors have no vectors for: element by element, never one too many.</summary>
internal interface IScalarForm
{
    static abstract T Invoke<T>(T a, T b) where T : unmanaged, System.Numerics.INumber<T>;
}

// The value itself.
internal readonly struct CopyForm : IUnaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        a;
}

internal readonly struct NegForm : IUnaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Neg(a);
}

internal readonly struct AbsForm : IUnaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Abs(a);
}

internal readonly struct SqrtForm : IUnaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Sqrt(a);
}

internal readonly struct FloorForm : IUnaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Floor(a);
}

internal readonly struct CeilForm : IUnaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Ceil(a);
}

internal readonly struct TruncForm : IUnaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Trunc(a);
}

internal readonly struct RoundForm : IUnaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Round(a);
}

internal readonly struct NotForm : IUnaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Not(a);
}

internal readonly struct AddForm : IBinaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Add(a, b);
}

internal readonly struct SubForm : IBinaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Sub(a, b);
}

internal readonly struct MulForm : IBinaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Mul(a, b);
}

internal readonly struct DivForm : IBinaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Div(a, b);
}

internal readonly struct MinForm : IBinaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Min(a, b);
}

internal readonly struct MaxForm : IBinaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Max(a, b);
}

internal readonly struct EqForm : IBinaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Eq(a, b);
}

internal readonly struct NeForm : IBinaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Not(S.Eq(a, b));
}

internal readonly struct LtForm : IBinaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Lt(a, b);
}

internal readonly struct LeForm : IBinaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Le(a, b);
}

internal readonly struct AndForm : IBinaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.And(a, b);
}

internal readonly struct OrForm : IBinaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Or(a, b);
}

internal readonly struct XorForm : IBinaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Xor(a, b);
}

internal readonly struct ShlForm : IBinaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Shl(a, b);
}

internal readonly struct ShrForm : IBinaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Shr(a, b);
}

internal readonly struct ShrLogicalForm : IBinaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.ShrLogical(a, b);
}

// Masks that are equal.
internal readonly struct MaskEqForm : IBinaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Not(S.Xor(a, b));
}

// Masks, false before true.
internal readonly struct MaskLtForm : IBinaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.And(S.Not(a), b);
}

internal readonly struct MaskLeForm : IBinaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b) where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Or(S.Not(a), b);
}

internal readonly struct FmaForm : ITernaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b, V c)
        where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Fma(a, b, c);
}

internal readonly struct SelectForm : ITernaryForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<S, V, T>(V a, V b, V c)
        where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged =>
        S.Select(a, b, c);
}

// Whole numbers: a divisor of 0 throws, the smallest number by -1 wraps.
internal readonly struct DivScalarForm : IScalarForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T a, T b) where T : unmanaged, System.Numerics.INumber<T> =>
        b == -T.One ? unchecked(T.Zero - a) : a / b;
}

// The sign of the dividend; of reals C's fmod, which is exact.
internal readonly struct RemScalarForm : IScalarForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T a, T b) where T : unmanaged, System.Numerics.INumber<T> =>
        (typeof(T) == typeof(int) || typeof(T) == typeof(long)) && b == -T.One ? T.Zero : a % b;
}
