namespace KernelEngine.Gpu;

/// <content>Expressions, and the places that values are assigned to.</content>
internal sealed partial class KernelCompiler
{
    private static readonly string[] Axes = ["x", "y", "z", "w"];

    private TypedValue Evaluate(KernelExpression expression)
    {
        switch (expression)
        {
            case NumberExpression number:
                return Number(number.Type, number.Number);
            case NameExpression name:
                return Named(name);
            case MemberExpression member:
                return Member(member);
            case IndexExpression:
                return PlaceOf(expression).Load();
            case UnaryExpression unary:
                return Unary(unary.Operator, Evaluate(unary.Operand), unary.Line);
            case BinaryExpression { Operator: "," } both:
                Evaluate(both.Left);
                return Evaluate(both.Right);
            case BinaryExpression { Operator: "&&" or "||" } logical:
                return Logical(logical);
            case BinaryExpression binary:
                return Binary(binary.Operator, Evaluate(binary.Left), Evaluate(binary.Right), binary.Line);
            case ChoiceExpression choice:
                return Choice(choice);
            case AssignExpression assign:
                var place = PlaceOf(assign.Target);
                var old = assign.Operator is null ? default : place.Load();
                var value = Evaluate(assign.Value);
                if (assign.Operator is not null)
                    value = Binary(assign.Operator, old, value, assign.Line);
                value = Convert(value, place.Type, assign.Line);
                place.Store(value);
                return assign.GivesOld ? old : value;
            default:
                return Call((CallExpression)expression);
        }
    }

    private TypedValue Named(NameExpression expression)
    {
        var name = expression.Name;
        if (TryFind(name, out var local))
            return PlaceOf(expression).Load();
        if (given.TryGetValue(name, out var parameter))
            return parameter;
        return name switch
        {
            "true" => new(new(ScalarType.Bool), True),
            "false" => new(new(ScalarType.Bool), False),
            "THREADS" or "THREADS_X" => Number(ScalarType.Int, kernel.Threads),
            "GRID_THREADS" => Word(ParameterLayout.GridThreads),
            "GROUPS_X" => Word(ParameterLayout.GroupsX),
            "VEC_WIDTH" => Number(ScalarType.Int, 1),
            "K_INFINITY" => Number(ScalarType.Float, double.PositiveInfinity),
            "K_NAN" => Number(ScalarType.Float, double.NaN),
            _ when OperandOf(name) >= 0 || shared.ContainsKey(name) =>
                throw new KernelTextException(expression.Line, $"'{name}' has elements: {name}[i]"),
            _ => throw new KernelTextException(expression.Line, $"'{name}' is not declared"),
        };

        TypedValue Word(int word) => new(new(ScalarType.Int), writer.Parameter(word));
    }

    private TypedValue Member(MemberExpression expression)
    {
        if (expression.Of is NameExpression { Name: "id" or "local_id" or "group_id" } index &&
            !TryFind(index.Name, out _))
        {
            Expect(expression.Member == "x", expression.Line, $"threads have one dimension: {index.Name}.x");

            // One dimension, however many rows of groups the launch has.
            var local = writer.LocalIndex(0);
            if (index.Name == "local_id")
                return new(new(ScalarType.Int), local);
            var group = writer.Add(writer.GroupIndex(0), writer.Multiply(
                writer.GroupIndex(1), writer.Parameter(ParameterLayout.GroupsX)));
            return new(new(ScalarType.Int), index.Name == "group_id"
                ? group
                : writer.Add(writer.Multiply(group, writer.Int(kernel.Threads)), local));
        }

        var value = Evaluate(expression.Of);
        var parts = PartsOf(expression, value.Type);
        return new(value.Type with { Width = parts.Length }, Array.ConvertAll(parts, k => value.Parts[k]));
    }

    private static int[] PartsOf(MemberExpression expression, KernelType type)
    {
        var parts = Array.ConvertAll(expression.Member.ToCharArray(), c => Array.IndexOf(Axes, c.ToString()));
        Expect(
            type.Width > 1 && parts.Length <= 4 && parts.All(k => k >= 0 && k < type.Width), expression.Line,
            $"{type} has no '{expression.Member}'");
        return parts;
    }

