using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelEngine.Cpu;

/// <summary>
/// Elements as whole numbers of the same order: int for what fits, long for float64 and int64. NaN is the largest one,
/// the zeros are the same one.
/// </summary>
internal static unsafe class SortKey
{
    /// <summary>The key of a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TKey Of<TWide, TKey>(TWide value) where TWide : unmanaged where TKey : unmanaged
    {
        if (typeof(TWide) == typeof(float))
        {
            var real = (float)(object)value;
            if (float.IsNaN(real))
                return (TKey)(object)int.MaxValue;

            // Adding 0 makes the negative zero the positive one.
            var bits = BitConverter.SingleToInt32Bits(real + 0f);
            return (TKey)(object)(bits ^ ((bits >> 31) & int.MaxValue));
        }

        if (typeof(TWide) == typeof(double))
        {
            var real = (double)(object)value;
            if (double.IsNaN(real))
                return (TKey)(object)long.MaxValue;
            var bits = BitConverter.DoubleToInt64Bits(real + 0.0);
            return (TKey)(object)(bits ^ ((bits >> 63) & long.MaxValue));
        }

        if (typeof(TWide) == typeof(long))
            return (TKey)(object)(long)(object)value;
        if (typeof(TWide) == typeof(short))
            return (TKey)(object)(int)(short)(object)value;
        if (typeof(TWide) == typeof(sbyte))
            return (TKey)(object)(int)(sbyte)(object)value;
        if (typeof(TWide) == typeof(byte))
            return (TKey)(object)(int)(byte)(object)value;
        return (TKey)(object)(int)(object)value;
    }

    /// <summary>Whether a type has values that are no numbers, whose key is the largest.</summary>
    public static bool HasNaN<TWide>() => typeof(TWide) == typeof(float) || typeof(TWide) == typeof(double);

    /// <summary>The keys of elements that lie some step apart; each inverted where the order is to be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill<T, TWide, TElement, TKey>(T* source, nint step, TKey* keys, nint count, bool inverted)
        where T : unmanaged
        where TWide : unmanaged
        where TElement : struct, IElement<T, TWide>
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        nint i = 0;
        if (step == 1 && typeof(T) == typeof(float))
        {
            var (nan, flip) = (new Vector<int>(int.MaxValue), new Vector<int>(inverted ? -1 : 0));
            for (; i + Vector<int>.Count <= count; i += Vector<int>.Count)
            {
                var real = Unsafe.ReadUnaligned<Vector<float>>(source + i);
                var bits = Vector.AsVectorInt32(real + Vector<float>.Zero);
                bits ^= Vector.ShiftRightArithmetic(bits, 31) & nan;
                bits = Vector.ConditionalSelect(Vector.Equals(real, real), bits, nan) ^ flip;
                Unsafe.WriteUnaligned(keys + i, bits);
            }
        }
        else if (step == 1 && typeof(T) == typeof(double))
        {
            var (nan, flip) = (new Vector<long>(long.MaxValue), new Vector<long>(inverted ? -1 : 0));
            for (; i + Vector<long>.Count <= count; i += Vector<long>.Count)
            {
                var real = Unsafe.ReadUnaligned<Vector<double>>(source + i);
                var bits = Vector.AsVectorInt64(real + Vector<double>.Zero);
                bits ^= Vector.ShiftRightArithmetic(bits, 63) & nan;
                bits = Vector.ConditionalSelect(Vector.Equals(real, real), bits, nan) ^ flip;
                Unsafe.WriteUnaligned(keys + i, bits);
            }
        }

        for (; i < count; i++)
        {
            var key = Of<TWide, TKey>(TElement.Load(source[i * step]));
            keys[i] = inverted ? ~key : key;
        }
    }
}

/// <summary>A key and the place that it came from, as they are moved by a radix sort.</summary>
internal interface ISortEntry<TSelf, TKey>
{
    /// <summary>An entry.</summary>
    static abstract TSelf Of(TKey key, int place);

    /// <summary>A byte of the key as an unsigned number, 0 being the lowest.</summary>
    static abstract int Digit(in TSelf entry, int number);

    /// <summary>The place.</summary>
    static abstract int Place(in TSelf entry);
}

/// <summary>A 32-bit key above a place, in one word.</summary>
internal readonly struct NarrowEntry : ISortEntry<NarrowEntry, int>
{
    private readonly ulong bits;

    private NarrowEntry(ulong bits) => this.bits = bits;

    public static NarrowEntry Of(int key, int place) => new(((ulong)((uint)key ^ 0x80000000) << 32) | (uint)place);

    public static int Digit(in NarrowEntry entry, int number) => (byte)(entry.bits >> (32 + (8 * number)));

    public static int Place(in NarrowEntry entry) => (int)entry.bits;
}

/// <summary>A 64-bit key and a place.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct WideEntry : ISortEntry<WideEntry, long>
{
    private readonly ulong key;
    private readonly long place;

    private WideEntry(ulong key, long place) => (this.key, this.place) = (key, place);

    public static WideEntry Of(long key, int place) => new((ulong)key ^ 0x8000000000000000, place);

    public static int Digit(in WideEntry entry, int number) => (byte)(entry.key >> (8 * number));

    public static int Place(in WideEntry entry) => (int)entry.place;
}
