namespace KernelEngine.Gpu;

/// <content>Primitives.</content>
internal sealed partial class SpirvWriter
{
    /// <inheritdoc/>
    public override Value Apply(
        Primitive primitive, ValueKind kind, ReadOnlySpan<Value> arguments, long payload = 0, Array? table = null)
    {
        var a = (uint)arguments[0].Id;
        var b = arguments.Length > 1 ? (uint)arguments[1].Id : 0;
        var c = arguments.Length > 2 ? (uint)arguments[2].Id : 0;
        var of = arguments[0].Kind;
        var id = primitive.Name switch
        {
            "select" or "branch" => Do(SpirvOp.Select, kind, a, b, c),
            "convert" => ConvertTo(kind, a, of),
            "bitcast" => kind == of ? a : Do(SpirvOp.Bitcast, kind, a),
            "narrow" => Narrowed((DTypeCode)payload, a),
            "lookup" => LookUp(table!, kind, a),
            var name => of switch
            {
                ValueKind.Bool => Truth(name, a, b, c),
                ValueKind.Int32 or ValueKind.Int64 => Whole(name, of, a, b, c),
                _ => Real(name, of, a, b, c),
            },
        };
        return new((int)id, kind);
    }

    private static Exception Unknown(string name, ValueKind kind) =>
        new ArgumentException($"{name} is no primitive that kernels compute for {kind}", nameof(name));

    private uint Truth(string name, uint a, uint b, uint c) => name switch
    {
        "add" or "max" or "or" => Do(SpirvOp.LogicalOr, ValueKind.Bool, a, b),
        "mul" or "min" or "and" => Do(SpirvOp.LogicalAnd, ValueKind.Bool, a, b),
        "sub" or "xor" or "ne" => Do(SpirvOp.LogicalNotEqual, ValueKind.Bool, a, b),
        "eq" => Do(SpirvOp.LogicalEqual, ValueKind.Bool, a, b),
        "lt" => Do(SpirvOp.LogicalAnd, ValueKind.Bool, Do(SpirvOp.LogicalNot, ValueKind.Bool, a), b),
        "le" => Do(SpirvOp.LogicalOr, ValueKind.Bool, Do(SpirvOp.LogicalNot, ValueKind.Bool, a), b),
        "fma" => Do(SpirvOp.LogicalOr, ValueKind.Bool, Do(SpirvOp.LogicalAnd, ValueKind.Bool, a, b), c),
        "not" => Do(SpirvOp.LogicalNot, ValueKind.Bool, a),
        _ => throw Unknown(name, ValueKind.Bool),
    };

    private uint Whole(string name, ValueKind kind, uint a, uint b, uint c) => name switch
    {
        "add" => Do(SpirvOp.IAdd, kind, a, b),
        "sub" => Do(SpirvOp.ISub, kind, a, b),
        "mul" => Do(SpirvOp.IMul, kind, a, b),
        "fma" => Do(SpirvOp.IAdd, kind, Do(SpirvOp.IMul, kind, a, b), c),
        "div" => WholeQuotient(kind, a, b),
        "rem" => WholeRemainder(kind, a, b),
        "neg" => Do(SpirvOp.SNegate, kind, a),
        "abs" => Do(SpirvOp.Select, kind, Do(SpirvOp.SLessThan, ValueKind.Bool, a, Number(kind, 0)),
            Do(SpirvOp.SNegate, kind, a), a),
        "min" => Call(SpirvFunction.SMin, kind, a, b),
        "max" => Call(SpirvFunction.SMax, kind, a, b),
        "floor" or "ceil" or "trunc" or "round" => a,
        "eq" => Do(SpirvOp.IEqual, ValueKind.Bool, a, b),
        "ne" => Do(SpirvOp.INotEqual, ValueKind.Bool, a, b),
        "lt" => Do(SpirvOp.SLessThan, ValueKind.Bool, a, b),
        "le" => Do(SpirvOp.SLessThanEqual, ValueKind.Bool, a, b),
        "and" => Do(SpirvOp.BitwiseAnd, kind, a, b),
        "or" => Do(SpirvOp.BitwiseOr, kind, a, b),
        "xor" => Do(SpirvOp.BitwiseXor, kind, a, b),
        "not" => Do(SpirvOp.Not, kind, a),
        "shl" => ShiftedToZero(SpirvOp.ShiftLeftLogical, kind, a, b),
        "shr_logical" => ShiftedToZero(SpirvOp.ShiftRightLogical, kind, a, b),

        // A count out of range is a large one without sign: only the sign is left.
        "shr" => Do(SpirvOp.ShiftRightArithmetic, kind, a,
            Call(SpirvFunction.UMin, kind, b, Number(kind, Width(kind) - 1))),
        _ => throw Unknown(name, kind),
    };

