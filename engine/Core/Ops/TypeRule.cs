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
    /// <summary>The promoted dtype, computed in it; bool is computed as whole numbers.</summary>
    public static readonly TypeRule Promote = (name, arguments) =>
        Uniform(arguments, ArgumentType.Promote(arguments), boolAsNumber: true, null);

    /// <summary>As <see cref="Promote"/>, with bool refused.</summary>
    public static readonly TypeRule Numbers = (name, arguments) =>
    {
        var dtype = ArgumentType.Promote(arguments);
        return dtype == DType.Bool ? throw Refused(name, dtype) : Uniform(arguments, dtype, false, null);
    };

    /// <summary>As <see cref="Promote"/>, where bool stays a truth value: logic and bits. Reals are refused.</summary>
    public static readonly TypeRule Bits = (name, arguments) =>
    {
        var dtype = ArgumentType.Promote(arguments);
        return dtype.IsFloatingPoint ? throw Refused(name, dtype) : Uniform(arguments, dtype, false, null);
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
        var types = Uniform(arguments[1..], ArgumentType.Promote(arguments[1..]), boolAsNumber: false, null);
        return new([ValueKind.Bool, .. types.Arguments], types.Results);
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
