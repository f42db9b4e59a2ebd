namespace KernelEngine;

/// <summary>
/// How the gradients of some arguments of a pointwise operator are computed: by another pointwise operator, from the
/// gradients of the results and what it needs of the forward's result and arguments.
/// </summary>
internal sealed class PointwiseBackwardPlan
{
    // Places of placeholders in expressions: far above what an operator has.
    private const int ResultPlace = 1 << 20;
    private const int ArgumentPlace = 1 << 21;
    private const int GradientPlace = 1 << 22;

    private readonly PointwiseOperator? backward;
    private readonly int computedCount;

    public PointwiseBackwardPlan(PointwiseOperator op, PointwiseInstance instance, int arity, uint needed)
    {
        var results = instance.Results.Length;
        var gradients = new Expr[results];
        for (var i = 0; i < results; i++)
            gradients[i] = Expr.Input(GradientPlace + i, instance.Results[i].Register);
        var result = Expr.Input(ResultPlace, instance.Results[0].Register);
        var arguments = new Expr[arity];
        for (var i = 0; i < arity; i++)
            arguments[i] = Expr.Input(ArgumentPlace + i, instance.KindOf(i));
        var parts = GradientsOf(op, gradients, result, arguments);

        // What the gradients are made of is what has to be saved.
        Sources = new GradientSource[arity];
        var computed = new List<int>();
        for (var i = 0; i < arity; i++)
        {
            if ((needed & (1u << i)) == 0 || parts[i] is not { } part)
                continue;
            var passed = Array.FindIndex(gradients, g => g.Key == part.Key);
            Sources[i] = passed >= 0 ? new(GradientSource.What.Passed, passed)
                : new(GradientSource.What.Computed, computed.Count);
            if (passed < 0)
                computed.Add(i);
        }

        computedCount = computed.Count;
        if (computed.Count == 0)
            return;
        var used = ExprOrder.Of([.. computed.Select(i => parts[i]!)])
            .Where(e => e.Primitive == Primitive.Input).Select(e => e.Payload).ToHashSet();
        UsesResult = used.Contains(ResultPlace);
        UsedArguments = [.. Enumerable.Range(0, arity).Where(i => used.Contains(ArgumentPlace + i))];
        UsedGradients = [.. Enumerable.Range(0, results).Where(i => used.Contains(GradientPlace + i))];
        // A gradient that is zero everywhere still has the shape of the result's.
        if (UsedGradients.Length == 0)
            UsedGradients = [0];

        // The arguments of the backward operator: gradients, the result if used, the arguments used.
        var kinds = UsedGradients.Select(i => gradients[i].Kind)
            .Concat(UsesResult ? [result.Kind] : [])
            .Concat(UsedArguments.Select(i => arguments[i].Kind)).ToArray();
        // In the result's dtype, as PyTorch's are: what broadcasting repeated is summed before it is narrowed.
        var dtypes = new DType[computed.Count];
        Array.Fill(dtypes, instance.Results[0]);
        backward = new(op.Name + "_backward", kinds.Length, TypeRules.Fixed(kinds, dtypes), e =>
        {
            var next = 0;
            var g = (Expr[])gradients.Clone();
            foreach (var i in UsedGradients)
                g[i] = e[next++];
            var y = UsesResult ? e[next++] : result;
            var x = (Expr[])arguments.Clone();
            foreach (var i in UsedArguments)
                x[i] = e[next++];
            var p = GradientsOf(op, g, y, x);
            return [.. computed.Select(i => p[i]!)];
        }, isListed: false);
    }

    /// <summary>Where the gradient of each argument comes from.</summary>
    public GradientSource[] Sources { get; }

    /// <summary>Whether the forward's result is needed.</summary>
    public bool UsesResult { get; }

    /// <summary>The forward's arguments that are needed.</summary>
    public int[] UsedArguments { get; } = [];

    private int[] UsedGradients { get; } = [];

    /// <summary>Computes gradients.</summary>
    /// <param name="gradients">Those of the forward's results; zeros where null.</param>
    /// <param name="result">The forward's result, if used.</param>
    /// <param name="arguments">The forward's used arguments.</param>
    public Tensor?[] Compute(Tensor?[] gradients, Tensor? result, ReadOnlySpan<Argument> arguments)
    {
        if (backward is null)
            return [];
        var all = new Argument[backward.Arity];
        var next = 0;
        foreach (var i in UsedGradients)
            all[next++] = gradients[i] is { } gradient ? gradient : (Argument)0.0;
        if (UsesResult)
            all[next++] = result!;
        arguments.CopyTo(all.AsSpan(next));
        return Array.Exists(all, a => a.Tensor is not null)
            ? backward.ApplyAll(all)
            : new Tensor?[computedCount];
    }

    private static Expr?[] GradientsOf(PointwiseOperator op, Expr[] gradients, Expr result, Expr[] arguments)
    {
        if (op.Gradient is { } gradient)
            return gradient(gradients[0], result, arguments);
        var outputs = op.Body(arguments);
        var typed = new Expr[outputs.Length];
        for (var i = 0; i < typed.Length; i++)
            typed[i] = Pointwise.Convert(outputs[i], gradients[i].Kind);
        var parts = Differentiation.Of(typed, gradients, arguments);
        return op.SavesResult ? ExprOrder.Substitute(parts, typed[0], result) : parts;
    }
}

/// <summary>Where the gradient of an argument comes from.</summary>
/// <param name="Kind">Whether there is one, computed or passed on.</param>
/// <param name="Index">Which of the computed ones, or of the incoming ones.</param>
internal readonly record struct GradientSource(GradientSource.What Kind, int Index)
{
    /// <summary>The ways.</summary>
    public enum What : byte
    {
        /// <summary>There is none.</summary>
        None,
        /// <summary>It is a gradient of the results, unchanged.</summary>
        Passed,
        /// <summary>The backward operator computes it.</summary>
        Computed,
    }
}
