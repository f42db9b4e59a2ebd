namespace KernelEngine.Gpu;

/// <content>From kind to kind, and to what lies in memory.</content>
internal sealed partial class SpirvWriter
{
    private uint ConvertTo(ValueKind to, uint a, ValueKind from)
    {
        if (from == to)
            return a;
        if (to == ValueKind.Bool)
        {
            return Do(Primitive.IsReal(from) ? SpirvOp.FUnordNotEqual : SpirvOp.INotEqual, to, a, Number(from, 0));
        }

        return from switch
        {
            ValueKind.Bool => Do(SpirvOp.Select, to, a, Small(to, 1), Small(to, 0)),
            ValueKind.Int32 when to == ValueKind.Int64 => Widened(a),
            ValueKind.Int32 or ValueKind.Int64 =>
                Do(Primitive.IsReal(to) ? SpirvOp.ConvertSToF : SpirvOp.SConvert, to, a),
            _ => Primitive.IsReal(to) ? Do(SpirvOp.FConvert, to, a) : Truncated(to, a, from),
        };
    }

    // With its sign as upper word, not by SConvert: Mesa 22.3 takes no converted number for less than a constant 0.
    private uint Widened(uint a) => Do(SpirvOp.Bitcast, ValueKind.Int64, Emit(
        SpirvOp.CompositeConstruct, module.Pair, a, Do(SpirvOp.ShiftRightArithmetic, ValueKind.Int32, a, Int(31))));

    // To a whole number, saturated; NaN gives 0. What is converted is always within range: anything else is undefined.
    private uint Truncated(ValueKind to, uint a, ValueKind from)
    {
        var limit = to == ValueKind.Int32 ? 2147483648.0 : 9223372036854775808.0;
        var bound = Number(from, from == ValueKind.Float32
            ? BitConverter.SingleToInt32Bits((float)limit)
            : BitConverter.DoubleToInt64Bits(limit));
        var magnitude = Call(SpirvFunction.FAbs, from, a);
        var isWithin = Do(SpirvOp.FOrdLessThan, ValueKind.Bool, magnitude, bound);
        var isBeyond = Do(SpirvOp.FOrdLessThanEqual, ValueKind.Bool, bound, magnitude);
        var zero = Number(from, 0);
        var truncated = Do(SpirvOp.ConvertFToS, to, Do(SpirvOp.Select, from, isWithin, a, zero));
        var (least, most) = to == ValueKind.Int32
            ? (Int(int.MinValue), Int(int.MaxValue))
            : (Number(to, long.MinValue), Number(to, long.MaxValue));
        var isNegative = Do(SpirvOp.FOrdLessThan, ValueKind.Bool, a, zero);
        return Do(SpirvOp.Select, to, isBeyond, Do(SpirvOp.Select, to, isNegative, least, most), truncated);
    }

    // As memory of a dtype would keep it.
    private uint Narrowed(DTypeCode dtype, uint a)
    {
        switch (dtype)
        {
            case DTypeCode.UInt8:
                return Do(SpirvOp.BitwiseAnd, ValueKind.Int32, a, Int(0xFF));
            case DTypeCode.Int8:
            case DTypeCode.Int16:
                var count = Int(dtype == DTypeCode.Int8 ? 24 : 16);
                return Do(SpirvOp.ShiftRightArithmetic, ValueKind.Int32,
                    Do(SpirvOp.ShiftLeftLogical, ValueKind.Int32, a, count), count);
            case DTypeCode.Float16:
                return FromHalf(ToHalf(a));
            case DTypeCode.BFloat16:
                return FromBFloat16(ToBFloat16(a));
            default:
                return a;
        }
    }

    // The functions below are right whatever the device does with subnormal float32 numbers: none comes up.

    private uint FromBFloat16(uint bits) => Do(
        SpirvOp.Bitcast, ValueKind.Float32, Do(SpirvOp.ShiftLeftLogical, ValueKind.Int32, bits, Int(16)));

