namespace KernelEngine.Gpu;

/// <content>Primitives.</content>
internal sealed partial class PtxWriter
{
    /// <inheritdoc/>
    public override Value Apply(
        Primitive primitive, ValueKind kind, ReadOnlySpan<Value> arguments, long payload = 0, Array? table = null)
    {
        var a = Of(arguments[0]);
        var b = arguments.Length > 1 ? Of(arguments[1]) : "";
        var c = arguments.Length > 2 ? Of(arguments[2]) : "";
        var of = arguments[0].Kind;
        return Named(primitive.Name switch
        {
            "select" or "branch" => Select(kind, a, b, c),
            "convert" => ConvertTo(kind, a, of),
            "bitcast" => SameBits(kind, a, of),
            "narrow" => Narrowed((DTypeCode)payload, a),
            "lookup" => LookUp(table!, kind, a),
            var name => of switch
            {
                ValueKind.Bool => Truth(name, a, b, c),
                ValueKind.Int32 or ValueKind.Int64 => Whole(name, of, a, b, c),
                _ => Real(name, of, a, b, c),
            },
        }, kind);
    }

    private static Exception Unknown(string name, ValueKind kind) =>
        new ArgumentException($"{name} is no primitive that kernels compute for {kind}", nameof(name));

    private string Truth(string name, string a, string b, string c) => name switch
    {
        "add" or "max" or "or" => Logical("or", a, b),
        "mul" or "min" or "and" => Logical("and", a, b),
        "sub" or "xor" or "ne" => Logical("xor", a, b),
        "eq" => Not(Logical("xor", a, b)),
        "lt" => Logical("and", Not(a), b),
        "le" => Logical("or", Not(a), b),
        "fma" => Logical("or", Logical("and", a, b), c),
        "not" => Not(a),
        _ => throw Unknown(name, ValueKind.Bool),
    };

    private string Whole(string name, ValueKind kind, string a, string b, string c)
    {
        var (type, bits) = (TypeOf(kind), Bits(kind));
        return name switch
        {
            "add" or "sub" or "min" or "max" => Do($"{name}.{type}", kind, a, b),
            "mul" => Do($"mul.lo.{type}", kind, a, b),
            "fma" => Do($"mad.lo.{type}", kind, a, b, c),
            "div" => WholeQuotient(kind, a, b),
            "rem" => WholeRemainder(kind, a, b),
            "neg" => Do($"neg.{type}", kind, a),
            "abs" => Select(kind, Compare("lt", kind, a, "0"), Do($"neg.{type}", kind, a), a),
            "floor" or "ceil" or "trunc" or "round" => a,
            "eq" or "ne" or "lt" or "le" => Compare(name, kind, a, b),
            "and" or "or" or "xor" => Do($"{name}.{bits}", kind, a, b),
            "not" => Do($"not.{bits}", kind, a),

            // A count beyond the width counts as the width; one below 0 is a large one without sign.
            "shl" => Do($"shl.{bits}", kind, a, ShiftCount(kind, b)),
            "shr" => Do($"shr.{type}", kind, a, ShiftCount(kind, b)),
            "shr_logical" => Do($"shr.{Unsigned(kind)}", kind, a, ShiftCount(kind, b)),
            _ => throw Unknown(name, kind),
        };
    }

    private string Real(string name, ValueKind kind, string a, string b, string c)
    {
        var type = TypeOf(kind);
        return name switch
        {
            "add" or "sub" or "mul" or "div" => Do($"{name}.rn.{type}", kind, a, b),
            "fma" => Do($"fma.rn.{type}", kind, a, b, c),
            "sqrt" => Do($"sqrt.rn.{type}", kind, a),
            "neg" or "abs" => Do($"{name}.{type}", kind, a),
            "rem" => RealRemainder(kind, a, b),
            "min" => Extreme(isLeast: true, kind, a, b),
            "max" => Extreme(isLeast: false, kind, a, b),
            "floor" => Do($"cvt.rmi.{type}.{type}", kind, a),
            "ceil" => Do($"cvt.rpi.{type}.{type}", kind, a),
            "trunc" => Do($"cvt.rzi.{type}.{type}", kind, a),
            "round" => Do($"cvt.rni.{type}.{type}", kind, a),
            "eq" or "lt" or "le" => Compare(name, kind, a, b),
            "ne" => Compare("neu", kind, a, b),
            _ => throw Unknown(name, kind),
        };
    }

    private static string Unsigned(ValueKind kind) => kind is ValueKind.Int64 or ValueKind.Float64 ? "u64" : "u32";

    private string Not(string a) => Do("not.pred", ValueKind.Bool, a);

    private string Logical(string op, string a, string b) => Do(op + ".pred", ValueKind.Bool, a, b);

    private string Compare(string op, ValueKind kind, string a, string b) =>
        Do($"setp.{op}.{TypeOf(kind)}", ValueKind.Bool, a, b);

    // As numbers without sign.
    private string CompareUnsigned(string op, ValueKind kind, string a, string b) =>
        Do($"setp.{op}.{Unsigned(kind)}", ValueKind.Bool, a, b);

    private string Select(ValueKind kind, string condition, string a, string b) => kind == ValueKind.Bool
        ? Logical("or", Logical("and", condition, a), Logical("and", Not(condition), b))
        : Do($"selp.{(Primitive.IsReal(kind) ? TypeOf(kind) : Bits(kind))}", kind, a, b, condition);

    // Counts have 32 bits whatever is shifted.
    private string ShiftCount(ValueKind kind, string count) => kind == ValueKind.Int32
        ? count
        : Do("cvt.u32.u64", ValueKind.Int32, Do("min.u64", ValueKind.Int64, count, "64"));

    // No trap: a divisor of 0 gives 0, the smallest number by -1 wraps.
    private string WholeQuotient(ValueKind kind, string a, string b)
    {
        var type = TypeOf(kind);
        var quotient = Do($"div.{type}", kind, a, HarmlessDivisor(kind, b));
        quotient = Select(kind, Compare("eq", kind, b, "-1"), Do($"neg.{type}", kind, a), quotient);
        return Select(kind, Compare("eq", kind, b, "0"), "0", quotient);
    }

    private string WholeRemainder(ValueKind kind, string a, string b) =>
        Do($"rem.{TypeOf(kind)}", kind, a, HarmlessDivisor(kind, b));

    // 1 for 0 and -1, whose remainders are 0.
    private string HarmlessDivisor(ValueKind kind, string b)
    {
        if (long.TryParse(b, out var number))
            return number is 0 or -1 ? "1" : b;
        var above = Do($"add.{TypeOf(kind)}", kind, b, "1");
        return Select(kind, CompareUnsigned("lt", kind, above, "2"), "1", b);
    }
}
