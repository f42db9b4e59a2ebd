using static KernelEngine.Pointwise;

namespace KernelEngine.Gpu;

/// <content>Functions, and what preludes define as macros for other languages.</content>
internal sealed partial class KernelCompiler
{
    // Of real numbers, element by element.
    private static readonly Dictionary<string, (int Arity, Func<Expr[], Expr> Function)> Recipes = new()
    {
        ["exp"] = (1, x => Exp(x[0])),
        ["exp2"] = (1, x => Exp2(x[0])),
        ["log"] = (1, x => Log(x[0])),
        ["log2"] = (1, x => Log2(x[0])),
        ["pow"] = (2, x => Pow(x[0], x[1])),
        ["sin"] = (1, x => Sin(x[0])),
        ["cos"] = (1, x => Cos(x[0])),
        ["tan"] = (1, x => Tan(x[0])),
        ["asin"] = (1, x => Asin(x[0])),
        ["acos"] = (1, x => Acos(x[0])),
        ["atan"] = (1, x => Atan(x[0])),
        ["atan2"] = (2, x => Atan2(x[0], x[1])),
        ["sinh"] = (1, x => Sinh(x[0])),
        ["cosh"] = (1, x => Cosh(x[0])),
        ["tanh"] = (1, x => Tanh(x[0])),
    };

    private static readonly Dictionary<string, (int Arity, Func<Expr[], Expr> Function)> ShortFunctions = new()
    {
        ["floor"] = (1, x => Floor(x[0])),
        ["FLOOR"] = (1, x => Floor(x[0])),
        ["ceil"] = (1, x => Ceil(x[0])),
        ["CEIL"] = (1, x => Ceil(x[0])),
        ["trunc"] = (1, x => Trunc(x[0])),
        ["sqrt"] = (1, x => Sqrt(x[0])),
        ["SQRT"] = (1, x => Sqrt(x[0])),
        ["rsqrt"] = (1, x => Rsqrt(x[0])),
        ["frac"] = (1, x => x[0] - Floor(x[0])),
        ["fma"] = (3, x => Fma(x[0], x[1], x[2])),
        ["lerp"] = (3, x => x[0] + ((x[1] - x[0]) * x[2])),
        ["saturate"] = (1, x => Select(x[0] < 0, 0, Select(x[0] > 1, 1, x[0]))),
    };

    // What the tables spell as operators.
    private static readonly Dictionary<string, string> Operators = new()
    {
        ["ADD"] = "+",
        ["SUB"] = "-",
        ["MUL"] = "*",
        ["DIV"] = "/",
        ["LT"] = "<",
        ["LE"] = "<=",
        ["EQ"] = "==",
        ["VEC_ADD"] = "+",
        ["VEC_MUL"] = "*",
    };

    private static readonly HashSet<string> Conversions =
        ["INT", "UINT", "FLOAT", "REAL", "C_CONST", "C_FROM_INT", "C_TO_INT", "AS_UINT", "AS_FLOAT", "VEC_SPLAT"];

    private static readonly HashSet<string> Choices =
        ["min", "max", "MIN2", "MAX2", "clamp", "abs", "ABS", "NEG", "SELECT", "IS_NAN", "MUL_HI", "FMA", "VEC_FMA", "dot"];

    private static bool IsShort(string name) => ShortFunctions.ContainsKey(name) || Operators.ContainsKey(name) ||
        Conversions.Contains(name) || Choices.Contains(name) || TypeNamed(name) is not null;

    // A vector's type and its constructor are written in two ways.
    private static KernelType? TypeNamed(string name) => KernelType.Parse(name) ?? (name is "FLOAT2" or "FLOAT3" or
        "FLOAT4" or "INT2" or "INT3" or "INT4" or "UINT2" or "UINT3" or "UINT4"
        ? KernelType.Parse(name.ToLowerInvariant())
        : null);

