namespace KernelEngine.Gpu;

/// <content>Float arithmetic, as exact as a processor's.</content>
internal sealed partial class SpirvWriter
{
    // NaN if either is; -0 is less than +0.
    private uint Extreme(bool isLeast, ValueKind kind, uint a, uint b)
    {
        var bits = Bits(kind);
        var isFirst = Do(SpirvOp.FOrdLessThan, ValueKind.Bool, isLeast ? a : b, isLeast ? b : a);
        var isNaN = Do(SpirvOp.FUnordNotEqual, ValueKind.Bool, a, a);
        var chosen = Do(
            SpirvOp.Select, kind, Do(SpirvOp.LogicalOr, ValueKind.Bool, isFirst, isNaN), a, b);

        // Equal numbers have the same bits but for the sign of zero.
        var both = Do(isLeast ? SpirvOp.BitwiseOr : SpirvOp.BitwiseAnd, bits,
            Do(SpirvOp.Bitcast, bits, a), Do(SpirvOp.Bitcast, bits, b));
        var isEqual = Do(SpirvOp.FOrdEqual, ValueKind.Bool, a, b);
        return Do(SpirvOp.Select, kind, isEqual, Do(SpirvOp.Bitcast, kind, both), chosen);
    }

    // C's fmod, which is exact: long division of the fractions, as many digits at once as fit beside them.
    private uint RealRemainder(ValueKind kind, uint a, uint b)
    {
        var whole = Bits(kind);
        var (digits, width, bias) = kind == ValueKind.Float32 ? (23, 32, 127) : (52, 64, 1023);
        var most = width - digits - 1;
        var infinity = Number(whole, ((1L << (width - 1 - digits)) - 1) << digits);
        var (zero, one) = (Number(whole, 0), Number(whole, 1));
        var bitsA = Do(SpirvOp.Bitcast, whole, a);
        var sizeA = Do(SpirvOp.BitwiseAnd, whole, bitsA, Number(whole, width == 32 ? int.MaxValue : long.MaxValue));
        var sizeB = Do(SpirvOp.BitwiseAnd, whole,
            Do(SpirvOp.Bitcast, whole, b), Number(whole, width == 32 ? int.MaxValue : long.MaxValue));
        var (exponentA, fractionA) = Parts(sizeA);
        var (exponentB, fractionB) = Parts(sizeB);
        var isZero = Do(SpirvOp.IEqual, ValueKind.Bool, sizeB, zero);
        var divisor = Do(SpirvOp.Select, whole, isZero, one, fractionB);
        var count = ConvertTo(ValueKind.Int32, Do(SpirvOp.ISub, whole, exponentA, exponentB), whole);
        var rest = Declare(new((int)Do(SpirvOp.UMod, whole, fractionA, divisor), whole));
        For(Constant(0, ValueKind.Int32), new((int)count, ValueKind.Int32), Constant(most, ValueKind.Int32), i =>
        {
            var left = Do(SpirvOp.ISub, ValueKind.Int32, count, (uint)i.Id);
            var shift = Call(SpirvFunction.SMin, ValueKind.Int32, left, Int(most));
            var shifted = Do(SpirvOp.ShiftLeftLogical, whole, (uint)Get(rest).Id, shift);
            Set(rest, new((int)Do(SpirvOp.UMod, whole, shifted, divisor), whole));
        });

        // The rest in units of the divisor's last digit: a number of the format, subnormal perhaps.
        var last = (uint)Get(rest).Id;
        var number = Do(SpirvOp.Bitcast, whole, Do(SpirvOp.ConvertUToF, kind, last));
        var raise = Do(SpirvOp.ISub, whole, exponentB, Number(whole, bias + digits));
        var exponent = Do(SpirvOp.IAdd, whole,
            Do(SpirvOp.ShiftRightLogical, whole, number, Number(whole, digits)), raise);
        var normal = Do(SpirvOp.IAdd, whole,
            number, Do(SpirvOp.ShiftLeftLogical, whole, raise, Number(whole, digits)));
        var places = Call(
            SpirvFunction.UMin, whole, Do(SpirvOp.ISub, whole, exponentB, one), Number(whole, width - 1));
        var isNormal = Do(SpirvOp.SLessThan, ValueKind.Bool, zero, exponent);
        var result = Do(SpirvOp.Select, whole,
            isNormal, normal, Do(SpirvOp.ShiftLeftLogical, whole, last, places));
        result = Do(SpirvOp.Select, whole, Do(SpirvOp.IEqual, ValueKind.Bool, last, zero), zero, result);
        result = Do(SpirvOp.Select, whole, Do(SpirvOp.ULessThan, ValueKind.Bool, sizeA, sizeB), sizeA, result);
        var isNone = Do(SpirvOp.LogicalOr, ValueKind.Bool, isZero, Do(SpirvOp.LogicalOr, ValueKind.Bool,
            Do(SpirvOp.UGreaterThanEqual, ValueKind.Bool, sizeA, infinity),
            Do(SpirvOp.UGreaterThan, ValueKind.Bool, sizeB, infinity)));
        var sign = Do(SpirvOp.BitwiseAnd, whole, bitsA, Number(whole, width == 32 ? int.MinValue : long.MinValue));
        result = Do(SpirvOp.BitwiseOr, whole, result, sign);
        var nan = Do(SpirvOp.BitwiseOr, whole, infinity, Number(whole, 1L << (digits - 1)));
        return Do(SpirvOp.Bitcast, kind, Do(SpirvOp.Select, whole, isNone, nan, result));

        (uint Exponent, uint Fraction) Parts(uint size)
        {
            var exponent = Do(SpirvOp.ShiftRightLogical, whole, size, Number(whole, digits));
            var hasLeadingOne = Do(SpirvOp.INotEqual, ValueKind.Bool, exponent, zero);
            var digit = Do(SpirvOp.BitwiseAnd, whole, size, Number(whole, (1L << digits) - 1));
            var full = Do(SpirvOp.BitwiseOr, whole, digit, Number(whole, 1L << digits));
            return (Do(SpirvOp.Select, whole, hasLeadingOne, exponent, one),
                Do(SpirvOp.Select, whole, hasLeadingOne, full, digit));
        }
    }

