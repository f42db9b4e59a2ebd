namespace KernelEngine;

/// <summary>Gradients of expressions, by reverse accumulation over the graph; no recursion.</summary>
internal static class Differentiation
{
    /// <summary>
    /// The gradients of some nodes, given those of the outputs.
    /// </summary>
    /// <param name="outputs">The outputs of a function.</param>
    /// <param name="gradients">The gradient of each output.</param>
    /// <param name="targets">The nodes (inputs) whose gradients are wanted.</param>
    /// <returns>A gradient for each target; null where no output depends on it smoothly.</returns>
    public static Expr?[] Of(
        IReadOnlyList<Expr> outputs, IReadOnlyList<Expr> gradients, IReadOnlyList<Expr> targets)
    {
        var order = ExprOrder.Of(outputs);
        var wanted = new HashSet<UInt128>();
        foreach (var target in targets)
            wanted.Add(target.Key);
        foreach (var node in order)
        {
            if (Array.Exists(node.Arguments, a => wanted.Contains(a.Key)))
                wanted.Add(node.Key);
        }

        var sums = new Dictionary<UInt128, Expr>();
        for (var i = 0; i < outputs.Count; i++)
            Accumulate(outputs[i], gradients[i]);
        for (var i = order.Count - 1; i >= 0; i--)
        {
            var node = order[i];
            if (node.Arguments.Length == 0 || !wanted.Contains(node.Key) ||
                !sums.TryGetValue(node.Key, out var gradient) || node.Primitive.Derivative is not { } derivative)
            {
                continue;
            }

            // A gradient that a select has put to zero stays zero, whatever the slope: the select moves outwards.
            var parts = IsSelected(gradient)
                ? Array.ConvertAll(derivative(gradient.Arguments[1], node, node.Arguments),
                    p => p is null ? null : Pointwise.Select(gradient.Arguments[0], p, 0))
                : derivative(gradient, node, node.Arguments);
            for (var j = 0; j < parts.Length; j++)
            {
                if (parts[j] is { } part && wanted.Contains(node.Arguments[j].Key))
                    Accumulate(node.Arguments[j], part);
            }
        }

        var results = new Expr?[targets.Count];
        for (var i = 0; i < results.Length; i++)
            results[i] = sums.GetValueOrDefault(targets[i].Key);
        return results;

        static bool IsSelected(Expr e) => e.Primitive == Primitive.Select &&
            e.Arguments[2] is { Payload: 0 } other && other.Primitive == Primitive.Constant;

        void Accumulate(Expr node, Expr gradient) =>
            sums[node.Key] = sums.TryGetValue(node.Key, out var sum) ? sum + gradient : gradient;
    }
}
