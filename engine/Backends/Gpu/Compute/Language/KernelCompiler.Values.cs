namespace KernelEngine.Gpu;

/// <content>Numbers, conversions, operators.</content>
internal sealed partial class KernelCompiler
{
    private Value True => writer.Constant(1, ValueKind.Bool);

    private Value False => writer.Constant(0, ValueKind.Bool);

    private TypedValue Number(ScalarType type, double number) => new(new(type), writer.Constant(type switch
    {
        ScalarType.Float => BitConverter.SingleToUInt32Bits((float)number),
        ScalarType.Double => BitConverter.DoubleToInt64Bits(number),
        ScalarType.UInt => (int)(uint)number,
        _ => (long)number,
    }, new KernelType(type).Kind))
    {
        Number = number,
    };

    private TypedValue Zero(KernelType type)
    {
        var zero = writer.Constant(0, type.Kind);
        var parts = new Value[type.Width];
        Array.Fill(parts, zero);
        return new(type, parts);
    }

    private Value Apply(Primitive primitive, ValueKind kind, params ReadOnlySpan<Value> arguments) =>
        writer.Apply(primitive, kind, arguments);

    private Value Truth(KernelExpression expression) =>
        Convert(Evaluate(expression), new(ScalarType.Bool), expression.Line).Value;

    // One number becomes as many as are wanted.
    private TypedValue Convert(TypedValue value, KernelType to, int line)
    {
        if (value.Type == to)
            return value;
        if (value.Type.Width != to.Width && value.Type.Width != 1)
            throw new KernelTextException(line, $"{value.Type} is no {to}");
        if (value is { Number: { } number, Type.Width: 1 } && to is { Width: 1 } && IsExact(number, to.Scalar))
            return Number(to.Scalar, number);
        var parts = Array.ConvertAll(value.Parts, part => Convert(part, value.Type.Scalar, to.Scalar));
        if (parts.Length < to.Width)
        {
            parts = [.. Enumerable.Repeat(parts[0], to.Width)];
        }

        return new(to, parts);
    }

    private static bool IsExact(double number, ScalarType to) => to switch
    {
        ScalarType.Int => number == Math.Truncate(number) && number is >= int.MinValue and <= int.MaxValue,
        ScalarType.UInt => number == Math.Truncate(number) && number is >= 0 and <= uint.MaxValue,
        ScalarType.Float or ScalarType.Double => true,
        _ => false,
    };

    private Value Convert(Value value, ScalarType from, ScalarType to)
    {
        var kind = new KernelType(to).Kind;
        switch (from, to)
        {
            case (ScalarType.Int or ScalarType.UInt, ScalarType.Int or ScalarType.UInt):
                return value;
            case (ScalarType.UInt, ScalarType.Bool):
                return Apply(Primitive.Convert, kind, value);
            case (ScalarType.UInt, _):
                return to == ScalarType.Long ? Widened(value) : Apply(Primitive.Convert, kind, Widened(value));
            case (ScalarType.Float or ScalarType.Double, ScalarType.UInt):
                return Apply(Primitive.Convert, kind, Apply(Primitive.Convert, ValueKind.Int64, value));
            default:
                return from == to ? value : Apply(Primitive.Convert, kind, value);
        }
    }

    // Without sign.
    private Value Widened(Value word) => Apply(
        Primitive.And, ValueKind.Int64, Apply(Primitive.Convert, ValueKind.Int64, word),
        writer.Constant(uint.MaxValue, ValueKind.Int64));

    private Value Flipped(Value word) =>
        Apply(Primitive.Xor, ValueKind.Int32, word, writer.Constant(int.MinValue, ValueKind.Int32));

    private Value Less(ScalarType type, Value a, Value b, bool orEqual = false) => Apply(
        orEqual ? Primitive.Le : Primitive.Lt, ValueKind.Bool,
        type == ScalarType.UInt ? Flipped(a) : a, type == ScalarType.UInt ? Flipped(b) : b);

    private TypedValue Unary(string symbol, TypedValue a, int line)
    {
        switch (symbol)
        {
            case "!":
                var truth = Convert(a, new(ScalarType.Bool), line);
                return new(truth.Type, Apply(Primitive.Not, ValueKind.Bool, truth.Value));
            case "~":
                a = Promoted(a, line);
                Expect(a.Type.Scalar < ScalarType.Float, line, $"'~' is of whole numbers, and this is {a.Type}");
                return Each(a, part => Apply(Primitive.Not, a.Type.Kind, part));
            default:
                a = Promoted(a, line);
                if (symbol == "+")
                    return a;
                return a.Number is { } number && a.Type.Scalar != ScalarType.UInt
                    ? Number(a.Type.Scalar, -number)
                    : Each(a, part => Apply(Primitive.Neg, a.Type.Kind, part));
        }
    }

