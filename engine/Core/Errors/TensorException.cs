namespace KernelEngine;

/// <summary>What kind of mistake a <see cref="TensorException"/> is, as Python's exception types name it.</summary>
public enum ErrorKind
{
    /// <summary>RuntimeError: operands that do not go together.</summary>
    Runtime,
    /// <summary>IndexError: an index or a dimension out of range.</summary>
    Index,
    /// <summary>ValueError: an argument with a value that cannot be.</summary>
    Value,
    /// <summary>TypeError: an argument of a type or dtype that cannot be.</summary>
    Type,
    /// <summary>NotImplementedError: a dtype or device that an operator does not take.</summary>
    NotImplemented,
}

/// <summary>
/// What the engine throws: PyTorch's sentence first where it has one, then what to do.
/// </summary>
public abstract class TensorException : Exception
{
    private protected TensorException(ErrorKind kind, string message, string? advice, Exception? inner = null)
        : base(advice is null ? message : $"{message} ({advice})", inner) => Kind = kind;

    /// <summary>The kind of mistake.</summary>
    public ErrorKind Kind { get; }

    /// <summary>An exception of a kind.</summary>
    internal static TensorException Of(ErrorKind kind, string message, string? advice) => kind switch
    {
        ErrorKind.Index => new TensorIndexException(message, advice),
        ErrorKind.Value => new TensorValueException(message, advice),
        ErrorKind.Type => new TensorTypeException(message, advice),
        ErrorKind.NotImplemented => new TensorNotImplementedException(message, advice),
        _ => new TensorRuntimeException(message, advice),
    };
}

/// <summary>Operands or a state that do not go together: PyTorch's RuntimeError.</summary>
public class TensorRuntimeException : TensorException
{
    /// <summary>One with a message, and what to do.</summary>
    public TensorRuntimeException(string message, string? advice = null)
        : this(message, advice, null)
    {
    }

    /// <summary>One that another exception led to.</summary>
    internal TensorRuntimeException(string message, string? advice, Exception? inner)
        : base(ErrorKind.Runtime, message, advice, inner)
    {
    }
}

/// <summary>An index or a dimension out of range: PyTorch's IndexError.</summary>
public class TensorIndexException(string message, string? advice = null)
    : TensorException(ErrorKind.Index, message, advice);

/// <summary>An argument with a value that cannot be: PyTorch's ValueError.</summary>
public class TensorValueException(string message, string? advice = null)
    : TensorException(ErrorKind.Value, message, advice);

/// <summary>An argument of a type or dtype that cannot be: PyTorch's TypeError.</summary>
public class TensorTypeException(string message, string? advice = null)
    : TensorException(ErrorKind.Type, message, advice);

/// <summary>A dtype or a device that an operator does not take: PyTorch's NotImplementedError.</summary>
public class TensorNotImplementedException(string message, string? advice = null)
    : TensorException(ErrorKind.NotImplemented, message, advice);

/// <summary>Operands on different devices.</summary>
public sealed class DeviceMismatchException(ComputeDevice first, ComputeDevice second)
    : TensorRuntimeException(
        $"Expected all tensors to be on the same device, but found at least two devices, {first} and {second}!",
        $"move one of them, as in x.To({second})")
{
    /// <summary>The device of the first operand.</summary>
    public ComputeDevice First { get; } = first;

    /// <summary>The device of the operand that does not match.</summary>
    public ComputeDevice Second { get; } = second;
}