    private uint Real(string name, ValueKind kind, uint a, uint b, uint c) => name switch
    {
        "add" => Exact(SpirvOp.FAdd, kind, a, b),
        "sub" => Exact(SpirvOp.FSub, kind, a, b),
        "mul" => Exact(SpirvOp.FMul, kind, a, b),
        "div" => Quotient(kind, a, b),
        "rem" => RealRemainder(kind, a, b),
        "fma" => Fused(kind, a, b, c),
        "neg" => Exact(SpirvOp.FNegate, kind, a),
        "abs" => Call(SpirvFunction.FAbs, kind, a),
        "min" => Extreme(isLeast: true, kind, a, b),
        "max" => Extreme(isLeast: false, kind, a, b),
        "sqrt" => SquareRoot(kind, a),
        "floor" => Call(SpirvFunction.Floor, kind, a),
        "ceil" => Call(SpirvFunction.Ceil, kind, a),
        "trunc" => Call(SpirvFunction.Trunc, kind, a),
        "round" => Call(SpirvFunction.RoundEven, kind, a),
        "eq" => Do(SpirvOp.FOrdEqual, ValueKind.Bool, a, b),
        "ne" => Do(SpirvOp.FUnordNotEqual, ValueKind.Bool, a, b),
        "lt" => Do(SpirvOp.FOrdLessThan, ValueKind.Bool, a, b),
        "le" => Do(SpirvOp.FOrdLessThanEqual, ValueKind.Bool, a, b),
        _ => throw Unknown(name, kind),
    };

    private static int Width(ValueKind kind) => kind is ValueKind.Int64 or ValueKind.Float64 ? 64 : 32;

    private uint ShiftedToZero(SpirvOp op, ValueKind kind, uint a, uint count)
    {
        var width = Width(kind);
        var isWithin = Do(SpirvOp.ULessThan, ValueKind.Bool, count, Number(kind, width));
        var masked = Do(SpirvOp.BitwiseAnd, kind, count, Number(kind, width - 1));
        return Do(SpirvOp.Select, kind, isWithin, Do(op, kind, a, masked), Number(kind, 0));
    }

    // No trap: a divisor of 0 gives 0, the smallest number by -1 wraps.
    private uint WholeQuotient(ValueKind kind, uint a, uint b)
    {
        var quotient = Do(SpirvOp.SDiv, kind, a, HarmlessDivisor(kind, b));
        quotient = Do(SpirvOp.Select, kind, Do(SpirvOp.IEqual, ValueKind.Bool, b, Number(kind, -1)),
            Do(SpirvOp.SNegate, kind, a), quotient);
        var zero = Number(kind, 0);
        return Do(SpirvOp.Select, kind, Do(SpirvOp.IEqual, ValueKind.Bool, b, zero), zero, quotient);
    }

    // Not OpSRem, which Vulkan does not define for negative numbers.
    private uint WholeRemainder(ValueKind kind, uint a, uint b)
    {
        var divisor = HarmlessDivisor(kind, b);
        return Do(SpirvOp.ISub, kind, a, Do(SpirvOp.IMul, kind, Do(SpirvOp.SDiv, kind, a, divisor), divisor));
    }

    // 1 for 0 and -1, whose remainders are 0.
    private uint HarmlessDivisor(ValueKind kind, uint b)
    {
        var one = Number(kind, 1);
        var isHarmful = Do(SpirvOp.ULessThan, ValueKind.Bool, Do(SpirvOp.IAdd, kind, b, one), Number(kind, 2));
        return Do(SpirvOp.Select, kind, isHarmful, one, b);
    }
}
