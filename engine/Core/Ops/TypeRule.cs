namespace KernelEngine;

/// <summary>In what kinds of register a pointwise operator computes, and the dtypes of its results.</summary>
/// <param name="Arguments">The kind that each argument is converted to.</param>
/// <param name="Results">The dtype of each result.</param>
internal readonly record struct PointwiseTypes(ValueKind[] Arguments, DType[] Results);

/// <summary>How the dtypes of results follow from those of arguments.</summary>
internal delegate PointwiseTypes TypeRule(string name, ReadOnlySpan<ArgumentType> arguments);

/// <summary>The usual rules, and what they refuse.</summary>
internal static class TypeRules
{
    private const string NotForBool =
        "If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.";

    /// <summary>The promoted dtype, computed in it; bool is computed as whole numbers.</summary>
    public static readonly TypeRule Promote = (name, arguments) =>
        Uniform(arguments, ArgumentType.Promote(arguments), boolAsNumber: true, null);

    /// <summary>As <see cref="Promote"/>, with bool refused.</summary>
    public static readonly TypeRule Numbers = (name, arguments) =>
    {
        var dtype = ArgumentType.Promote(arguments);
        return dtype == DType.Bool ? throw Refused(name, dtype) : Uniform(arguments, dtype, false, null);
    };

    /// <summary>As <see cref="Numbers"/>, with a sentence of its own where any argument is bool.</summary>
    public static readonly TypeRule Difference = (name, arguments) =>
    {
        var bools = 0;
        foreach (var argument in arguments)
            bools += argument.DType == DType.Bool ? 1 : 0;
        if (bools == arguments.Length)
        {
            throw new TensorRuntimeException(
                "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or " +
                "`logical_xor()` operator instead.");
        }

        return bools > 0
            ? throw new TensorRuntimeException(
                "Subtraction, the `-` operator, with a bool tensor is not supported. " + NotForBool)
            : Uniform(arguments, ArgumentType.Promote(arguments), false, null);
    };

    /// <summary>As <see cref="Numbers"/>, for the negative.</summary>
    public static readonly TypeRule Negation = (name, arguments) => arguments[0].DType == DType.Bool
        ? throw new TensorRuntimeException(
            "Negation, the `-` operator, on a bool tensor is not supported. " + NotForBool)
        : Uniform(arguments, arguments[0].DType, false, null);

    /// <summary>As <see cref="Promote"/>, where bool stays a truth value: logic and bits. Reals are refused.</summary>
    public static readonly TypeRule Bits = (name, arguments) =>
    {
        var dtype = ArgumentType.Promote(arguments);
        return dtype.IsFloatingPoint ? throw Refused(name, dtype) : Uniform(arguments, dtype, false, null);
    };

    /// <summary>The promoted dtype, which must be a whole one; bool is refused.</summary>
    public static readonly TypeRule OnlyWhole = (name, arguments) =>
    {
        var dtype = ArgumentType.Promote(arguments);
        return dtype.IsInteger ? Uniform(arguments, dtype, false, null) : throw Refused(name, dtype);
    };

    /// <summary>The promoted dtype; whole numbers and bool become the default float.</summary>
    public static readonly TypeRule Float = (name, arguments) =>
    {
        var dtype = ArgumentType.Promote(arguments);
        return Uniform(arguments, dtype.IsFloatingPoint ? dtype : DType.Default, false, null);
    };

    /// <summary>The promoted dtype, which must be a floating-point one.</summary>
    public static readonly TypeRule OnlyFloat = (name, arguments) =>
    {
        var dtype = ArgumentType.Promote(arguments);
        return dtype.IsFloatingPoint ? Uniform(arguments, dtype, false, null) : throw Refused(name, dtype);
    };

    /// <summary>As <see cref="OnlyFloat"/>, and as wide as its register: bits are counted.</summary>
    public static readonly TypeRule WholeRegister = (name, arguments) =>
    {
        var dtype = ArgumentType.Promote(arguments);
        return dtype.IsFloatingPoint && dtype.Size >= 4
            ? Uniform(arguments, dtype, false, null)
            : throw Refused(name, dtype);
    };

    /// <summary>float64, whatever the arguments.</summary>
    public static readonly TypeRule Wide = (name, arguments) => Uniform(arguments, DType.Float64, false, null);

    /// <summary>Computed in the promoted dtype, the result a truth value.</summary>
    public static readonly TypeRule Truth = (name, arguments) =>
        Uniform(arguments, ArgumentType.Promote(arguments), boolAsNumber: true, DType.Bool);

    /// <summary>Each argument becomes a truth value, and so is the result.</summary>
    public static readonly TypeRule Logic = (name, arguments) =>
    {
        var kinds = new ValueKind[arguments.Length];
        Array.Fill(kinds, ValueKind.Bool);
        return new(kinds, [DType.Bool]);
    };

    /// <summary>A condition first, then arguments that promote.</summary>
    public static readonly TypeRule Conditional = (name, arguments) =>
    {
        if (arguments[0].DType != DType.Bool && arguments[0].DType != DType.UInt8)
        {
            throw new TensorRuntimeException(
                $"where expected condition to be a boolean tensor, but got a tensor with dtype " +
                arguments[0].DType.LegacyName);
        }

        var types = Uniform(arguments[1..], ArgumentType.Promote(arguments[1..]), boolAsNumber: false, null);
        return new([ValueKind.Bool, .. types.Arguments], types.Results);
    };

    /// <summary>All arguments of one dtype already, and a floating-point one.</summary>
    public static readonly TypeRule SameFloat = (name, arguments) =>
    {
        var dtype = arguments[0].DType;
        if (!dtype.IsFloatingPoint)
            throw Refused(name, dtype);
        foreach (var argument in arguments)
        {
            if (argument.DType != dtype)
            {
                throw new TensorRuntimeException(
                    $"{name}: expected {dtype.LegacyName} for every argument but found {argument.DType.LegacyName}");
            }
        }

        return Uniform(arguments, dtype, false, null);
    };

    /// <summary>
    /// The first arguments follow a rule; the numbers behind them take its register and have no say in it.
    /// </summary>
    public static TypeRule Leading(int count, TypeRule rule) => (name, arguments) =>
    {
        var types = rule(name, arguments[..count]);
        var kinds = new ValueKind[arguments.Length];
        Array.Fill(kinds, types.Arguments[^1]);
        types.Arguments.CopyTo(kinds, 0);
        return new(kinds, types.Results);
    };

    /// <summary>A rule that computes in a fixed kind and gives fixed dtypes.</summary>
    public static TypeRule Fixed(ValueKind[] arguments, DType[] results)
    {
        var types = new PointwiseTypes(arguments, results);
        return (_, _) => types;
    }

    /// <summary>All arguments in the registers of one dtype.</summary>
    public static PointwiseTypes Uniform(
        ReadOnlySpan<ArgumentType> arguments, DType dtype, bool boolAsNumber, DType? result)
    {
        var kinds = new ValueKind[arguments.Length];
        Array.Fill(kinds, boolAsNumber && dtype == DType.Bool ? ValueKind.Int32 : dtype.Register);
        return new(kinds, [result ?? dtype]);
    }

    /// <summary>The exception for a dtype that an operator does not take.</summary>
    public static TensorRuntimeException Refused(string name, DType dtype) =>
        new($"\"{name}_cpu\" not implemented for '{dtype.LegacyName}'");
}