    // The second side only where it decides, unless nothing but time is lost.
    private TypedValue Logical(BinaryExpression expression)
    {
        var isAnd = expression.Operator == "&&";
        var first = Truth(expression.Left);
        var type = new KernelType(ScalarType.Bool);
        if (IsHarmless(expression.Right))
        {
            return new(type, Apply(
                isAnd ? Primitive.And : Primitive.Or, ValueKind.Bool, first, Truth(expression.Right)));
        }

        var result = writer.Declare(first);
        writer.If(
            isAnd ? first : Apply(Primitive.Not, ValueKind.Bool, first),
            () => writer.Set(result, Truth(expression.Right)));
        return new(type, writer.Get(result));
    }

    private TypedValue Choice(ChoiceExpression expression)
    {
        var condition = Truth(expression.Condition);
        if (IsHarmless(expression.Then) && IsHarmless(expression.Otherwise))
            return Chosen(condition, Evaluate(expression.Then), Evaluate(expression.Otherwise), expression.Line);

        // Each side leaves its value in variables; what those of the other hold is never taken.
        (KernelType Type, Variable[] Parts) then = (default, []), otherwise = (default, []);
        writer.If(
            condition, () => then = Kept(Evaluate(expression.Then)),
            () => otherwise = Kept(Evaluate(expression.Otherwise)));
        return Chosen(
            condition, new(then.Type, Array.ConvertAll(then.Parts, writer.Get)),
            new(otherwise.Type, Array.ConvertAll(otherwise.Parts, writer.Get)), expression.Line);

        (KernelType Type, Variable[] Parts) Kept(TypedValue value) =>
            (value.Type, Array.ConvertAll(value.Parts, writer.Declare));
    }

    private TypedValue Chosen(Value condition, TypedValue a, TypedValue b, int line)
    {
        if (a.Type != b.Type)
            (a, b) = Common(a, b, line);
        var parts = new Value[a.Type.Width];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = Apply(Primitive.Select, a.Type.Kind, condition, a.Parts[i], b.Parts[i]);
        return new(a.Type, parts);
    }

    // Whether nothing but time is lost where it is evaluated in vain: no memory, no change, nothing long.
    private static bool IsHarmless(KernelExpression expression) => expression switch
    {
        NumberExpression or NameExpression => true,
        MemberExpression member => IsHarmless(member.Of),
        UnaryExpression unary => IsHarmless(unary.Operand),
        BinaryExpression binary => IsHarmless(binary.Left) && IsHarmless(binary.Right),
        ChoiceExpression choice =>
            IsHarmless(choice.Condition) && IsHarmless(choice.Then) && IsHarmless(choice.Otherwise),
        CallExpression call => IsShort(call.Name) && Array.TrueForAll(call.Arguments, IsHarmless),
        _ => false,
    };

    private Place PlaceOf(KernelExpression expression)
    {
        var line = expression.Line;
        switch (expression)
        {
            case NameExpression { Name: var name }:
                if (!TryFind(name, out var local))
                    throw new KernelTextException(line, Unassignable(name));
                Expect(local.Count is null, line, $"'{name}' is an array: {name}[i]");
                return new(
                    local.Type, () => new(local.Type, Array.ConvertAll(local.Parts, writer.Get)), value =>
                    {
                        for (var i = 0; i < local.Parts.Length; i++)
                            writer.Set(local.Parts[i], value.Parts[i]);
                    });
            case MemberExpression member:
                var whole = PlaceOf(member.Of);
                var parts = PartsOf(member, whole.Type);
                var type = whole.Type with { Width = parts.Length };
                return new(
                    type, () =>
                    {
                        var values = whole.Load().Parts;
                        return new(type, Array.ConvertAll(parts, k => values[k]));
                    }, value =>
                    {
                        var values = (Value[])whole.Load().Parts.Clone();
                        for (var i = 0; i < parts.Length; i++)
                            values[parts[i]] = value.Parts[i];
                        whole.Store(new(whole.Type, values));
                    });
            case IndexExpression { Of: var name } element:
                if (TryFind(name, out var array))
                    return ElementOf(array, element);
                if (shared.TryGetValue(name, out var group))
                    return ElementOf(group, name, element);
                var operand = OperandOf(name);
                Expect(operand >= 0, line, $"'{name}' is not declared");
                Expect(
                    kernel.Operands[operand].DType.Code is DTypeCode.Float32 or DTypeCode.Float64 or DTypeCode.Int32,
                    line, $"elements of {kernel.Operands[operand].DType} are loaded by LOAD({name}, i) and stored by " +
                    $"STORE({name}, i, x)");
                return ElementOf(operand, element.Index, line);
            default:
                throw new KernelTextException(line, "nothing can be assigned to this");
        }
    }

