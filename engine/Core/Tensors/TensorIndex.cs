namespace KernelEngine;

/// <summary>
/// One part of an index: <c>x[0]</c>, <c>x[1..3, ^1]</c>, <c>x[(0..10).Step(2)]</c>, <c>x[TensorIndex.Ellipsis, 0]</c>,
/// <c>x[TensorIndex.NewAxis]</c>, <c>x[x &gt; 2]</c>, <c>x[rows, columns]</c>.
/// </summary>
public readonly struct TensorIndex
{
    private TensorIndex(Kind what) => What = what;

    internal enum Kind : byte
    {
        /// <summary>Everything: the default.</summary>
        Slice,
        /// <summary>One index.</summary>
        Number,
        /// <summary>As many whole dimensions as are left over.</summary>
        Ellipsis,
        /// <summary>A new dimension of size 1.</summary>
        NewAxis,
        /// <summary>A truth value: a new dimension of size 1 or 0.</summary>
        Truth,
        /// <summary>Indices or a mask.</summary>
        Tensor,
    }

    /// <summary>As many whole dimensions as are left over, <c>...</c> in Python.</summary>
    public static TensorIndex Ellipsis => new(Kind.Ellipsis);

    /// <summary>A new dimension of size 1, <c>None</c> in Python.</summary>
    public static TensorIndex NewAxis => new(Kind.NewAxis);

    internal Kind What { get; }

    /// <summary>The index, or the start of a slice; null where it starts at the first.</summary>
    internal long? Start { get; private init; }

    /// <summary>Where a slice stops; null where it goes to the last.</summary>
    internal long? Stop { get; private init; }

    /// <summary>The step of a slice, less one.</summary>
    internal long StepLessOne { get; private init; }

    /// <summary>Whether the start counts from the end: 1 is the last.</summary>
    internal bool IsStartFromEnd { get; private init; }

    /// <summary>Whether the stop counts from the end.</summary>
    internal bool IsStopFromEnd { get; private init; }

    /// <summary>The indices or the mask.</summary>
    internal Tensor? Tensor { get; private init; }

    /// <summary>A slice as Python writes it: negative numbers count from the end.</summary>
    /// <param name="start">The first index; null for the first there is.</param>
    /// <param name="stop">The index behind the last; null for the end.</param>
    /// <param name="step">The distance of one to the next.</param>
    /// <exception cref="TensorValueException">The step is not positive.</exception>
    public static TensorIndex Slice(long? start = null, long? stop = null, long step = 1) => step > 0
        ? new(Kind.Slice) { Start = start, Stop = stop, StepLessOne = step - 1 }
        : throw BadStep(step);

    /// <summary>One index, negative from the end.</summary>
    public static implicit operator TensorIndex(int index) => new(Kind.Number) { Start = index };

    /// <summary>One index, negative from the end.</summary>
    public static implicit operator TensorIndex(long index) => new(Kind.Number) { Start = index };

    /// <summary>One index, <c>^1</c> being the last.</summary>
    public static implicit operator TensorIndex(Index index) =>
        new(Kind.Number) { Start = index.Value, IsStartFromEnd = index.IsFromEnd };

    /// <summary>A range of indices, cut to what there is.</summary>
    public static implicit operator TensorIndex(Range range) => new(Kind.Slice)
    {
        Start = range.Start.Value,
        IsStartFromEnd = range.Start.IsFromEnd,
        Stop = range.End.Value,
        IsStopFromEnd = range.End.IsFromEnd,
    };

    /// <summary>Truth: a new dimension of size 1, or 0 for false.</summary>
    public static implicit operator TensorIndex(bool truth) => new(Kind.Truth) { Start = truth ? 1 : 0 };

    /// <summary>Indices (int64), or a mask (bool) over as many dimensions as it has itself.</summary>
    public static implicit operator TensorIndex(Tensor tensor) => new(Kind.Tensor) { Tensor = tensor };

    /// <summary>Indices.</summary>
    public static implicit operator TensorIndex(long[] indices) =>
        new(Kind.Tensor) { Tensor = KernelEngine.Tensor.FromSpan<long>(indices, indices.Length) };

    /// <summary>Indices.</summary>
    public static implicit operator TensorIndex(int[] indices) => Array.ConvertAll(indices, i => (long)i);

    /// <summary>This slice with a step.</summary>
    internal TensorIndex WithStep(long step) => step > 0
        ? this with { StepLessOne = step - 1 }
        : throw BadStep(step);

    private static TensorValueException BadStep(long step) => step == 0 ? new("slice step cannot be zero")
        : new("step must be greater than zero", "use Flip to go backwards");

    /// <summary>Start and stop of a slice in a dimension of a size, as Python counts.</summary>
    internal (long Start, long Stop) Bounds(long size)
    {
        var start = Start ?? 0;
        var stop = Stop ?? size;
        return (Cut(IsStartFromEnd ? size - start : start, IsStartFromEnd),
            Cut(IsStopFromEnd ? size - stop : stop, IsStopFromEnd));

        long Cut(long index, bool isPlace) => Math.Clamp(index < 0 && !isPlace ? index + size : index, 0, size);
    }

    /// <summary>The index in a dimension of a size.</summary>
    /// <exception cref="TensorIndexException">It is out of range.</exception>
    internal long Place(long size, int dimension)
    {
        var index = Start!.Value;
        var place = IsStartFromEnd ? size - index : index < 0 ? index + size : index;
        return place >= 0 && place < size ? place : throw new TensorIndexException(
            $"index {(IsStartFromEnd && index > 0 ? -index : IsStartFromEnd ? size : index)} is out of bounds for " +
            $"dimension {dimension} with size {size}");
    }
}

/// <summary>Ranges with a step.</summary>
public static class SteppedRange
{
    extension(Range range)
    {
        /// <summary>Every step-th index of the range: <c>x[(0..10).Step(2)]</c>.</summary>
        /// <exception cref="TensorValueException">The step is not positive.</exception>
        public TensorIndex Step(long step) => ((TensorIndex)range).WithStep(step);
    }
}
