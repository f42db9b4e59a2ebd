namespace KernelEngine.Conformance;

/// <summary>Python's operators, on tensors and on plain values.</summary>
internal static class PythonOperators
{
    public static readonly BindingTable Table = new()
    {
        { "+", Operator((x, y) => x + y, (x, s) => x + s, (s, x) => s + x) },
        { "-", Operator((x, y) => x - y, (x, s) => x - s, (s, x) => s - x) },
        { "*", Operator((x, y) => x * y, (x, s) => x * s, (s, x) => s * x) },
        { "/", Operator((x, y) => x / y, (x, s) => x / s, (s, x) => s / x) },
        {
            "//",
            Operator((x, y) => x.FloorDivide(y), (x, s) => x.FloorDivide(s),
                (s, x) => Arithmetic.FloorDivide.Apply(s, x))
        },
        { "%", Operator((x, y) => x % y, (x, s) => x % s, (s, x) => s % x) },
        { "**", Operator((x, y) => x.Pow(y), (x, s) => x.Pow(s), (s, x) => Tensor.Pow(s, x)) },
        { "@", a => a.Tensor(0, "left").Matmul(a.Tensor(1, "right")) },
        { "&", Operator((x, y) => x & y, (x, s) => x & s, (s, x) => x & s) },
        { "|", Operator((x, y) => x | y, (x, s) => x | s, (s, x) => x | s) },
        { "^", Operator((x, y) => x ^ y, (x, s) => x ^ s, (s, x) => x ^ s) },
        { "==", Operator((x, y) => x.Eq(y), (x, s) => x.Eq(s), (s, x) => x.Eq(s)) },
        { "!=", Operator((x, y) => x.Ne(y), (x, s) => x.Ne(s), (s, x) => x.Ne(s)) },
        { "<", Operator((x, y) => x < y, (x, s) => x < s, (s, x) => s < x) },
        { "<=", Operator((x, y) => x <= y, (x, s) => x <= s, (s, x) => s <= x) },
        { ">", Operator((x, y) => x > y, (x, s) => x > s, (s, x) => s > x) },
        { ">=", Operator((x, y) => x >= y, (x, s) => x >= s, (s, x) => s >= x) },
        { "~", a => ~a.Tensor(0, "self") },
        { "+=", InPlace((x, y) => x += y, (x, s) => x += s) },
        { "-=", InPlace((x, y) => x -= y, (x, s) => x -= s) },
        { "*=", InPlace((x, y) => x *= y, (x, s) => x *= s) },
        { "/=", InPlace((x, y) => x /= y, (x, s) => x /= s) },
        { "//=", InPlace((x, y) => x.FloorDivide_(y), (x, s) => x.FloorDivide_(s)) },
        { "neg", a => a.Any(0, "self") is Tensor x ? -x : PythonNumbers.Negate(a.Any(0, "self")) },
        {
            "[]",
            a => a.IsTensor(0, "self")
                ? OperatorBindings.Call("__getitem__", a)
                : Item(a.Any(0, "self"), a.Any(1, "index"))
        },
        { "[]=", a => OperatorBindings.Call("__setitem__", a) },
        { "=", a => a.Any(0, "value") },
        { "item", a => Item(a.Any(0, "sequence"), a.Any(1, "index")) },
    };

    private static Binding Operator(
        Func<Tensor, Tensor, Tensor> both, Func<Tensor, Scalar, Tensor> right, Func<Scalar, Tensor, Tensor> left) =>
        a => (a.Any(0, "left"), a.Any(1, "right")) switch
        {
            (Tensor x, Tensor y) => both(x, y),
            (Tensor x, _) => right(x, a.Scalar(1, "right")),
            (_, Tensor y) => left(a.Scalar(0, "left"), y),
            var (x, y) => PythonNumbers.Operate(a.Name, x, y),
        };

    private static Binding InPlace(Action<Tensor, Tensor> both, Action<Tensor, Scalar> right) => a =>
    {
        switch (a.Any(0, "left"), a.Any(1, "right"))
        {
            case (Tensor x, Tensor y):
                both(x, y);
                return x;
            case (Tensor x, _):
                right(x, a.Scalar(1, "right"));
                return x;
            case var (x, y):
                return PythonNumbers.Operate(a.Name[..^1], x, y);
        }
    };

    private static object? Item(object? sequence, object? index)
    {
        if (sequence is IReadOnlyDictionary<string, Tensor> state && index is string name)
        {
            return state.TryGetValue(name, out var tensor)
                ? tensor
                : throw new CannotBindException($"there is no '{name}' in the state");
        }

        if (sequence is TupleValue tuple)
            sequence = tuple.Items;
        if (sequence is not object?[] items || index is not long place)
            throw new CannotBindException("an element of what is no sequence, or by what is no whole number");
        return place >= -items.Length && place < items.Length
            ? items[place < 0 ? place + items.Length : place]
            : throw new CannotBindException($"element {place} of a sequence of {items.Length}");
    }
}
