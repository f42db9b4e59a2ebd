namespace KernelEngine.Gpu;

/// <content>Division and square roots, of which Vulkan asks no more than 2.5 ulp in float32.</content>
internal sealed partial class SpirvWriter
{
    private const int OneBits = 127 << 23;

    private uint Quotient(ValueKind kind, uint a, uint b)
    {
        var quotient = Exact(SpirvOp.FDiv, kind, a, b);
        if (kind == ValueKind.Float64 || (floats & GpuFloats.ExactDivision) != 0)
            return quotient;

        // Of the fractions, where nothing can overflow, by Markstein's two steps (IA-64 and Elementary Functions,
        // 2000); then the exponent is set right. The device's quotient is left where the result, or an argument, is
        // no normal number.
        var (bitsA, bitsB) = (Do(SpirvOp.Bitcast, ValueKind.Int32, a), Do(SpirvOp.Bitcast, ValueKind.Int32, b));
        var (x, y) = (Fraction(bitsA), Fraction(bitsB));
        var one = Small(kind, 1);
        var negated = Exact(SpirvOp.FNegate, kind, y);
        var inverse = Exact(SpirvOp.FDiv, kind, one, y);
        inverse = Fused(kind, Fused(kind, negated, inverse, one), inverse, inverse);
        var result = Exact(SpirvOp.FMul, kind, x, inverse);
        result = Fused(kind, Fused(kind, negated, result, x), inverse, result);
        result = Fused(kind, Fused(kind, negated, result, x), inverse, result);

        var (exponentA, exponentB) = (Exponent(bitsA), Exponent(bitsB));
        var raise = Do(SpirvOp.ISub, ValueKind.Int32, exponentA, exponentB);
        var signs = And(Do(SpirvOp.BitwiseXor, ValueKind.Int32, bitsA, bitsB), int.MinValue);
        var bits = Plus(Do(SpirvOp.Bitcast, ValueKind.Int32, result),
            Do(SpirvOp.ShiftLeftLogical, ValueKind.Int32, raise, Int(23)));
        var exact = Do(
            SpirvOp.Bitcast, kind, Do(SpirvOp.BitwiseOr, ValueKind.Int32, bits, signs));
        var isNormal = Do(SpirvOp.LogicalAnd, ValueKind.Bool,
            Do(SpirvOp.LogicalAnd, ValueKind.Bool, IsNormal(exponentA), IsNormal(exponentB)),
            Do(SpirvOp.ULessThan, ValueKind.Bool, Plus(raise, Int(125)), Int(252)));
        return Do(SpirvOp.Select, kind, isNormal, exact, quotient);
    }

    private uint SquareRoot(ValueKind kind, uint a)
    {
        var root = Call(SpirvFunction.Sqrt, kind, a);
        if (kind == ValueKind.Float64 || (floats & GpuFloats.ExactDivision) != 0)
            return root;

        // Of a fraction between 1 and 4, so that the exponent that is left is even.
        var bits = Do(SpirvOp.Bitcast, ValueKind.Int32, a);
        var exponent = Do(SpirvOp.ISub, ValueKind.Int32, Exponent(bits), Int(127));
        var raise = Do(SpirvOp.ShiftRightArithmetic, ValueKind.Int32, exponent, Int(1));
        var x = Do(SpirvOp.Bitcast, kind, Do(SpirvOp.ISub, ValueKind.Int32,
            bits, Do(SpirvOp.ShiftLeftLogical, ValueKind.Int32, raise, Int(24))));
        var half = Number(kind, BitConverter.SingleToInt32Bits(0.5f));
        var result = Call(SpirvFunction.Sqrt, kind, x);
        var slope = Exact(SpirvOp.FDiv, kind, half, result);
        result = Fused(kind, Fused(kind, Exact(SpirvOp.FNegate, kind, result), result, x), slope, result);

        // Tuckerman's test chooses among it and its neighbours.
        var resultBits = Do(SpirvOp.Bitcast, ValueKind.Int32, result);
        var before = Do(SpirvOp.Bitcast, kind, Plus(resultBits, Int(-1)));
        var after = Do(SpirvOp.Bitcast, kind, Plus(resultBits, Int(1)));
        var zero = Number(kind, 0);
        var isLess = Do(SpirvOp.FOrdLessThanEqual, ValueKind.Bool,
            Fused(kind, Exact(SpirvOp.FNegate, kind, before), result, x), zero);
        var isMore = Do(SpirvOp.FOrdLessThan, ValueKind.Bool,
            zero, Fused(kind, Exact(SpirvOp.FNegate, kind, after), result, x));
        result = Do(SpirvOp.Select, kind, isMore, after, Do(SpirvOp.Select, kind, isLess, before, result));

        var exact = Do(SpirvOp.Bitcast, kind, Plus(Do(SpirvOp.Bitcast, ValueKind.Int32, result),
            Do(SpirvOp.ShiftLeftLogical, ValueKind.Int32, raise, Int(23))));

        // Of a number that is positive and normal.
        var isNormal = Do(SpirvOp.ULessThan, ValueKind.Bool,
            Plus(bits, Int(-0x00800000)), Int(0x7F800000 - 0x00800000));
        return Do(SpirvOp.Select, kind, isNormal, exact, root);
    }

    private uint Exponent(uint bits) => And(Shifted(bits, 23), 0xFF);

    private uint IsNormal(uint exponent) =>
        Do(SpirvOp.ULessThan, ValueKind.Bool, Plus(exponent, Int(-1)), Int(254));

    // The number with the exponent of 1.
    private uint Fraction(uint bits) => Do(SpirvOp.Bitcast, ValueKind.Float32,
        Do(SpirvOp.BitwiseOr, ValueKind.Int32, And(bits, 0x007FFFFF), Int(OneBits)));
}
