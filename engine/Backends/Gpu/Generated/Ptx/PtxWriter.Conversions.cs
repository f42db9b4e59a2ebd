namespace KernelEngine.Gpu;

/// <content>From kind to kind, and to what lies in memory.</content>
internal sealed partial class PtxWriter
{
    private string ConvertTo(ValueKind to, string a, ValueKind from)
    {
        if (from == to)
            return a;
        if (to == ValueKind.Bool)
            return Compare(Primitive.IsReal(from) ? "neu" : "ne", from, a, Number(from, 0));
        return from switch
        {
            ValueKind.Bool => Select(to, a, Small(to, 1), Small(to, 0)),
            ValueKind.Int32 when to == ValueKind.Int64 => Do("cvt.s64.s32", to, a),
            ValueKind.Int64 when to == ValueKind.Int32 => Do("cvt.u32.u64", to, a),
            ValueKind.Float32 when to == ValueKind.Float64 => Do("cvt.f64.f32", to, a),
            _ when Primitive.IsReal(to) => Do($"cvt.rn.{TypeOf(to)}.{TypeOf(from)}", to, a),

            // Saturated by the instruction; what NaN gives there depends on the widths.
            _ => Select(to, Compare("neu", from, a, a), "0", Do($"cvt.rzi.{TypeOf(to)}.{TypeOf(from)}", to, a)),
        };
    }

    private string SameBits(ValueKind to, string a, ValueKind from)
    {
        if (from == to)
            return a;
        if (a[0] != '%')
            a = Do("mov." + TypeOf(from), from, a);
        return Do("mov." + Bits(to), to, a);
    }

    // As memory of a dtype would keep it.
    private string Narrowed(DTypeCode dtype, string a)
    {
        switch (dtype)
        {
            case DTypeCode.UInt8:
                return Do("and.b32", ValueKind.Int32, a, "255");
            case DTypeCode.Int8:
            case DTypeCode.Int16:
                var count = dtype == DTypeCode.Int8 ? "24" : "16";
                return Do("shr.s32", ValueKind.Int32, Do("shl.b32", ValueKind.Int32, a, count), count);
            case DTypeCode.Float16:
                return FromHalf(ToHalf(a));
            case DTypeCode.BFloat16:
                return FromBFloat16(ToBFloat16(a));
            default:
                return a;
        }
    }

    private string FromHalf(string half) => Do("cvt.f32.f16", ValueKind.Float32, half);

    private string ToHalf(string a)
    {
        var half = text.Half();
        text.Add("cvt.rn.f16.f32", $"{half}, {a}");
        return half;
    }

    private string FromBFloat16(string bits) => SameBits(
        ValueKind.Float32, Do("shl.b32", ValueKind.Int32, bits, "16"), ValueKind.Int32);

    // To nearest even; NaN is the one with the leading bit. (The instruction needs sm_80.)
    private string ToBFloat16(string a)
    {
        var bits = SameBits(ValueKind.Int32, a, ValueKind.Float32);
        var isOdd = Do("and.b32", ValueKind.Int32, Do("shr.u32", ValueKind.Int32, bits, "16"), "1");
        var raised = Do("add.s32", ValueKind.Int32, Do("add.s32", ValueKind.Int32, bits, "32767"), isOdd);
        var rounded = Do("shr.u32", ValueKind.Int32, raised, "16");
        var isNaN = Compare("neu", ValueKind.Float32, a, a);
        return Select(ValueKind.Int32, isNaN, Int(0x7FC0), rounded);
    }

    // A whole number as the kind's.
    private static string Small(ValueKind kind, int value) => Number(kind, kind switch
    {
        ValueKind.Float32 => BitConverter.SingleToInt32Bits(value),
        ValueKind.Float64 => BitConverter.DoubleToInt64Bits(value),
        _ => value,
    });
}
