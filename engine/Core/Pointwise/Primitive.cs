namespace KernelEngine;

/// <summary>
/// The gradients of a primitive's arguments, as expressions.
/// </summary>
/// <param name="gradient">The gradient of the result.</param>
/// <param name="result">The result.</param>
/// <param name="arguments">The arguments.</param>
/// <returns>A gradient for each argument; null where there is none.</returns>
internal delegate Expr?[] Derivative(Expr gradient, Expr result, Expr[] arguments);

/// <summary>
/// One of the few dozen operations that pointwise expressions consist of, with its faces side by side: how its kind
/// follows from its arguments', how it is written in the C-like dialects, its derivative, and its SIMD form. A
/// recipe (exp, erf) is a primitive that is expanded into others before a kernel is made of it.
/// </summary>
public sealed partial class Primitive
{
    private static int count;

    private Primitive(string name, int arity, KindRule rule, string spelling, Derivative? derivative = null)
    {
        (Name, Arity, Rule, Spelling, Derivative) = (name, arity, rule, spelling, derivative);
        Id = (uint)Interlocked.Increment(ref count);
    }

    private enum KindRule
    {
        Same,
        Truth,
        SelectLike,
        Given,
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>How many arguments it takes.</summary>
    public int Arity { get; }

    /// <summary>
    /// How it is written in HLSL, GLSL, OpenCL C and CUDA C, with the arguments as {0}, {1}, {2}; names that begin
    /// with k_ are for each dialect's prelude.
    /// </summary>
    public string Spelling { get; }

    internal uint Id { get; }

    internal Derivative? Derivative { get; }

    /// <summary>For a recipe: what it consists of.</summary>
    internal Func<Expr[], Expr>? Expand { get; private init; }

    /// <summary>How processors compute it; null for a recipe and for what only names a value.</summary>
    internal SimdForm? Simd { get; private init; }

    private KindRule Rule { get; }

    /// <summary>A recipe: accurate to a stated number of ulp, the same on every device.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="arity">How many arguments it takes.</param>
    /// <param name="expand">What it consists of, by the kind of its arguments (float32 or float64).</param>
    /// <param name="derivative">Its derivative.</param>
    internal static Primitive Recipe(
        string name, int arity, Func<Expr[], Expr> expand, Derivative? derivative) =>
        new(name, arity, KindRule.Same, "", derivative) { Expand = expand };

    /// <summary>The expression that applies it; numbers take the kind of the other arguments.</summary>
    internal Expr Of(params Expr[] arguments)
    {
        var first = Rule == KindRule.SelectLike ? 1 : 0;
        ValueKind? kind = null;
        for (var i = first; i < arguments.Length; i++)
        {
            if (!arguments[i].IsWeak)
            {
                kind = arguments[i].Kind;
                break;
            }
        }

        // Only numbers: they are real unless all are whole.
        kind ??= arguments.Skip(first).Any(a => a.Kind == ValueKind.Float64) ? ValueKind.Float32 : ValueKind.Int64;
        for (var i = 0; i < arguments.Length; i++)
        {
            var expected = i < first ? ValueKind.Bool : kind.Value;
            arguments[i] = arguments[i].As(expected);
            if (arguments[i].Kind != expected)
            {
                throw new TensorTypeException(
                    $"{Name}: argument {i} is {arguments[i].Kind}, where {expected} is needed",
                    "convert one of them with Pointwise.Convert");
            }
        }

        return new(this, Rule == KindRule.Truth ? ValueKind.Bool : kind.Value, arguments);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
