namespace KernelEngine;

/// <summary>
/// What dtype promotion sees of an argument. PyTorch's three classes: tensors with dimensions come before those
/// without, and those before numbers, unless a class behind is of a higher category (bool, whole, real).
/// </summary>
internal readonly record struct ArgumentType(DType DType, ArgumentType.Class Rank)
{
    /// <summary>The classes.</summary>
    public enum Class : byte
    {
        /// <summary>A tensor with dimensions.</summary>
        Dimensioned,
        /// <summary>A 0-dimensional tensor.</summary>
        ZeroDimensional,
        /// <summary>A number.</summary>
        Number,
    }

    /// <summary>Bits of one argument in a key: see <see cref="KeyOf"/>.</summary>
    public const int KeyBits = 5;

    /// <summary>A number that tells types of arguments apart.</summary>
    public static long KeyOf(in Argument argument) => argument.Tensor is { } tensor
        ? (int)tensor.DType.Code | (tensor.Layout.Rank == 0 ? 16 : 0)
        : 10 + argument.Scalar.Category;

    /// <summary>The type of an argument.</summary>
    public static ArgumentType Of(in Argument argument) => argument.Tensor is { } tensor
        ? new(tensor.DType, tensor.Layout.Rank == 0 ? Class.ZeroDimensional : Class.Dimensioned)
        : new(argument.Scalar.DType, Class.Number);

    /// <summary>The dtype that all promote to.</summary>
    public static DType Promote(ReadOnlySpan<ArgumentType> arguments)
    {
        DType? dimensioned = null, zero = null, number = null;
        foreach (var argument in arguments)
        {
            ref var slot = ref argument.Rank == Class.Dimensioned ? ref dimensioned
                : ref argument.Rank == Class.ZeroDimensional ? ref zero : ref number;
            slot = slot is null ? argument.DType : DType.Promote(slot, argument.DType);
        }

        return Combine(dimensioned, Combine(zero, number))!;
    }

    private static DType? Combine(DType? higher, DType? lower)
    {
        if (higher is null || lower is null)
            return higher ?? lower;
        return higher.Category >= lower.Category ? higher : DType.Promote(higher, lower);
    }
}
