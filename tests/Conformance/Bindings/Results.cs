using System.Runtime.CompilerServices;
using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>What the engine returns, in the few types that values of cases have.</summary>
internal static class Results
{
    /// <summary>Tuples and lists become arrays; numbers long, double, bool.</summary>
    public static object? Normalize(object? value) => value switch
    {
        null or Tensor or Module or bool or long or double or string or object?[] { Length: 0 } => value,
        int whole => (long)whole,
        float real => (double)real,
        Scalar { IsBool: true } scalar => scalar.ToBoolean(),
        Scalar { IsInteger: true } scalar => scalar.ToInt64(),
        Scalar scalar => scalar.ToDouble(),
        Shape shape => Array.ConvertAll(shape.ToArray(), size => (object?)size),
        long[] numbers => Array.ConvertAll(numbers, number => (object?)number),
        ITuple tuple => Enumerable.Range(0, tuple.Length).Select(i => Normalize(tuple[i])).ToArray(),
        IEnumerable<Tensor?> tensors => tensors.Select(object? (t) => t).ToArray(),
        object?[] items => Array.ConvertAll(items, Normalize),
        _ => value,
    };
}
