using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelEngine;

/// <summary>The forms of conversions, and between memory and registers.</summary>
internal static class SimdCasts
{
    private static readonly SimdCode?[,] Converts = new SimdCode?[6, 6];

    public static SimdForm Convert { get; } = new ConvertForm();

    public static SimdForm Bitcast { get; } = new BitcastForm();

    public static SimdForm Narrow { get; } = new NarrowForm();

    public static SimdForm Lookup { get; } = new LookupForm();

    private static SimdForm Copy { get; } = SimdForm.Unary<CopyForm>();

    /// <summary>The code that converts lanes, masks between their widths too.</summary>
    public static SimdCode Between(Lane from, Lane to) => Converts[(int)from, (int)to] ??= (from, to) switch
    {
        (Lane.Float32, Lane.Int32) => Same<SingleToInt32, float, int>(),
        (Lane.Int32, Lane.Float32) => Same<Int32ToSingle, int, float>(),
        (Lane.Float64, Lane.Int64) => Same<DoubleToInt64, double, long>(),
        (Lane.Int64, Lane.Float64) => Same<Int64ToDouble, long, double>(),
        (Lane.Int32, Lane.Mask32) => Same<ToTruth, int, int>(),
        (Lane.Float32, Lane.Mask32) => Same<ToTruth, float, int>(),
        (Lane.Int64, Lane.Mask64) => Same<ToTruth, long, long>(),
        (Lane.Float64, Lane.Mask64) => Same<ToTruth, double, long>(),
        (Lane.Mask32, Lane.Int32) => Same<MaskToWhole, int, int>(),
        (Lane.Mask64, Lane.Int64) => Same<MaskToWhole, long, long>(),
        (Lane.Mask32, Lane.Float32) => Same<MaskToReal, int, float>(),
        (Lane.Mask64, Lane.Float64) => Same<MaskToReal, long, double>(),
        (Lane.Int32, Lane.Int64) or (Lane.Mask32, Lane.Mask64) =>
            Widen<Int32ToInt64, NumberCast, int, long>(),
        (Lane.Float32, Lane.Float64) => Widen<SingleToDouble, NumberCast, float, double>(),
        (Lane.Int32, Lane.Float64) => Widen<Int32ToDouble, NumberCast, int, double>(),
        (Lane.Float32, Lane.Int64) => Widen<SingleToInt64, NumberCast, float, long>(),
        (Lane.Mask32, Lane.Int64) => Widen<MaskToInt64, MaskCast, int, long>(),
        (Lane.Mask32, Lane.Float64) => Widen<MaskToDouble, MaskCast, int, double>(),
        (Lane.Int64, Lane.Int32) or (Lane.Mask64, Lane.Mask32) =>
            Halve<Int64ToInt32, NumberCast, long, int>(),
        (Lane.Float64, Lane.Float32) => Halve<DoubleToSingle, NumberCast, double, float>(),
        (Lane.Float64, Lane.Int32) => Halve<DoubleToInt32, NumberCast, double, int>(),
        (Lane.Mask64, Lane.Int32) => Halve<WideMaskToInt32, MaskCast, long, int>(),
        (Lane.Mask64, Lane.Float32) => Halve<WideMaskToSingle, MaskCast, long, float>(),

        // By way of float64 it would be rounded twice.
        (Lane.Int64, Lane.Float32) => Cast<NumberCast, long, float>(),
        _ => CopyOf(from),
    };

    public static SimdCode CopyOf(Lane lane) => Copy.Of(default, lane, lane)!;

    /// <summary>From memory to a register, any length; 0 where they are the same.</summary>
    public static nint Load(DTypeCode code, Lane lane) => code switch
    {
        DTypeCode.UInt8 => StorageLoops.OfFromBytes<WholeWord>(),
        DTypeCode.Int8 => StorageLoops.OfFromBytes<SignedByte>(),
        DTypeCode.Int16 => StorageLoops.OfFromWords<SignedWord>(),
        DTypeCode.Float16 => StorageLoops.OfFromWords<FromHalf>(),
        DTypeCode.BFloat16 => StorageLoops.OfFromWords<FromBFloat16>(),
        DTypeCode.Bool => lane == Lane.Mask64
            ? SimdLoops.OfCast<MaskCast, byte, long>()
            : StorageLoops.OfFromBytes<TruthByte>(),
        _ => 0,
    };

    /// <summary>From a register to memory, any length; 0 where they are the same.</summary>
    public static nint Store(DTypeCode code, Lane lane) => code switch
    {
        DTypeCode.UInt8 => StorageLoops.OfToBytes<WholeWord>(),
        DTypeCode.Int8 => StorageLoops.OfToBytes<WholeWord>(),
        DTypeCode.Int16 => StorageLoops.OfToWords<WholeWord>(),
        DTypeCode.Float16 => StorageLoops.OfToWords<ToHalf>(),
        DTypeCode.BFloat16 => StorageLoops.OfToWords<ToBFloat16>(),
        DTypeCode.Bool => lane == Lane.Mask64
            ? SimdLoops.OfCast<MaskCast, long, byte>()
            : StorageLoops.OfToBytes<MaskByte>(),
        _ => 0,
    };