    private TypedValue Promoted(TypedValue a, int line) => a.Type.Scalar == ScalarType.Bool
        ? Convert(a, a.Type with { Scalar = ScalarType.Int }, line)
        : a;

    private static TypedValue Each(TypedValue a, Func<Value, Value> make) =>
        new(a.Type, Array.ConvertAll(a.Parts, part => make(part)));

    // Both of the type that holds both, as C has it; a number as it is written takes the other's.
    private (TypedValue A, TypedValue B) Common(TypedValue a, TypedValue b, int line)
    {
        (a, b) = (Promoted(a, line), Promoted(b, line));
        var scalar = a.Type.Scalar > b.Type.Scalar ? a.Type.Scalar : b.Type.Scalar;
        var type = new KernelType(scalar, Math.Max(a.Type.Width, b.Type.Width));
        return (Convert(a, type, line), Convert(b, type, line));
    }

    private TypedValue Binary(string symbol, TypedValue a, TypedValue b, int line)
    {
        if (symbol is "<<" or ">>")
            return Shifted(symbol, a, b, line);
        if (symbol is "&" or "|" or "^" && a.Type.Scalar == ScalarType.Bool && b.Type.Scalar == ScalarType.Bool)
            return new(a.Type, Apply(Bitwise(symbol), ValueKind.Bool, a.Value, b.Value));
        (a, b) = Common(a, b, line);
        var (type, scalar, kind) = (a.Type, a.Type.Scalar, a.Type.Kind);
        if (symbol is "<" or "<=" or ">" or ">=" or "==" or "!=")
        {
            Expect(type.Width == 1, line, $"'{symbol}' compares numbers, and this is {type}");
            return new(new(ScalarType.Bool), symbol switch
            {
                "<" => Less(scalar, a.Value, b.Value),
                "<=" => Less(scalar, a.Value, b.Value, orEqual: true),
                ">" => Less(scalar, b.Value, a.Value),
                ">=" => Less(scalar, b.Value, a.Value, orEqual: true),
                "==" => Apply(Primitive.Eq, ValueKind.Bool, a.Value, b.Value),
                _ => Apply(Primitive.Ne, ValueKind.Bool, a.Value, b.Value),
            });
        }

        Expect(
            scalar < ScalarType.Float || symbol is "+" or "-" or "*" or "/", line,
            $"'{symbol}' is of whole numbers, and this is {type}");
        if (a.Whole is { } first && b.Whole is { } second && Folded(symbol, first, second) is { } whole &&
            IsExact(whole, scalar))
            return Number(scalar, whole);
        var parts = new Value[type.Width];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = Binary(symbol, scalar, kind, a.Parts[i], b.Parts[i]);
        return new(type, parts);
    }

    private Value Binary(string symbol, ScalarType scalar, ValueKind kind, Value a, Value b)
    {
        switch (symbol)
        {
            case "/" or "%" when scalar == ScalarType.UInt:
                var wide = Apply(
                    symbol == "/" ? Primitive.Div : Primitive.Rem, ValueKind.Int64, Widened(a), Widened(b));
                return Apply(Primitive.Convert, ValueKind.Int32, wide);
            case "+": return Apply(Primitive.Add, kind, a, b);
            case "-": return Apply(Primitive.Sub, kind, a, b);
            case "*": return Apply(Primitive.Mul, kind, a, b);
            case "/": return Apply(Primitive.Div, kind, a, b);
            case "%": return Apply(Primitive.Rem, kind, a, b);
            default: return Apply(Bitwise(symbol), kind, a, b);
        }
    }

    private TypedValue Shifted(string symbol, TypedValue a, TypedValue b, int line)
    {
        (a, b) = (Promoted(a, line), Promoted(b, line));
        Expect(
            a.Type.Scalar < ScalarType.Float && b.Type.Scalar < ScalarType.Float, line,
            $"'{symbol}' is of whole numbers");
        var count = Convert(b, a.Type with { Width = 1 }, line).Value;
        var primitive = symbol == "<<" ? Primitive.Shl
            : a.Type.Scalar == ScalarType.UInt ? Primitive.ShrLogical : Primitive.Shr;
        return a.Whole is { } first && b.Whole is >= 0 and < 31 and { } places && symbol == "<<" &&
            IsExact((double)first * (1L << (int)places), a.Type.Scalar)
            ? Number(a.Type.Scalar, first << (int)places)
            : Each(a, part => Apply(primitive, a.Type.Kind, part, count));
    }

    private static Primitive Bitwise(string symbol) => symbol switch
    {
        "&" => Primitive.And,
        "|" => Primitive.Or,
        _ => Primitive.Xor,
    };

    private static double? Folded(string symbol, long a, long b) => symbol switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" when b != 0 => a / b,
        "%" when b != 0 => a % b,
        _ => null,
    };

    private static void Expect(bool isSo, int line, string message)
    {
        if (!isSo)
            throw new KernelTextException(line, message);
    }
}