    // Rounded once.
    private uint Fused(ValueKind kind, uint a, uint b, uint c)
    {
        if ((floats & GpuFloats.FusedMultiplyAdd) == 0 && hasFloat64)
            return kind == ValueKind.Float32 ? FusedByWider(a, b, c) : FusedByParts(a, b, c);
        var id = Emit(
            SpirvOp.ExtInst, module.TypeOf(kind), module.Functions, (uint)SpirvFunction.Fma, a, b, c);
        module.Decorate(id, SpirvDecoration.NoContraction);
        return id;
    }

    // In float64 the product is exact, and a sum that is rounded to odd can be rounded once more. (Boldo, Melquiond:
    // Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to odd, 2008)
    private uint FusedByWider(uint a, uint b, uint c)
    {
        const ValueKind Wide = ValueKind.Float64;
        var product = Exact(SpirvOp.FMul, Wide, Do(SpirvOp.FConvert, Wide, a), Do(SpirvOp.FConvert, Wide, b));
        return Do(SpirvOp.FConvert, ValueKind.Float32, SumToOdd(product, Do(SpirvOp.FConvert, Wide, c)));
    }

    // The same with pairs of float64. Below 2^-960 the product's error has no room, and the last digit may be wrong;
    // where the product alone is too large, so is the result.
    private uint FusedByParts(uint a, uint b, uint c)
    {
        const ValueKind Kind = ValueKind.Float64;
        var product = Exact(SpirvOp.FMul, Kind, a, b);
        var (highA, lowA) = Halves(a);
        var (highB, lowB) = Halves(b);
        var error = Exact(SpirvOp.FSub, Kind, Exact(SpirvOp.FMul, Kind, highA, highB), product);
        error = Exact(SpirvOp.FAdd, Kind, error, Exact(SpirvOp.FMul, Kind, highA, lowB));
        error = Exact(SpirvOp.FAdd, Kind, error, Exact(SpirvOp.FMul, Kind, lowA, highB));
        error = Exact(SpirvOp.FAdd, Kind, error, Exact(SpirvOp.FMul, Kind, lowA, lowB));
        var (middle, low) = Sum(c, error);
        var (high, rest) = Sum(product, middle);
        var exact = Exact(SpirvOp.FAdd, Kind, high, SumToOdd(rest, low));

        // Infinities make NaN of the parts, and zeros have a sign. An infinite product of finite numbers is none.
        var isFinite = Do(SpirvOp.LogicalAnd, ValueKind.Bool, IsFinite(a), IsFinite(b));
        var isSecond = Do(SpirvOp.LogicalAnd, ValueKind.Bool,
            isFinite, Do(SpirvOp.LogicalNot, ValueKind.Bool, IsFinite(c)));
        var plain = Do(SpirvOp.Select, Kind, isSecond, c, Exact(SpirvOp.FAdd, Kind, product, c));
        var isNotZero = Do(SpirvOp.FOrdNotEqual, ValueKind.Bool, exact, Number(Kind, 0));
        return Do(
            SpirvOp.Select, Kind, Do(SpirvOp.LogicalAnd, ValueKind.Bool, IsFinite(exact), isNotZero), exact, plain);
    }

