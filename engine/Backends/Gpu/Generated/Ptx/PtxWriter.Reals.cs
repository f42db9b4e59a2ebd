namespace KernelEngine.Gpu;

/// <content>Float arithmetic that is no instruction.</content>
internal sealed partial class PtxWriter
{
    // NaN if either is; -0 is less than +0. min and max of PTX take the other one instead of NaN.
    private string Extreme(bool isLeast, ValueKind kind, string a, string b)
    {
        var whole = BitsOf(kind);
        var isFirst = Compare("lt", kind, isLeast ? a : b, isLeast ? b : a);
        var isNaN = Compare("neu", kind, a, a);
        var chosen = Select(kind, Logical("or", isFirst, isNaN), a, b);

        // Equal numbers have the same bits but for the sign of zero.
        var both = Do((isLeast ? "or." : "and.") + Bits(kind), whole,
            SameBits(whole, a, kind), SameBits(whole, b, kind));
        return Select(kind, Compare("eq", kind, a, b), SameBits(kind, both, whole), chosen);
    }

    // C's fmod, which is exact: long division of the fractions, as many digits at once as fit beside them.
    private string RealRemainder(ValueKind kind, string a, string b)
    {
        var whole = BitsOf(kind);
        var (bits, type, unsigned) = (Bits(kind), TypeOf(whole), Unsigned(kind));
        var (digits, width, bias) = kind == ValueKind.Float32 ? (23, 32, 127) : (52, 64, 1023);
        var most = width - digits - 1;
        var infinity = Number(whole, ((1L << (width - 1 - digits)) - 1) << digits);
        var magnitude = Number(whole, width == 32 ? int.MaxValue : long.MaxValue);
        var bitsA = SameBits(whole, a, kind);
        var sizeA = Do("and." + bits, whole, bitsA, magnitude);
        var sizeB = Do("and." + bits, whole, SameBits(whole, b, kind), magnitude);
        var (exponentA, fractionA) = Parts(sizeA);
        var (exponentB, fractionB) = Parts(sizeB);
        var isZero = Compare("eq", whole, sizeB, "0");
        var divisor = Select(whole, isZero, "1", fractionB);
        var count = ConvertTo(ValueKind.Int32, Do("sub." + type, whole, exponentA, exponentB), whole);
        var rest = Declare(Named(Do("rem." + unsigned, whole, fractionA, divisor), whole));
        For(Constant(0, ValueKind.Int32), Named(count, ValueKind.Int32), Constant(most, ValueKind.Int32), i =>
        {
            var left = Do("sub.s32", ValueKind.Int32, count, Of(i));
            var shift = Do("min.s32", ValueKind.Int32, left, Int(most));
            var shifted = Do("shl." + bits, whole, Of(Get(rest)), shift);
            Set(rest, Named(Do("rem." + unsigned, whole, shifted, divisor), whole));
        });

        // The rest in units of the divisor's last digit: a number of the format, subnormal perhaps.
        var last = Of(Get(rest));
        var number = SameBits(whole, Do($"cvt.rn.{TypeOf(kind)}.{unsigned}", kind, last), kind);
        var raise = Do("sub." + type, whole, exponentB, Int(bias + digits));
        var exponent = Do("add." + type, whole, Do("shr." + unsigned, whole, number, Int(digits)), raise);
        var normal = Do("add." + type, whole, number, Do("shl." + bits, whole, raise, Int(digits)));
        var places = ShiftCount(whole, Do("sub." + type, whole, exponentB, "1"));
        var isNormal = Compare("gt", whole, exponent, "0");
        var result = Select(whole, isNormal, normal, Do("shl." + bits, whole, last, places));
        result = Select(whole, Compare("eq", whole, last, "0"), "0", result);
        result = Select(whole, CompareUnsigned("lt", kind, sizeA, sizeB), sizeA, result);
        var isNone = Logical("or", isZero, Logical("or",
            CompareUnsigned("ge", kind, sizeA, infinity), CompareUnsigned("gt", kind, sizeB, infinity)));
        var sign = Do("and." + bits, whole, bitsA, Number(whole, width == 32 ? int.MinValue : long.MinValue));
        result = Do("or." + bits, whole, result, sign);
        var nan = Number(whole, (((1L << (width - 1 - digits)) - 1) << digits) | (1L << (digits - 1)));
        return SameBits(kind, Select(whole, isNone, nan, result), whole);

        (string Exponent, string Fraction) Parts(string size)
        {
            var exponent = Do("shr." + unsigned, whole, size, Int(digits));
            var hasLeadingOne = Compare("ne", whole, exponent, "0");
            var digit = Do("and." + bits, whole, size, Number(whole, (1L << digits) - 1));
            var full = Do("or." + bits, whole, digit, Number(whole, 1L << digits));
            return (Select(whole, hasLeadingOne, exponent, "1"), Select(whole, hasLeadingOne, full, digit));
        }
    }

    private static ValueKind BitsOf(ValueKind real) =>
        real == ValueKind.Float32 ? ValueKind.Int32 : ValueKind.Int64;
}