    private TypedValue Call(CallExpression call)
    {
        var (line, name, arguments) = (call.Line, call.Name, call.Arguments);
        if (TypeNamed(name) is { } type)
            return Constructed(type, call);
        if (Operators.TryGetValue(name, out var symbol))
        {
            Take(2);
            return Binary(symbol, Evaluate(arguments[0]), Evaluate(arguments[1]), line);
        }

        if (ShortFunctions.TryGetValue(name, out var function) || Recipes.TryGetValue(name, out function))
        {
            Take(function.Arity);
            return Applied(name, function.Function, [.. arguments.Select(Evaluate)], line);
        }

        if (name.StartsWith("ATOMIC_", StringComparison.Ordinal))
            return Atomic(call);
        switch (name)
        {
            case "BARRIER" or "BARRIER_GLOBAL":
                Take(0);
                writer.Barrier();
                return Zero(new(ScalarType.Int));
            case "LOAD" or "LOAD_INDEX" or "LOAD_LOW" or "LOAD_HIGH" or "VEC_LOAD":
                Take(2);
                return Loaded(name, OperandAt(0), arguments[1], line);
            case "STORE" or "STORE_INDEX" or "VEC_STORE":
                Take(3);
                var place = ElementOf(OperandAt(0), arguments[1], line);
                place.Store(Convert(Evaluate(arguments[2]), place.Type, line));
                return Zero(new(ScalarType.Int));
            case "LOAD4" or "STORE4":
                Take(name == "LOAD4" ? 2 : 3);
                return Four(OperandAt(0), call);
            case "INT" or "C_TO_INT":
                return To(new(ScalarType.Int));
            case "UINT":
                return To(new(ScalarType.UInt));
            case "FLOAT" or "REAL" or "C_CONST" or "C_FROM_INT" or "VEC_SPLAT":
                return To(new(ScalarType.Float));
            case "AS_UINT":
                return new(new(ScalarType.UInt), Apply(
                    Primitive.Bitcast, ValueKind.Int32, To(new(ScalarType.Float)).Value));
            case "AS_FLOAT":
                return new(new(ScalarType.Float), Apply(
                    Primitive.Bitcast, ValueKind.Float32, To(new(ScalarType.UInt)).Value));
            case "min" or "MIN2" or "max" or "MAX2":
                Take(2);
                return Extreme(name is "min" or "MIN2", Evaluate(arguments[0]), Evaluate(arguments[1]), line);
            case "clamp":
                Take(3);
                var low = Extreme(isLeast: false, Evaluate(arguments[0]), Evaluate(arguments[1]), line);
                return Extreme(isLeast: true, low, Evaluate(arguments[2]), line);
            case "abs" or "ABS":
                Take(1);
                var number = Promoted(Evaluate(arguments[0]), line);
                return number.Type.Scalar == ScalarType.UInt
                    ? number
                    : Each(number, part => Apply(Primitive.Abs, number.Type.Kind, part));
            case "NEG":
                Take(1);
                return Unary("-", Evaluate(arguments[0]), line);
            case "SELECT":
                Take(3);
                return Chosen(Truth(arguments[0]), Evaluate(arguments[1]), Evaluate(arguments[2]), line);
            case "IS_NAN":
                Take(1);
                var asked = Real(Evaluate(arguments[0]), line).Value;
                return new(new(ScalarType.Bool), Apply(Primitive.Ne, ValueKind.Bool, asked, asked));
            case "FMA" or "VEC_FMA":
                Take(3);
                return Applied(name, x => Fma(x[0], x[1], x[2]), [.. arguments.Select(Evaluate)], line);
            case "MUL_HI":
                Take(2);
                return HighProduct(Evaluate(arguments[0]), Evaluate(arguments[1]), line);
            case "dot":
                Take(2);
                var products = Binary("*", Evaluate(arguments[0]), Evaluate(arguments[1]), line);
                var sum = products.Parts[0];
                for (var i = 1; i < products.Parts.Length; i++)
                    sum = Apply(Primitive.Add, products.Type.Kind, sum, products.Parts[i]);
                return new(products.Type with { Width = 1 }, sum);
            default:
                throw new KernelTextException(line, $"there is no function '{name}'");
        }

        void Take(int count) => Expect(
            arguments.Length == count, line, $"'{name}' takes {count} arguments, not {arguments.Length}");

        TypedValue To(KernelType target)
        {
            Take(1);
            var value = Evaluate(arguments[0]);
            return Convert(value, target with { Width = value.Type.Width }, line);
        }

        int OperandAt(int i)
        {
            var operand = arguments[i] is NameExpression { Name: var named } ? OperandOf(named) : -1;
            Expect(operand >= 0, line, $"'{name}' takes the name of an operand first");
            return operand;
        }
    }