    private uint IsFinite(uint a) => Do(SpirvOp.FOrdLessThan, ValueKind.Bool,
        Call(SpirvFunction.FAbs, ValueKind.Float64, a),
        Number(ValueKind.Float64, BitConverter.DoubleToInt64Bits(double.PositiveInfinity)));

    // Two numbers of half the digits whose sum a float64 is.
    private (uint High, uint Low) Halves(uint a)
    {
        var bits = Do(SpirvOp.Bitcast, ValueKind.Int64, a);
        var rounded = Do(SpirvOp.BitwiseAnd, ValueKind.Int64,
            Do(SpirvOp.IAdd, ValueKind.Int64, bits, Number(ValueKind.Int64, 1 << 26)),
            Number(ValueKind.Int64, -1L << 27));
        var high = Do(SpirvOp.Bitcast, ValueKind.Float64, rounded);
        return (high, Exact(SpirvOp.FSub, ValueKind.Float64, a, high));
    }

    // The sum of two float64 and its error.
    private (uint Sum, uint Error) Sum(uint a, uint b)
    {
        const ValueKind Kind = ValueKind.Float64;
        var sum = Exact(SpirvOp.FAdd, Kind, a, b);
        var second = Exact(SpirvOp.FSub, Kind, sum, a);
        var first = Exact(SpirvOp.FSub, Kind, sum, second);
        return (sum, Exact(SpirvOp.FAdd, Kind,
            Exact(SpirvOp.FSub, Kind, a, first), Exact(SpirvOp.FSub, Kind, b, second)));
    }

    // The sum of two float64, rounded to odd: cut off, and the last digit tells whether anything was.
    private uint SumToOdd(uint a, uint b)
    {
        const ValueKind Whole = ValueKind.Int64;
        var (sum, error) = Sum(a, b);
        var bits = Do(SpirvOp.Bitcast, Whole, sum);
        var signs = Do(SpirvOp.BitwiseXor, Whole, bits, Do(SpirvOp.Bitcast, Whole, error));
        var minusOne = Do(SpirvOp.ShiftRightArithmetic, Whole, signs, Int(63));
        var odd = Do(SpirvOp.BitwiseOr, Whole, Do(SpirvOp.IAdd, Whole, bits, minusOne), Number(Whole, 1));
        var isInexact = Do(SpirvOp.FOrdNotEqual, ValueKind.Bool, error, Number(ValueKind.Float64, 0));
        return Do(SpirvOp.Bitcast, ValueKind.Float64, Do(SpirvOp.Select, Whole, isInexact, odd, bits));
    }

    private static ValueKind Bits(ValueKind real) =>
        real == ValueKind.Float32 ? ValueKind.Int32 : ValueKind.Int64;
}
