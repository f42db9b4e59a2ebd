using System.Runtime.CompilerServices;

namespace KernelEngine;

/// <summary>
/// Numbers written out, nested to any depth: what <c>[[1.0, 2], [3, 4]]</c> is to
/// <see cref="Tensor.Of(TensorLiteral, DType?, ComputeDevice?, bool)"/>.
/// It keeps bool, whole and real numbers apart.
/// </summary>
[CollectionBuilder(typeof(TensorLiteral), nameof(Create))]
public readonly struct TensorLiteral
{
    private readonly TensorLiteral[]? items;
    private readonly Scalar number;

    private TensorLiteral(TensorLiteral[] items) => this.items = items;

    private TensorLiteral(Scalar number) => this.number = number;

    /// <summary>A truth value.</summary>
    public static implicit operator TensorLiteral(bool value) => new((Scalar)value);
    /// <summary>A whole number.</summary>
    public static implicit operator TensorLiteral(int value) => new((Scalar)value);
    /// <summary>A whole number.</summary>
    public static implicit operator TensorLiteral(long value) => new((Scalar)value);
    /// <summary>A real number.</summary>
    public static implicit operator TensorLiteral(float value) => new((Scalar)value);
    /// <summary>A real number.</summary>
    public static implicit operator TensorLiteral(double value) => new((Scalar)value);
    /// <summary>A number with its kind.</summary>
    public static implicit operator TensorLiteral(Scalar value) => new(value);

    /// <summary>Makes a list; the compiler calls it for <c>[1, 2]</c>.</summary>
    public static TensorLiteral Create(ReadOnlySpan<TensorLiteral> items) => new(items.ToArray());

    /// <summary>Enumerates the items of a list.</summary>
    public ReadOnlySpan<TensorLiteral>.Enumerator GetEnumerator() =>
        new ReadOnlySpan<TensorLiteral>(items).GetEnumerator();

    /// <summary>The shape, that of the first item at each depth.</summary>
    internal Shape Shape
    {
        get
        {
            var sizes = new List<long>();
            for (var at = this; at.items is { } list; at = list[0])
            {
                sizes.Add(list.Length);
                if (list.Length == 0)
                    break;
            }

            return Shape.Create(sizes.ToArray());
        }
    }

    /// <summary>The numbers in row-major order.</summary>
    /// <exception cref="TensorException">The lists at some depth are not equally long.</exception>
    internal Scalar[] Flatten(Shape shape)
    {
        var flat = new Scalar[shape.ElementCount];
        var next = 0;
        Flatten(shape, 0, flat, ref next);
        return flat;
    }

    private void Flatten(Shape shape, int depth, Scalar[] flat, ref int next)
    {
        if (depth == shape.Rank)
        {
            flat[next++] = items is null ? number : throw new TensorValueException(
                $"expected a number at dim {depth} (got a sequence of length {items.Length})");
            return;
        }

        if (items is null)
            throw new TensorTypeException("not a sequence", $"a number stands where a list of {shape[depth]} should");
        if (items.Length != shape[depth])
        {
            throw new TensorValueException(
                $"expected sequence of length {shape[depth]} at dim {depth} (got {items.Length})");
        }

        foreach (var item in items)
            item.Flatten(shape, depth + 1, flat, ref next);
    }
}
