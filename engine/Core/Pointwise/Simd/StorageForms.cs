using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelEngine;

/// <summary>
/// What makes a register of bytes or 16-bit words that have been widened with zeros, or a word to be cut off of a
/// register.
/// </summary>
internal interface IStorageForm
{
    static abstract Vector256<uint> Invoke(Vector256<uint> a);
}

// Unsigned, and whole numbers that are cut off.
internal readonly struct WholeWord : IStorageForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Invoke(Vector256<uint> a) => a;
}

internal readonly struct LowByte : IStorageForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Invoke(Vector256<uint> a) => a & Vector256.Create(0xFFu);
}

internal readonly struct SignedByte : IStorageForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Invoke(Vector256<uint> a) => ((a << 24).AsInt32() >> 24).AsUInt32();
}

internal readonly struct SignedWord : IStorageForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Invoke(Vector256<uint> a) => ((a << 16).AsInt32() >> 16).AsUInt32();
}

internal readonly struct TruthByte : IStorageForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Invoke(Vector256<uint> a) => ~Vector256.Equals(a, Vector256<uint>.Zero);
}

internal readonly struct MaskByte : IStorageForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Invoke(Vector256<uint> a) => a & Vector256<uint>.One;
}

internal readonly struct FromBFloat16 : IStorageForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Invoke(Vector256<uint> a) => a << 16;
}

internal readonly struct ToBFloat16 : IStorageForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Invoke(Vector256<uint> a)
    {
        var real = a.AsSingle();
        var rounded = (a + Vector256.Create(0x7FFFu) + ((a >> 16) & Vector256<uint>.One)) >> 16;
        return Vector256.ConditionalSelect(
            Vector256.Equals(real, real).AsUInt32(), rounded, Vector256.Create(0x7FC0u));
    }
}

internal readonly struct FromHalf : IStorageForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Invoke(Vector256<uint> a)
    {
        // The exponent is rebased by a product, which also normalises what is subnormal; infinities and NaN keep
        // the largest one.
        var magnitude = a & Vector256.Create(0x7FFFu);
        var shifted = magnitude << 13;
        var finite = (shifted.AsSingle() * Vector256.Create(5.192296858534828e33f)).AsUInt32();
        var result = Vector256.ConditionalSelect(
            Vector256.LessThan(magnitude, Vector256.Create(0x7C00u)), finite,
            shifted | Vector256.Create(0x7F800000u));
        return result | ((a & Vector256.Create(0x8000u)) << 16);
    }
}

internal readonly struct ToHalf : IStorageForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Invoke(Vector256<uint> a)
    {
        var magnitude = a & Vector256.Create(0x7FFFFFFFu);
        var normal = (magnitude + Vector256.Create(unchecked(0xFFFu - (112u << 23))) +
            ((magnitude >> 13) & Vector256<uint>.One)) >> 13;

        // Adding a half lets the processor round at the place where subnormal numbers end.
        var half = Vector256.Create(0.5f);
        var subnormal = (magnitude.AsSingle() + half).AsUInt32() - half.AsUInt32();
        var special = Vector256.ConditionalSelect(
            Vector256.GreaterThan(magnitude, Vector256.Create(0x7F800000u)),
            Vector256.Create(0x7E00u), Vector256.Create(0x7C00u));
        var finite = Vector256.ConditionalSelect(
            Vector256.LessThan(magnitude, Vector256.Create(0x38800000u)), subnormal, normal);
        var result = Vector256.ConditionalSelect(
            Vector256.LessThan(magnitude, Vector256.Create(0x47800000u)), finite, special);
        return result | ((a >> 16) & Vector256.Create(0x8000u));
    }
}

// A register as memory's type would keep it.
internal readonly struct Narrowed<S, L, R> :
    ICastForm<Vector512<R>, Vector512<R>>,
    ICastForm<Vector256<R>, Vector256<R>>,
    ICastForm<Vector128<R>, Vector128<R>>
    where S : IStorageForm where L : IStorageForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<R> Invoke(Vector512<R> a) =>
        Vector512.Create(Invoke(a.GetLower()), Invoke(a.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<R> Invoke(Vector256<R> a) => L.Invoke(S.Invoke(a.As<R, uint>())).As<uint, R>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<R> Invoke(Vector128<R> a) => Invoke(a.ToVector256()).GetLower();
}
