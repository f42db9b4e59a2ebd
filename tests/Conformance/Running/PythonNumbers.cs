namespace KernelEngine.Conformance;

/// <summary>Python's arithmetic and comparisons of plain values, such as sizes and addresses.</summary>
internal static class PythonNumbers
{
    /// <summary>Applies an operator.</summary>
    /// <exception cref="CannotBindException">The operator is not known for these values.</exception>
    public static object Operate(string op, object? left, object? right)
    {
        if (op is "==" or "!=")
            return AreEqual(left, right) == (op is "==");
        var (x, y) = (Whole(left), Whole(right));
        if (x is { } a && y is { } b)
        {
            switch (op)
            {
                case "+": return checked(a + b);
                case "-": return checked(a - b);
                case "*": return checked(a * b);
                case "//" when b != 0: return (long)Math.Floor((decimal)a / b);
                case "%" when b != 0: return a - (b * (long)Math.Floor((decimal)a / b));
                case "<": return a < b;
                case "<=": return a <= b;
                case ">": return a > b;
                case ">=": return a >= b;
            }
        }

        return (Real(left), Real(right)) is ({ } c, { } d)
            ? op switch
            {
                "+" => c + d,
                "-" => c - d,
                "*" => c * d,
                "/" when d != 0 => c / d,
                "**" => Math.Pow(c, d),
                "<" => c < d,
                "<=" => c <= d,
                ">" => c > d,
                ">=" => c >= d,
                _ => throw Unknown(op, left, right),
            }
            : throw Unknown(op, left, right);
    }

    /// <summary>The negative.</summary>
    public static object Negate(object? value) => value switch
    {
        long whole => -whole,
        double real => -real,
        _ => throw Unknown("neg", value, null),
    };

    private static bool AreEqual(object? left, object? right) => (left, right) switch
    {
        (TupleValue tuple, _) => AreEqual(tuple.Items, right),
        (_, TupleValue tuple) => AreEqual(left, tuple.Items),
        (object?[] a, object?[] b) => a.Length == b.Length && a.Zip(b).All(pair => AreEqual(pair.First, pair.Second)),
        _ when (Real(left), Real(right)) is ({ } a, { } b) => a == b,
        _ => Equals(left, right),
    };

    private static long? Whole(object? value) => value switch
    {
        long whole => whole,
        bool truth => truth ? 1 : 0,
        _ => null,
    };

    private static double? Real(object? value) => value is double real ? real : Whole(value);

    private static CannotBindException Unknown(string op, object? left, object? right) =>
        new($"unknown operator '{op}' for {Comparison.Text(left)} and {Comparison.Text(right)}");
}