    private TypedValue Constructed(KernelType type, CallExpression call)
    {
        var values = Array.ConvertAll(call.Arguments, Evaluate);
        if (values is [{ Type.Width: var width } only] && (type.Width == 1 || width == 1 || width == type.Width))
            return Convert(only, type with { Width = Math.Max(width, type.Width) }, call.Line);
        Value[] parts =
        [
            .. values.SelectMany(v => Convert(v, type with { Width = v.Type.Width }, call.Line).Parts),
        ];
        Expect(parts.Length == type.Width, call.Line, $"'{call.Name}' takes {type.Width} numbers, not {parts.Length}");
        return new(type, parts);
    }

    private TypedValue Real(TypedValue value, int line) => value.Type.Scalar >= ScalarType.Float
        ? value
        : Convert(value, value.Type with { Scalar = ScalarType.Float }, line);

    private TypedValue Applied(string name, Func<Expr[], Expr> function, TypedValue[] arguments, int line)
    {
        var all = Real(arguments[0], line);
        for (var i = 1; i < arguments.Length; i++)
            (all, _) = Common(all, Real(arguments[i], line), line);
        var (type, dtype) = (all.Type, all.Type.Scalar == ScalarType.Float ? DType.Float32 : DType.Float64);
        arguments = Array.ConvertAll(arguments, a => Convert(a, type, line));
        var program = PointwiseProgram.Of(
            name, [.. arguments.Select(_ => dtype)], [], [dtype],
            [function([.. arguments.Select((_, i) => Expr.Input(i, type.Kind))])]);
        var written = new WrittenProgram(writer, program, []);
        var parts = new Value[type.Width];
        for (var k = 0; k < parts.Length; k++)
            parts[k] = written.Apply(Array.ConvertAll(arguments, a => a.Parts[k]))[0];
        return new(type, parts);
    }

    // The first unless the second is less, or greater: of numbers that cannot be compared, the first.
    private TypedValue Extreme(bool isLeast, TypedValue a, TypedValue b, int line)
    {
        (a, b) = Common(a, b, line);
        var (type, parts) = (a.Type, new Value[a.Type.Width]);
        for (var i = 0; i < parts.Length; i++)
        {
            var second = isLeast
                ? Less(type.Scalar, b.Parts[i], a.Parts[i])
                : Less(type.Scalar, a.Parts[i], b.Parts[i]);
            parts[i] = Apply(Primitive.Select, type.Kind, second, b.Parts[i], a.Parts[i]);
        }

        return new(type, parts);
    }

    private TypedValue HighProduct(TypedValue a, TypedValue b, int line)
    {
        var type = new KernelType(ScalarType.UInt);
        var (first, second) = (Widened(Convert(a, type, line).Value), Widened(Convert(b, type, line).Value));
        var product = Apply(Primitive.Mul, ValueKind.Int64, first, second);
        return new(type, Apply(Primitive.Convert, ValueKind.Int32, Apply(
            Primitive.ShrLogical, ValueKind.Int64, product, writer.Constant(32, ValueKind.Int64))));
    }