    private string Unassignable(string name) => given.ContainsKey(name)
        ? $"'{name}' is a parameter, which stays as it is"
        : $"'{name}' is not declared";

    private Value IndexOf(KernelExpression index)
    {
        var value = Evaluate(index);
        Expect(
            value.Type.Scalar < ScalarType.Float, index.Line, $"an index is a whole number, and this is {value.Type}");
        return Convert(value, new(ScalarType.Int), index.Line).Value;
    }

    // An element of a tensor.
    private Place ElementOf(int operand, KernelExpression at, int line)
    {
        var (name, dtype, access) = kernel.Operands[operand];
        var index = IndexOf(at);
        var type = TypeOf(dtype);
        return new(
            type, () =>
            {
                var loaded = writer.Load(operand, dtype, index);
                return new(type, dtype.Code == DTypeCode.Bool
                    ? Apply(Primitive.Convert, ValueKind.Int32, loaded)
                    : loaded);
            }, value =>
            {
                Expect(access != Access.Read, line, $"'{name}' is only read");
                writer.Store(operand, dtype, index, dtype.Code == DTypeCode.Bool
                    ? Apply(Primitive.Convert, ValueKind.Bool, value.Value)
                    : value.Value);
            });
    }

    private static KernelType TypeOf(DType dtype) => new(dtype.Register switch
    {
        ValueKind.Int64 => ScalarType.Long,
        ValueKind.Float32 => ScalarType.Float,
        ValueKind.Float64 => ScalarType.Double,
        _ => ScalarType.Int,
    });

    private Place ElementOf(SharedArray array, string name, IndexExpression element)
    {
        var index = IndexOf(element.Index);
        var type = new KernelType(ScalarOf(kernel.SharedArrays.First(s => s.Name == name).Type));
        return new(
            type, () => new(type, writer.LoadShared(array, index)),
            value => writer.StoreShared(array, index, value.Value));
    }

    // Registers have no places: where the index is no number, each element is asked whether it is the one.
    private Place ElementOf(Local array, IndexExpression element)
    {
        var (line, width) = (element.Line, array.Type.Width);
        var count = array.Count ?? throw new KernelTextException(line, $"'{element.Of}' is no array");
        var index = Evaluate(element.Index);
        if (index.Whole is { } at)
        {
            Expect(at >= 0 && at < count, line, $"'{element.Of}' has {count} elements, and no [{at}]");
            var parts = array.Parts[(int)(at * width)..(int)((at + 1) * width)];
            return new(array.Type, () => new(array.Type, Array.ConvertAll(parts, writer.Get)), value =>
            {
                for (var i = 0; i < width; i++)
                    writer.Set(parts[i], value.Parts[i]);
            });
        }

        var place = Convert(index, new(ScalarType.Int), line).Value;
        Value IsAt(int k) => Apply(Primitive.Eq, ValueKind.Bool, place, writer.Int(k));
        return new(
            array.Type, () =>
            {
                var parts = Array.ConvertAll(array.Parts[..width], writer.Get);
                for (var k = 1; k < count; k++)
                {
                    var isAt = IsAt(k);
                    for (var i = 0; i < width; i++)
                    {
                        parts[i] = Apply(
                            Primitive.Select, array.Type.Kind, isAt, writer.Get(array.Parts[(k * width) + i]), parts[i]);
                    }
                }

                return new(array.Type, parts);
            }, value =>
            {
                for (var k = 0; k < count; k++)
                {
                    var isAt = IsAt(k);
                    for (var i = 0; i < width; i++)
                    {
                        var part = array.Parts[(k * width) + i];
                        writer.Set(part, Apply(
                            Primitive.Select, array.Type.Kind, isAt, value.Parts[i], writer.Get(part)));
                    }
                }
            });
    }

    /// <summary>A place that has a value and can be given one.</summary>
    private sealed record Place(KernelType Type, Func<TypedValue> Load, Action<TypedValue> Store);
}
