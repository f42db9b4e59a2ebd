using System.Runtime.CompilerServices;

namespace KernelEngine;

/// <content>Indexing with brackets.</content>
public partial class Tensor
{
    /// <summary>
    /// A part of the tensor: a view where numbers, ranges, ellipsis and new axes choose it, a copy where indices or
    /// masks do. Assigning copies the value, broadcast and converted, into that part.
    /// </summary>
    /// <param name="indices">One for each dimension from the first on; see <see cref="TensorIndex"/>.</param>
    /// <exception cref="TensorException">
    /// An index is out of range, there are more than dimensions, or the value does not broadcast.
    /// </exception>
    [IndexerName("Part")]
    public Tensor this[params ReadOnlySpan<TensorIndex> indices]
    {
        get
        {
            var part = ApplyViews(indices, out var tensors);
            return tensors is not null ? part.IndexBy(tensors)
                : ReferenceEquals(part, this) ? Alias() : part;
        }

        set
        {
            ArgumentNullException.ThrowIfNull(value);

            // What x[1..3] += 1 hands back is the part itself, changed already.
            if (ReferenceEquals(value.Storage, Storage) && IsOwnPart(indices, value))
                return;
            var part = ApplyViews(indices, out var tensors);
            if (tensors is null)
                part.Assign(value);
            else
                part.AssignAt(tensors, value);
        }
    }

    /// <summary>Enumerates the parts along the first dimension: <c>foreach (var row in x)</c>.</summary>
    /// <exception cref="TensorTypeException">The tensor has no dimensions.</exception>
    public IEnumerator<Tensor> GetEnumerator()
    {
        if (Rank == 0)
            throw new TensorTypeException("iteration over a 0-d tensor");
        return ((IEnumerable<Tensor>)Unbind()).GetEnumerator();
    }

    /// <summary>Copies a value into this part.</summary>
    private void Assign(Tensor value)
    {
        if (value.Number is { } number)
        {
            Fill_(number);
            return;
        }

        var source = WithoutLeadingOnes(value, Rank);
        _ = source.Layout.Expand(Shape);
        Copy_(source);
    }

    /// <summary>Copies a value to where indices and masks point.</summary>
    private void AssignAt(Tensor?[] tensors, Tensor value)
    {
        if (tensors is [{ } mask] && mask.DType == DType.Bool && value.Number is { } fill)
        {
            // No need to know where the mask is true.
            IndexPlan.CheckMask(mask, Shape, 0, 0);
            var sizes = new long[Rank];
            Array.Fill(sizes, 1);
            mask.Shape.AsSpan().CopyTo(sizes);
            Masking.FillForIndex.ApplyInPlace(this, this, mask.Reshape(new Shape(sizes)), fill);
            return;
        }

        if (value.Number is { } number)
            value = Full([], number, DType, Device);
        else if (value.Rank == 0 && !ReferenceEquals(value.Device, Device) && value.Device.Type == DeviceType.Cpu)
            value = value.To(Device);
        IndexPut_(tensors, value);
    }

    private static Tensor WithoutLeadingOnes(Tensor value, int rank)
    {
        while (value.Rank > rank && value.Shape[0] == 1)
            value = value.Squeeze(0);
        return value;
    }

    private bool IsOwnPart(ReadOnlySpan<TensorIndex> indices, Tensor value)
    {
        foreach (var index in indices)
        {
            if (index.What is TensorIndex.Kind.Tensor or TensorIndex.Kind.Truth)
                return false;
        }

        using (Autograd.NoGrad())
            return value.DType == DType && ApplyViews(indices, out _).Layout.SameAs(value.Layout);
    }

    /// <summary>
    /// The view that all parts of an index but tensors make, and the tensors by its dimensions; null where there are
    /// none.
    /// </summary>
    private Tensor ApplyViews(ReadOnlySpan<TensorIndex> indices, out Tensor?[]? tensors)
    {
        var specified = 0;
        foreach (var index in indices)
        {
            specified += index.What switch
            {
                TensorIndex.Kind.Slice or TensorIndex.Kind.Number => 1,
                TensorIndex.Kind.Tensor => index.Tensor!.DType == DType.Bool ? index.Tensor.Rank : 1,
                _ => 0,
            };
        }

        if (specified > Rank)
        {
            if (Rank == 0 && indices is [{ What: TensorIndex.Kind.Number }])
            {
                throw new TensorIndexException(
                    "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to " +
                    "convert a 0-dim tensor to a number", "in C#: x.Item()");
            }

            throw new TensorIndexException($"too many indices for tensor of dimension {Rank}");
        }

        var result = this;
        var found = new List<Tensor?>();
        var any = false;
        var (dimension, real) = (0, 0);
        foreach (var index in indices)
        {
            switch (index.What)
            {
                case TensorIndex.Kind.Number:
                    result = result.Select(dimension, index.Place(result.Shape[dimension], real));
                    real++;
                    break;
                case TensorIndex.Kind.Slice:
                    var size = result.Shape[dimension];
                    var (start, stop) = index.Bounds(size);
                    if (start != 0 || stop != size || index.StepLessOne != 0)
                        result = result.Slice(dimension, start, stop, index.StepLessOne + 1);
                    dimension++;
                    real++;
                    break;
                case TensorIndex.Kind.Ellipsis:
                    dimension += Rank - specified;
                    real += Rank - specified;
                    break;
                case TensorIndex.Kind.NewAxis:
                    result = result.Unsqueeze(dimension++);
                    break;
                case TensorIndex.Kind.Truth:
                    result = result.Unsqueeze(dimension);
                    Note(Full([index.Start!.Value], 0, DType.Int64, Device));
                    break;
                default:
                    var tensor = index.Tensor!;
                    if (tensor.Rank == 0 && tensor.DType.IsInteger)
                    {
                        TensorIndex place = tensor.Item().ToInt64();
                        result = result.Select(dimension, place.Place(result.Shape[dimension], real));
                        real++;
                        break;
                    }

                    if (tensor.Rank == 0 && tensor.DType == DType.Bool)
                    {
                        result = result.Unsqueeze(dimension);
                        Note(Full([tensor.Item().ToInt64()], 0, DType.Int64, Device));
                        break;
                    }

                    var covered = tensor.DType == DType.Bool ? tensor.Rank : 1;
                    Note(tensor);
                    dimension += covered - 1;
                    real += covered;
                    break;
            }
        }

        tensors = any ? [.. found] : null;
        return result;

        void Note(Tensor tensor)
        {
            // A mask stands at the first of its dimensions; what follows it in the list belongs behind them.
            any = true;
            var at = dimension;
            foreach (var earlier in found)
                at -= earlier is { } e && e.DType == DType.Bool ? e.Rank - 1 : 0;
            while (found.Count < at)
                found.Add(null);
            found.Add(tensor);
            dimension++;
        }
    }
}