    private TypedValue Loaded(string name, int operand, KernelExpression index, int line)
    {
        var value = ElementOf(operand, index, line).Load();
        if (name is "LOAD" or "VEC_LOAD")
            return value;
        Expect(value.Type.Scalar == ScalarType.Long, line, $"'{name}' is of int64, and this is {value.Type}");
        var type = new KernelType(ScalarType.Int);
        switch (name)
        {
            case "LOAD_LOW":
                return Convert(value, type, line);
            case "LOAD_HIGH":
                return new(type, Apply(Primitive.Convert, ValueKind.Int32, Apply(
                    Primitive.Shr, ValueKind.Int64, value.Value, writer.Constant(32, ValueKind.Int64))));
            default:
                // Saturated.
                var most = writer.Constant(int.MaxValue, ValueKind.Int64);
                var least = writer.Constant(int.MinValue, ValueKind.Int64);
                var held = Apply(Primitive.Max, ValueKind.Int64, least, Apply(
                    Primitive.Min, ValueKind.Int64, most, value.Value));
                return new(type, Apply(Primitive.Convert, ValueKind.Int32, held));
        }
    }

    // Four elements of float32 that follow each other.
    private TypedValue Four(int operand, CallExpression call)
    {
        var (line, type) = (call.Line, new KernelType(ScalarType.Float, 4));
        var (name, dtype, access) = kernel.Operands[operand];
        Expect(dtype == DType.Float32, line, $"'{call.Name}' is of float32, and '{name}' is of {dtype}");
        var index = IndexOf(call.Arguments[1]);
        var value = call.Name == "STORE4" ? Convert(Evaluate(call.Arguments[2]), type, line) : Zero(type);
        for (var k = 0; k < 4; k++)
        {
            var place = writer.Add(index, writer.Int(k));
            if (call.Name == "LOAD4")
            {
                value.Parts[k] = writer.Load(operand, dtype, place);
                continue;
            }

            Expect(access != Access.Read, line, $"'{name}' is only read");
            writer.Store(operand, dtype, place, value.Parts[k]);
        }

        return value;
    }

    private TypedValue Atomic(CallExpression call)
    {
        var (line, arguments) = (call.Line, call.Arguments);
        var isExchange = call.Name == "ATOMIC_CAS";
        var count = isExchange ? 4 : 3;
        Expect(
            arguments.Length == count, line, $"'{call.Name}' takes {count} arguments, not {arguments.Length}");
        var name = (arguments[0] as NameExpression)?.Name ?? "";
        var operand = OperandOf(name);
        var isShared = shared.TryGetValue(name, out var array);
        Expect(
            isShared ? array.Kind == ValueKind.Int32 : operand >= 0 && kernel.Operands[operand].DType == DType.Int32,
            line, $"'{call.Name}' takes the name of an operand of int32 first, or of shared memory of int or uint");
        Expect(isShared || kernel.Operands[operand].Access != Access.Read, line, $"'{name}' is only read");
        var type = new KernelType(
            isShared ? ScalarOf(kernel.SharedArrays.First(s => s.Name == name).Type) : ScalarType.Int);
        var isUnsigned = type.Scalar == ScalarType.UInt;
        var change = call.Name switch
        {
            "ATOMIC_ADD" => AtomicChange.Add,
            "ATOMIC_MIN" => isUnsigned ? AtomicChange.MinUnsigned : AtomicChange.Min,
            "ATOMIC_MAX" => isUnsigned ? AtomicChange.MaxUnsigned : AtomicChange.Max,
            "ATOMIC_OR" => AtomicChange.Or,
            "ATOMIC_AND" => AtomicChange.And,
            "ATOMIC_EXCHANGE" => AtomicChange.Exchange,
            "ATOMIC_CAS" => AtomicChange.CompareExchange,
            _ => throw new KernelTextException(line, $"there is no function '{call.Name}'"),
        };
        var index = IndexOf(arguments[1]);
        var expected = isExchange ? Convert(Evaluate(arguments[2]), type, line).Value : default;
        var value = Convert(Evaluate(arguments[^1]), type, line).Value;
        return new(type, isShared
            ? writer.Atomic(change, array, index, value, expected)
            : writer.Atomic(change, operand, index, value, expected));
    }
}
