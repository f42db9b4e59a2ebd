namespace KernelEngine;

/// <content>
/// Operators of a user's own: one kernel on every device, differentiable, with broadcasting and dtype promotion like
/// PyTorch's (whole numbers and bool give the default float).
/// </content>
public static partial class Pointwise
{
    /// <summary>
    /// Makes an operator of a formula: <c>Define("swish", x => x / (1 + Exp(-x)))</c>. Numbers in the formula take the
    /// dtype that they meet.
    /// </summary>
    /// <param name="name">Its name, in graphs and profiles.</param>
    /// <param name="body">The formula; it is called once for each dtype, and must give the same each time.</param>
    /// <returns>The operator.</returns>
    /// <exception cref="TensorTypeException">The formula mixes kinds of value.</exception>
    public static Func<Tensor, Tensor> Define(string name, Func<Expr, Expr> body)
    {
        var op = Operator(name, 1, x => [body(x[0])]);
        return x => op.Apply(x);
    }

    /// <summary>Makes an operator of a formula of two arguments, which broadcast.</summary>
    /// <inheritdoc cref="Define(string, Func{Expr, Expr})"/>
    public static Func<Tensor, Tensor, Tensor> Define(string name, Func<Expr, Expr, Expr> body)
    {
        var op = Operator(name, 2, x => [body(x[0], x[1])]);
        return (x, y) => op.Apply(x, y);
    }

    /// <summary>Makes an operator of a formula of three arguments, which broadcast.</summary>
    /// <inheritdoc cref="Define(string, Func{Expr, Expr})"/>
    public static Func<Tensor, Tensor, Tensor, Tensor> Define(string name, Func<Expr, Expr, Expr, Expr> body)
    {
        var op = Operator(name, 3, x => [body(x[0], x[1], x[2])]);
        return (x, y, z) => op.Apply(x, y, z);
    }

    /// <summary>Makes an operator of several results, computed in one kernel.</summary>
    /// <inheritdoc cref="Define(string, Func{Expr, Expr})"/>
    public static Func<Tensor, Tensor[]> Define(string name, Func<Expr, Expr[]> body)
    {
        var op = Operator(name, 1, x => body(x[0]));
        return x => op.ApplyAll(x);
    }

    /// <summary>Makes an operator of two arguments, which broadcast, and several results.</summary>
    /// <inheritdoc cref="Define(string, Func{Expr, Expr})"/>
    public static Func<Tensor, Tensor, Tensor[]> Define(string name, Func<Expr, Expr, Expr[]> body)
    {
        var op = Operator(name, 2, x => body(x[0], x[1]));
        return (x, y) => op.ApplyAll(x, y);
    }

    /// <summary>Makes an operator of three arguments, which broadcast, and several results.</summary>
    /// <inheritdoc cref="Define(string, Func{Expr, Expr})"/>
    public static Func<Tensor, Tensor, Tensor, Tensor[]> Define(string name, Func<Expr, Expr, Expr, Expr[]> body)
    {
        var op = Operator(name, 3, x => body(x[0], x[1], x[2]));
        return (x, y, z) => op.ApplyAll(x, y, z);
    }

    /// <summary>
    /// Makes an operator of any number of arguments, which broadcast, and several results, computed in one kernel.
    /// </summary>
    /// <param name="name">Its name, in graphs and profiles.</param>
    /// <param name="arguments">How many arguments it takes, at most 8.</param>
    /// <param name="body">The formula.</param>
    /// <inheritdoc cref="Define(string, Func{Expr, Expr})"/>
    public static PointwiseFunction Define(string name, int arguments, Func<Expr[], Expr[]> body)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(arguments, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(arguments, 8);
        var op = Operator(name, arguments, body);
        return tensors =>
        {
            if (tensors.Length != op.Arity)
                throw new ArgumentException($"{name}: takes {op.Arity} tensors, not {tensors.Length}");
            var all = new Argument[tensors.Length];
            for (var i = 0; i < all.Length; i++)
                all[i] = tensors[i];
            return op.ApplyAll(all);
        };
    }

    private static PointwiseOperator Operator(string name, int arity, Func<Expr[], Expr[]> body)
    {
        // Called once here, so that a formula that cannot be is refused where it is written.
        var inputs = new Expr[arity];
        for (var i = 0; i < arity; i++)
            inputs[i] = Expr.Input(i, ValueKind.Float32);
        var count = body(inputs).Length;
        return new(name, arity, (operation, arguments) =>
        {
            var types = TypeRules.Float(operation, arguments);
            var results = new DType[count];
            Array.Fill(results, types.Results[0]);
            return new(types.Arguments, results);
        }, body, isListed: false);
    }
}

/// <summary>An operator of a user's own over any number of tensors, which broadcast.</summary>
/// <param name="tensors">As many tensors as it was defined with.</param>
/// <returns>Its results.</returns>
public delegate Tensor[] PointwiseFunction(params ReadOnlySpan<Tensor> tensors);
