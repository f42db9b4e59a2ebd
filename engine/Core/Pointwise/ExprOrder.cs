namespace KernelEngine;

/// <summary>The nodes of expressions, each once, arguments before what uses them.</summary>
internal static class ExprOrder
{
    /// <summary>Walks without recursion, so that the depth of an expression does not matter.</summary>
    public static List<Expr> Of(IReadOnlyList<Expr> outputs)
    {
        var order = new List<Expr>();
        var seen = new HashSet<UInt128>();
        var stack = new Stack<(Expr Node, int Next)>();
        foreach (var output in outputs)
        {
            if (seen.Add(output.Key))
                stack.Push((output, 0));
            while (stack.TryPop(out var top))
            {
                var (node, next) = top;
                if (next == node.Arguments.Length)
                {
                    order.Add(node);
                    continue;
                }

                stack.Push((node, next + 1));
                var argument = node.Arguments[next];
                if (seen.Add(argument.Key))
                    stack.Push((argument, 0));
            }
        }

        return order;
    }

    /// <summary>The same expressions with every recipe replaced by what it consists of.</summary>
    public static Expr[] Expand(IReadOnlyList<Expr> outputs)
    {
        var current = outputs.ToArray();
        while (true)
        {
            var changed = false;
            var replaced = new Dictionary<UInt128, Expr>();
            foreach (var node in Of(current))
            {
                var arguments = node.Arguments;
                if (Array.Exists(arguments, a => !ReferenceEquals(replaced[a.Key], a)))
                    arguments = Array.ConvertAll(arguments, a => replaced[a.Key]);
                if (node.Primitive.Expand is { } expand)
                {
                    replaced[node.Key] = expand(arguments);
                    changed = true;
                }
                else
                {
                    replaced[node.Key] = ReferenceEquals(arguments, node.Arguments)
                        ? node
                        : new(node.Primitive, node.Kind, arguments, node.Payload, node.Table);
                }
            }

            if (!changed)
                return current;
            current = Array.ConvertAll(current, e => replaced[e.Key]);
        }
    }

    /// <summary>The same expressions with other expressions in the places of their inputs and parameters.</summary>
    public static Expr[] Rebind(IReadOnlyList<Expr> outputs, ReadOnlySpan<Expr> inputs, ReadOnlySpan<Expr> parameters)
    {
        var replaced = new Dictionary<UInt128, Expr>();
        foreach (var e in Of(outputs))
        {
            if (e.Primitive == Primitive.Input)
                replaced[e.Key] = inputs[(int)e.Payload];
            else if (e.Primitive == Primitive.Parameter)
                replaced[e.Key] = parameters[(int)e.Payload];
            else
                replaced[e.Key] = With(e, replaced);
        }

        var results = new Expr[outputs.Count];
        for (var i = 0; i < results.Length; i++)
            results[i] = replaced[outputs[i].Key];
        return results;
    }

    /// <summary>The same expressions with one of their nodes replaced by another expression.</summary>
    public static Expr?[] Substitute(Expr?[] outputs, Expr node, Expr replacement)
    {
        var replaced = new Dictionary<UInt128, Expr>();
        foreach (var e in Of([.. outputs.OfType<Expr>()]))
        {
            if (e.Key == node.Key)
            {
                replaced[e.Key] = replacement;
                continue;
            }

            replaced[e.Key] = With(e, replaced);
        }

        return Array.ConvertAll(outputs, e => e is null ? null : replaced[e.Key]);
    }

    // A node over what its arguments have become.
    private static Expr With(Expr e, Dictionary<UInt128, Expr> replaced) =>
        Array.Exists(e.Arguments, a => !ReferenceEquals(replaced[a.Key], a))
            ? new(e.Primitive, e.Kind, Array.ConvertAll(e.Arguments, a => replaced[a.Key]), e.Payload, e.Table)
            : e;
}