    // To nearest even; NaN is the one with the leading bit.
    private uint ToBFloat16(uint a)
    {
        var bits = Do(SpirvOp.Bitcast, ValueKind.Int32, a);
        var isOdd = And(Shifted(bits, 16), 1);
        var rounded = Shifted(Plus(Plus(bits, Int(0x7FFF)), isOdd), 16);
        var isNaN = Do(SpirvOp.UGreaterThan, ValueKind.Bool, And(bits, int.MaxValue), Int(0x7F800000));
        return Do(SpirvOp.Select, ValueKind.Int32, isNaN, Int(0x7FC0), rounded);
    }

    private uint FromHalf(uint bits)
    {
        var magnitude = And(bits, 0x7FFF);
        var shifted = Do(SpirvOp.ShiftLeftLogical, ValueKind.Int32, magnitude, Int(13));
        var normal = Plus(shifted, Int(112 << 23));
        var unit = Number(ValueKind.Float32, BitConverter.SingleToInt32Bits(1f / (1 << 24)));
        var subnormal = Do(SpirvOp.Bitcast, ValueKind.Int32, Exact(
            SpirvOp.FMul, ValueKind.Float32, Do(SpirvOp.ConvertUToF, ValueKind.Float32, magnitude), unit));
        var special = Do(SpirvOp.BitwiseOr, ValueKind.Int32, shifted, Int(0x7F800000));
        var finite = SelectBelow(magnitude, 0x400, subnormal, normal);
        var sign = Do(SpirvOp.ShiftLeftLogical, ValueKind.Int32, And(bits, 0x8000), Int(16));
        return Do(SpirvOp.Bitcast, ValueKind.Float32, Do(
            SpirvOp.BitwiseOr, ValueKind.Int32, SelectBelow(magnitude, 0x7C00, finite, special), sign));
    }

    // To nearest even.
    private uint ToHalf(uint a)
    {
        var bits = Do(SpirvOp.Bitcast, ValueKind.Int32, a);
        var magnitude = And(bits, int.MaxValue);
        var isOdd = And(Shifted(magnitude, 13), 1);
        var normal = Shifted(Plus(Plus(magnitude, Int(0xFFF - (112 << 23))), isOdd), 13);

        // Adding a half rounds at the place where subnormal numbers end.
        var half = Number(ValueKind.Float32, BitConverter.SingleToInt32Bits(0.5f));
        var sum = Exact(
            SpirvOp.FAdd, ValueKind.Float32, Do(SpirvOp.Bitcast, ValueKind.Float32, magnitude), half);
        var subnormal = Plus(
            Do(SpirvOp.Bitcast, ValueKind.Int32, sum), Int(-BitConverter.SingleToInt32Bits(0.5f)));
        var isNaN = Do(SpirvOp.UGreaterThan, ValueKind.Bool, magnitude, Int(0x7F800000));
        var special = Do(SpirvOp.Select, ValueKind.Int32, isNaN, Int(0x7E00), Int(0x7C00));
        var finite = SelectBelow(magnitude, 0x38800000, subnormal, normal);
        var sign = And(Shifted(bits, 16), 0x8000);
        return Do(
            SpirvOp.BitwiseOr, ValueKind.Int32, SelectBelow(magnitude, 0x47800000, finite, special), sign);
    }

    private uint And(uint a, int mask) => Do(SpirvOp.BitwiseAnd, ValueKind.Int32, a, Int(mask));

    private uint Plus(uint a, uint b) => Do(SpirvOp.IAdd, ValueKind.Int32, a, b);

    private uint Shifted(uint a, int count) => Do(SpirvOp.ShiftRightLogical, ValueKind.Int32, a, Int(count));

    private uint SelectBelow(uint a, int bound, uint first, uint second) => Do(
        SpirvOp.Select, ValueKind.Int32, Do(SpirvOp.ULessThan, ValueKind.Bool, a, Int(bound)), first, second);
}
