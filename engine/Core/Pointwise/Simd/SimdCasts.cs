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
        (Lane.Int32, Lane.Int64) or (Lane.Mask32, Lane.Mask64) => Cast<NumberCast, int, long>(),
        (Lane.Int64, Lane.Int32) or (Lane.Mask64, Lane.Mask32) => Cast<NumberCast, long, int>(),
        (Lane.Int32, Lane.Float32) => Cast<NumberCast, int, float>(),
        (Lane.Int32, Lane.Float64) => Cast<NumberCast, int, double>(),
        (Lane.Int64, Lane.Float32) => Cast<NumberCast, long, float>(),
        (Lane.Int64, Lane.Float64) => Cast<NumberCast, long, double>(),
        (Lane.Float32, Lane.Int32) => Cast<NumberCast, float, int>(),
        (Lane.Float32, Lane.Int64) => Cast<NumberCast, float, long>(),
        (Lane.Float32, Lane.Float64) => Cast<NumberCast, float, double>(),
        (Lane.Float64, Lane.Int32) => Cast<NumberCast, double, int>(),
        (Lane.Float64, Lane.Int64) => Cast<NumberCast, double, long>(),
        (Lane.Float64, Lane.Float32) => Cast<NumberCast, double, float>(),
        (Lane.Int32, Lane.Mask32) => Cast<TruthCast, int, int>(),
        (Lane.Int64, Lane.Mask64) => Cast<TruthCast, long, long>(),
        (Lane.Float32, Lane.Mask32) => Cast<TruthCast, float, int>(),
        (Lane.Float64, Lane.Mask64) => Cast<TruthCast, double, long>(),
        (Lane.Mask32, Lane.Int32) => Cast<MaskCast, int, int>(),
        (Lane.Mask32, Lane.Int64) => Cast<MaskCast, int, long>(),
        (Lane.Mask32, Lane.Float32) => Cast<MaskCast, int, float>(),
        (Lane.Mask32, Lane.Float64) => Cast<MaskCast, int, double>(),
        (Lane.Mask64, Lane.Int32) => Cast<MaskCast, long, int>(),
        (Lane.Mask64, Lane.Int64) => Cast<MaskCast, long, long>(),
        (Lane.Mask64, Lane.Float32) => Cast<MaskCast, long, float>(),
        (Lane.Mask64, Lane.Float64) => Cast<MaskCast, long, double>(),
        _ => CopyOf(from),
    };

    public static SimdCode CopyOf(Lane lane) => Copy.Of(default, lane, lane)!;

    /// <summary>From memory to a register, any length; 0 where they are the same.</summary>
    public static nint Load(DTypeCode code, Lane lane) => code switch
    {
        DTypeCode.UInt8 => SimdLoops.OfCast<StorageCast, byte, int>(),
        DTypeCode.Int8 => SimdLoops.OfCast<StorageCast, sbyte, int>(),
        DTypeCode.Int16 => SimdLoops.OfCast<StorageCast, short, int>(),
        DTypeCode.Float16 => SimdLoops.OfCast<StorageCast, Half, float>(),
        DTypeCode.BFloat16 => SimdLoops.OfCast<StorageCast, BFloat16, float>(),
        DTypeCode.Bool => lane == Lane.Mask64
            ? SimdLoops.OfCast<TruthCast, byte, long>()
            : SimdLoops.OfCast<TruthCast, byte, int>(),
        _ => 0,
    };

    /// <summary>From a register to memory, any length; 0 where they are the same.</summary>
    public static nint Store(DTypeCode code, Lane lane) => code switch
    {
        DTypeCode.UInt8 => SimdLoops.OfCast<StorageCast, int, byte>(),
        DTypeCode.Int8 => SimdLoops.OfCast<StorageCast, int, sbyte>(),
        DTypeCode.Int16 => SimdLoops.OfCast<StorageCast, int, short>(),
        DTypeCode.Float16 => SimdLoops.OfCast<StorageCast, float, Half>(),
        DTypeCode.BFloat16 => SimdLoops.OfCast<StorageCast, float, BFloat16>(),
        DTypeCode.Bool => lane == Lane.Mask64
            ? SimdLoops.OfCast<MaskCast, long, byte>()
            : SimdLoops.OfCast<MaskCast, int, byte>(),
        _ => 0,
    };

    private static SimdCode Cast<F, A, R>() where F : ICastForm<A, R> where A : unmanaged where R : unmanaged =>
        new(SimdLoops.OfCast<F, A, R>(), IsExact: true);

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
            DTypeCode.UInt8 => Cast<NarrowCast<byte, int>, int, int>(),
            DTypeCode.Int8 => Cast<NarrowCast<sbyte, int>, int, int>(),
            DTypeCode.Int16 => Cast<NarrowCast<short, int>, int, int>(),
            DTypeCode.Float16 => Cast<NarrowCast<Half, float>, float, float>(),
            _ => Cast<NarrowCast<BFloat16, float>, float, float>(),
        };
    }

    private sealed class LookupForm : SimdForm
    {
        public override SimdCode? Of(in Instruction step, Lane from, Lane to) => new(
            Lanes.SizeOf(to) == 8 ? SimdLoops.OfLookup<long>() : SimdLoops.OfLookup<int>(), IsExact: true);
    }
}