    private static SimdCode Cast<F, A, R>() where F : ICastForm<A, R> where A : unmanaged where R : unmanaged =>
        new(SimdLoops.OfCast<F, A, R>(), IsExact: true);

    private static SimdCode Same<F, A, R>()
        where F : ICastForm<Vector512<A>, Vector512<R>>, ICastForm<Vector256<A>, Vector256<R>>,
        ICastForm<Vector128<A>, Vector128<R>> where A : unmanaged where R : unmanaged => new(
            Vector512.IsHardwareAccelerated ? SimdLoops.OfVectorCast<F, A, R, Vector512<A>, Vector512<R>>() :
            Vector256.IsHardwareAccelerated ? SimdLoops.OfVectorCast<F, A, R, Vector256<A>, Vector256<R>>() :
            SimdLoops.OfVectorCast<F, A, R, Vector128<A>, Vector128<R>>(),
            Vector: static lanes => (lanes * Unsafe.SizeOf<A>()) switch
            {
                64 => SimdVectors.OfCast<F, Vector512<A>, Vector512<R>>(),
                32 => SimdVectors.OfCast<F, Vector256<A>, Vector256<R>>(),
                16 => SimdVectors.OfCast<F, Vector128<A>, Vector128<R>>(),
                _ => null,
            });

    private static SimdCode Widen<F, H, A, R>()
        where F : ICastForm<Vector256<A>, Vector512<R>>, ICastForm<Vector128<A>, Vector256<R>>
        where H : ICastForm<A, R> where A : unmanaged where R : unmanaged => new(
            Vector512.IsHardwareAccelerated ? SimdLoops.OfVectorCast<F, A, R, Vector256<A>, Vector512<R>>() :
            Vector256.IsHardwareAccelerated ? SimdLoops.OfVectorCast<F, A, R, Vector128<A>, Vector256<R>>() :
            SimdLoops.OfCast<H, A, R>(),
            IsExact: !Vector256.IsHardwareAccelerated,
            Vector: static lanes => lanes switch
            {
                8 => SimdVectors.OfCast<F, Vector256<A>, Vector512<R>>(),
                4 => SimdVectors.OfCast<F, Vector128<A>, Vector256<R>>(),
                _ => null,
            });

    private static SimdCode Halve<F, H, A, R>()
        where F : ICastForm<Vector512<A>, Vector256<R>>, ICastForm<Vector256<A>, Vector128<R>>
        where H : ICastForm<A, R> where A : unmanaged where R : unmanaged => new(
            Vector512.IsHardwareAccelerated ? SimdLoops.OfVectorCast<F, A, R, Vector512<A>, Vector256<R>>() :
            Vector256.IsHardwareAccelerated ? SimdLoops.OfVectorCast<F, A, R, Vector256<A>, Vector128<R>>() :
            SimdLoops.OfCast<H, A, R>(),
            IsExact: !Vector256.IsHardwareAccelerated,
            Vector: static lanes => lanes switch
            {
                8 => SimdVectors.OfCast<F, Vector512<A>, Vector256<R>>(),
                4 => SimdVectors.OfCast<F, Vector256<A>, Vector128<R>>(),
                _ => null,
            });

    private sealed class ConvertForm : SimdForm
    {
        public override SimdCode? Of(in Instruction step, Lane from, Lane to) => Between(from, to);
    }

    private sealed class BitcastForm : SimdForm
    {
        public override SimdCode? Of(in Instruction step, Lane from, Lane to) => CopyOf(to);
    }

    private sealed class NarrowForm : SimdForm
    {
        public override SimdCode? Of(in Instruction step, Lane from, Lane to) => (DTypeCode)step.Payload switch
        {
            DTypeCode.UInt8 => Same<Narrowed<LowByte, WholeWord, int>, int, int>(),
            DTypeCode.Int8 => Same<Narrowed<WholeWord, SignedByte, int>, int, int>(),
            DTypeCode.Int16 => Same<Narrowed<WholeWord, SignedWord, int>, int, int>(),
            DTypeCode.Float16 => Same<Narrowed<ToHalf, FromHalf, float>, float, float>(),
            _ => Same<Narrowed<ToBFloat16, FromBFloat16, float>, float, float>(),
        };
    }

    private sealed class LookupForm : SimdForm
    {
        public override SimdCode? Of(in Instruction step, Lane from, Lane to) => new(
            Lanes.SizeOf(to) == 8 ? SimdLoops.OfLookup<long>() : SimdLoops.OfLookup<int>(), IsExact: true);
    }
}
