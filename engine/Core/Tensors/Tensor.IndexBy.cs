namespace KernelEngine;

/// <content>Rows chosen by indices: read, written, added to.</content>
public partial class Tensor
{
    /// <summary>
    /// The indices of the elements that are not zero, one row each. As <c>torch.nonzero</c>. Waits for the device.
    /// </summary>
    public Tensor NonZero() => KernelEngine.NonZero.Apply(this);

    /// <summary>The indices of the elements that are not zero, one row each. As <c>torch.argwhere</c>.</summary>
    public Tensor ArgWhere() => NonZero();

    /// <summary>
    /// The indices of the elements that are not zero, a tensor for each dimension. As <c>torch.where</c> of one
    /// argument. Waits for the device.
    /// </summary>
    public static Tensor[] Where(Tensor condition) => condition.AtLeast1D().NonZero().Unbind(1);

    /// <summary>
    /// Writes values where indices point, broadcast; where several point to one place, the last one wins, or all are
    /// added. As <c>torch.Tensor.index_put_</c>.
    /// </summary>
    /// <param name="indices">For each dimension int64 indices, a mask over it and those behind, or null.</param>
    /// <param name="values">The values, of this tensor's dtype.</param>
    /// <param name="accumulate">Whether to add.</param>
    /// <exception cref="TensorException">An index is out of range, or the values do not broadcast.</exception>
    public Tensor IndexPut_(ReadOnlySpan<Tensor?> indices, Tensor values, bool accumulate = false) =>
        PutAt(indices, values, accumulate, inPlace: true);

    /// <summary>A copy with values written where indices point. As <c>torch.index_put</c>.</summary>
    /// <inheritdoc cref="IndexPut_"/>
    public Tensor IndexPut(ReadOnlySpan<Tensor?> indices, Tensor values, bool accumulate = false) =>
        PutAt(indices, values, accumulate, inPlace: false);

    /// <summary>The parts at some indices of a dimension. As <c>torch.index_select</c>.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="index">The indices, int64 or int32, of one dimension.</param>
    /// <exception cref="TensorException">An index is out of range.</exception>
    public Tensor IndexSelect(int dimension, Tensor index)
    {
        var d = Dimensions.Wrap(dimension, Rank);
        var vector = IndexVector("index_select", index);
        if (Rank == 0)
        {
            return vector.ElementCount == 1 ? AtLeast1D().IndexSelect(0, vector).Reshape([])
                : throw new TensorRuntimeException(
                    $"index_select(): Index to scalar can have only 1 value, got {vector.ElementCount} value(s)");
        }

        return ReadBy(PlanOf(d, vector), "IndexSelectBackward0");
    }

    /// <summary>Adds parts to those at some indices of a dimension. As <c>torch.index_add</c>.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="index">The indices, int64 or int32, of one dimension.</param>
    /// <param name="source">What is added, of this tensor's dtype.</param>
    /// <param name="alpha">What it is multiplied by; 1 where null.</param>
    /// <exception cref="TensorException">An index is out of range, or the source has another shape.</exception>
    public Tensor IndexAdd(int dimension, Tensor index, Tensor source, Scalar? alpha = null) =>
        IndexWrite("index_add", dimension, index, Multiple(source, alpha), true, inPlace: false);

    /// <summary><see cref="IndexAdd"/> in place. As <c>torch.Tensor.index_add_</c>.</summary>
    public Tensor IndexAdd_(int dimension, Tensor index, Tensor source, Scalar? alpha = null) =>
        IndexWrite("index_add", dimension, index, Multiple(source, alpha), true, inPlace: true);

    /// <summary>Writes parts over those at some indices of a dimension. As <c>torch.index_copy</c>.</summary>
    /// <inheritdoc cref="IndexAdd"/>
    public Tensor IndexCopy(int dimension, Tensor index, Tensor source) =>
        IndexWrite("index_copy", dimension, index, source, false, inPlace: false);

    /// <summary><see cref="IndexCopy"/> in place. As <c>torch.Tensor.index_copy_</c>.</summary>
    public Tensor IndexCopy_(int dimension, Tensor index, Tensor source) =>
        IndexWrite("index_copy", dimension, index, source, false, inPlace: true);

    /// <summary>Writes a number over the parts at some indices of a dimension. As <c>torch.index_fill</c>.</summary>
    public Tensor IndexFill(int dimension, Tensor index, Argument value) =>
        IndexFill(dimension, index, value, inPlace: false);

    /// <summary><see cref="IndexFill(int, Tensor, Argument)"/> in place. As <c>torch.Tensor.index_fill_</c>.</summary>
    public Tensor IndexFill_(int dimension, Tensor index, Argument value) =>
        IndexFill(dimension, index, value, inPlace: true);

    /// <summary>Elements by their place in row-major order. As <c>torch.take</c>.</summary>
    /// <param name="index">The places, int64, negative from the end; the result has its shape.</param>
    /// <exception cref="TensorException">A place is out of range.</exception>
    public Tensor Take(Tensor index)
    {
        if (index.DType != DType.Int64)
        {
            throw new TensorRuntimeException(
                $"take(): Expected a long tensor for index, but got {index.DType.LegacyName}");
        }

        if (ElementCount == 0 && index.ElementCount > 0)
            throw new TensorIndexException("take(): tried to take from an empty tensor");
        var flat = Reshape([-1]);
        return flat.ReadBy(new IndexPlan(flat, [index], IndexFault.Take), "TakeBackward0");
    }

    /// <summary>Writes elements by their place in row-major order. As <c>torch.put</c>.</summary>
    /// <param name="index">The places, int64, negative from the end.</param>
    /// <param name="source">As many elements as places, of this tensor's dtype.</param>
    /// <param name="accumulate">Whether to add.</param>
    /// <exception cref="TensorException">A place is out of range, or dtypes or sizes do not go together.</exception>
    public Tensor Put(Tensor index, Tensor source, bool accumulate = false) =>
        Contiguous().Clone().PutFlat(index, source, accumulate);

    /// <summary><see cref="Put"/> in place. As <c>torch.Tensor.put_</c>.</summary>
    public Tensor Put_(Tensor index, Tensor source, bool accumulate = false)
    {
        if (IsContiguous)
            return PutFlat(index, source, accumulate);
        return Copy_(Put(index, source, accumulate));
    }

    /// <summary>The elements where a mask is true, in one dimension. As <c>torch.masked_select</c>.</summary>
    /// <param name="mask">bool; it broadcasts with this tensor.</param>
    /// <exception cref="TensorRuntimeException">The mask is not bool.</exception>
    public Tensor MaskedSelect(Tensor mask)
    {
        if (mask.DType != DType.Bool)
        {
            if (mask.DType != DType.UInt8)
                throw new TensorRuntimeException("masked_select: expected BoolTensor or ByteTensor for mask");
            mask = mask.Bool();
        }

        var both = BroadcastTensors(mask, this);
        var (self, chosen) = (both[1].AtLeast1D(), both[0].AtLeast1D());
        return self.ReadBy(new IndexPlan(self, [chosen]), "MaskedSelectBackward0");
    }

    /// <summary>A number where a mask is true. As <c>torch.masked_fill</c>.</summary>
    /// <param name="mask">bool; it broadcasts with this tensor.</param>
    /// <param name="value">A number, or a 0-dimensional tensor.</param>
    /// <exception cref="TensorRuntimeException">The mask is not bool, or the value has dimensions.</exception>
    public Tensor MaskedFill(Tensor mask, Argument value)
    {
        mask = CheckedMask(mask);

        // The mask comes first where the shapes do not go together.
        _ = Shape.Broadcast(mask.Shape, Shape);
        return Masking.Fill.Apply(this, mask, CheckedFill(value));
    }

    /// <summary><see cref="MaskedFill"/> in place. As <c>torch.Tensor.masked_fill_</c>.</summary>
    public Tensor MaskedFill_(Tensor mask, Argument value) =>
        Masking.Fill.ApplyInPlace(this, this, CheckedMask(mask), CheckedFill(value));

    /// <summary>The elements of a source, one after the other, where a mask is true. As
    /// <c>torch.masked_scatter</c>.</summary>
    /// <param name="mask">bool; it broadcasts with this tensor.</param>
    /// <param name="source">At least as many elements as the mask is true, of this tensor's dtype.</param>
    /// <exception cref="TensorRuntimeException">The source has another dtype, or too few elements.</exception>
    public Tensor MaskedScatter(Tensor mask, Tensor source)
    {
        var both = BroadcastTensors(this, mask);
        return both[0].ScatterAt(both[1], source, inPlace: false).Reshape(both[0].Shape);
    }

    /// <summary><see cref="MaskedScatter"/> in place. As <c>torch.Tensor.masked_scatter_</c>.</summary>
    public Tensor MaskedScatter_(Tensor mask, Tensor source) =>
        ScatterAt(mask.Expand(Shape), source, inPlace: true);

    /// <summary>What brackets with tensors give.</summary>
    internal Tensor IndexBy(ReadOnlySpan<Tensor?> indices) => ReadBy(new IndexPlan(this, indices), "IndexBackward0");

    /// <summary>The elements that a plan names, recorded under a name.</summary>
    internal Tensor ReadBy(IndexPlan plan, string name)
    {
        var result = plan.Read(this);
        if (ShouldRecord(this))
        {
            result.SetHistory(
                Recorded(name, plan.Indices, (g, saved) => [Spread(g[0]!, plan.With(saved), name)], this), 0);
        }

        return result;
    }

    /// <summary>Zeros, with a tensor added where a plan points: the gradient of reading there.</summary>
    private static Tensor Spread(Tensor tensor, IndexPlan plan, string name)
    {
        var whole = Zeros(plan.SelfShape, tensor.DType, tensor.Device);
        plan.Write(whole, tensor, accumulate: true);
        if (ShouldRecord(tensor))
        {
            whole.SetHistory(Recorded(
                "IndexPutBackward0", plan.Indices, (g, saved) => [g[0]!.ReadBy(plan.With(saved), name)], tensor), 0);
        }

        return whole;
    }

    /// <summary>Writes values where a plan points, into this tensor or a copy.</summary>
    internal Tensor WriteBy(IndexPlan plan, Tensor values, bool accumulate, string name, bool inPlace) => Overwrite(
        inPlace, values, (target, source) => plan.Write(target, source, accumulate), () =>
        {
            var shape = values.Shape;
            return Recorded(name, plan.Indices, (g, saved) =>
            {
                var again = plan.With(saved);
                var old = accumulate ? g[0]! : g[0]!.WriteBy(
                    again, Zeros([], g[0]!.DType, g[0]!.Device), false, "IndexPutBackward0", inPlace: false);
                return [old, g[0]!.ReadBy(again, "IndexBackward0").SumToSize(shape)];
            }, this, values);
        });

    /// <summary>
    /// Writes part of this tensor, or of a copy of it, and records it.
    /// </summary>
    /// <param name="inPlace">Whether this tensor itself is written.</param>
    /// <param name="source">What is written into it.</param>
    /// <param name="write">Writes a source into a target.</param>
    /// <param name="node">The node, whose edges are this tensor and the source.</param>
    private Tensor Overwrite(bool inPlace, Tensor source, Action<Tensor, Tensor> write, Func<FunctionNode> node)
    {
        var isRecorded = DType.IsFloatingPoint && ShouldRecord(this, source);
        var target = this;
        if (inPlace)
        {
            InPlace.Check(this, isRecorded);
            Storage.ResolveForWriting();
        }
        else
        {
            target = Allocate(Device, Layout.Contiguous(Shape), DType);
            CopyTo(target);
        }

        var function = isRecorded ? node() : null;
        write(target, inPlace && ReferenceEquals(source.Storage, Storage) ? source.Clone() : source);
        if (inPlace)
        {
            Storage.Version++;
            if (function is not null)
                InPlace.Record(this, function);
        }
        else if (function is not null)
            target.SetHistory(function, 0);
        return target;
    }

    private Tensor PutAt(ReadOnlySpan<Tensor?> indices, Tensor values, bool accumulate, bool inPlace)
    {
        if (values.DType != DType)
        {
            throw new TensorRuntimeException(
                "Index put requires the source and destination dtypes match, got " +
                $"{DType.LegacyName} for the destination and {values.DType.LegacyName} for the source.",
                "convert it, as in values.To(x.DType)");
        }

        if (!ReferenceEquals(values.Device, Device))
            throw new DeviceMismatchException(Device, values.Device);
        Tensor?[] places = indices.ToArray();
        for (var i = 0; inPlace && i < places.Length; i++)
        {
            // Indices must not change while they are followed.
            if (places[i] is { } index && ReferenceEquals(index.Storage, Storage))
                places[i] = index.Clone();
        }

        var plan = new IndexPlan(this, places);
        values = WithoutLeadingOnes(values, plan.ResultShape.Rank);
        try
        {
            _ = values.Layout.Expand(plan.ResultShape);
        }
        catch (TensorRuntimeException)
        {
            throw new TensorRuntimeException(
                $"shape mismatch: value tensor of shape {values.Shape.ToListText()} cannot be broadcast to indexing " +
                $"result of shape {plan.ResultShape.ToListText()}");
        }

        return WriteBy(plan, values, accumulate, "IndexPutBackward0", inPlace);
    }

    private Tensor IndexWrite(
        string name, int dimension, Tensor index, Tensor source, bool accumulate, bool inPlace)
    {
        var d = Dimensions.Wrap(dimension, Rank);
        if (!accumulate && index.DType != DType.Int64)
        {
            throw new TensorRuntimeException(
                $"{name}_(): Expected a long tensor for index, but got {index.DType.LegacyName}");
        }

        var vector = IndexVector(name + "_", index);
        if (source.DType != DType)
        {
            throw new TensorRuntimeException(accumulate
                ? $"{name}_(): self ({DType.LegacyName}) and source ({source.DType.LegacyName}) must have the same " +
                    "scalar type"
                : $"{name}_(): self and source expected to have the same dtype, but got (self) {DType.LegacyName} " +
                    $"and (source) {source.DType.LegacyName}");
        }

        if (Rank == 0)
        {
            var plain = View(Layout.With(0), "UnsqueezeBackward0", g => g.Squeeze(0))
                .IndexWrite(name, 0, vector, source.AtLeast1D(), accumulate, inPlace);
            return inPlace ? this : plain.Squeeze(0);
        }

        var plan = PlanOf(d, vector, accumulate ? IndexFault.Rows : IndexFault.Copy);
        var sourceSize = source.Rank == 0 ? 1 : source.Rank > d ? source.Shape[d] : -1;
        if (sourceSize != vector.ElementCount)
        {
            throw accumulate
                ? new TensorRuntimeException(
                    $"{name}_(): Number of indices ({vector.ElementCount}) should be equal to source.size(dim): " +
                    $"({sourceSize}), for dim: {d}")
                : new TensorIndexException(
                    $"{name}_(): Number of indices ({vector.ElementCount}) should be equal to source.size(dim) " +
                    $"({sourceSize})");
        }

        if (source.Rank > 0 && source.Shape != plan.ResultShape)
        {
            throw new TensorRuntimeException(
                "source tensor shape must match self tensor shape, excluding the specified dimension. Got " +
                $"self.shape = {Shape.ToListText()} source.shape = {source.Shape.ToListText()}");
        }

        return WriteBy(plan, source, accumulate, Operator.NodeNameOf(name), inPlace);
    }

    private Tensor IndexFill(int dimension, Tensor index, in Argument value, bool inPlace)
    {
        if (value.Tensor is { Rank: > 0 } tensor)
        {
            throw new TensorRuntimeException(
                "index_fill_ only supports a 0-dimensional value tensor, but got tensor with " +
                $"{tensor.Rank} dimension(s).");
        }

        var d = Dimensions.Wrap(dimension, Rank);
        if (index.DType != DType.Int64)
            throw new TensorIndexException("index_fill_(): Expected dtype int64 for index.");
        var vector = IndexVector("index_fill_", index);
        var values = value.Tensor is { } given ? given.To(Device, DType) : Full([], value.Scalar, DType, Device);
        if (Rank == 0)
        {
            var plain = Unsqueeze(0).IndexFill(0, vector, values, inPlace);
            return inPlace ? this : plain.Squeeze(0);
        }

        return WriteBy(PlanOf(d, vector, IndexFault.Brackets), values, false, "IndexFillBackward0", inPlace);
    }

    private Tensor PutFlat(Tensor index, Tensor source, bool accumulate)
    {
        if (index.DType != DType.Int64)
        {
            throw new TensorRuntimeException(
                $"put_(): Expected a long tensor for index, but got {index.DType.LegacyName}");
        }

        if (source.DType != DType)
        {
            throw new TensorRuntimeException(
                $"put_(): self and source expected to have the same dtype, but got self.dtype = {DType.LegacyName} " +
                $"and source.dtype = {source.DType.LegacyName}");
        }

        if (index.ElementCount != source.ElementCount)
        {
            throw new TensorIndexException(
                "put_(): Expected source and index to have the same number of elements, but got " +
                $"source.numel() = {source.ElementCount}, index.numel() = {index.ElementCount}");
        }

        var flat = View([-1]);
        flat.WriteBy(
            new IndexPlan(flat, [index], IndexFault.Take), source.Reshape(index.Shape), accumulate, "PutBackward0",
            inPlace: true);
        return this;
    }

    private Tensor ScatterAt(Tensor mask, Tensor source, bool inPlace)
    {
        if (source.DType != DType)
        {
            throw new TensorRuntimeException(
                $"masked_scatter: expected self and source to have same dtypes but got{DType.LegacyName} and " +
                source.DType.LegacyName);
        }

        if (mask.DType == DType.UInt8)
            mask = mask.Bool();
        if (mask.DType != DType.Bool)
        {
            throw new TensorRuntimeException(
                $"masked_scatter_ only supports boolean masks, but got mask with dtype {mask.DType.LegacyName}");
        }

        if (Rank == 0)
        {
            var plain = Unsqueeze(0).ScatterAt(mask.Unsqueeze(0), source, inPlace);
            return inPlace ? this : plain;
        }

        var plan = new IndexPlan(this, [mask]);
        var count = plan.ResultShape.ElementCount;
        if (source.ElementCount < count)
        {
            throw new TensorRuntimeException("Number of elements of source < number of ones in mask",
                $"{source.ElementCount} and {count}");
        }

        return WriteBy(plan, source.Reshape([-1]).Slice(0, 0, count), false, "MaskedScatterBackward0", inPlace);
    }

    private IndexPlan PlanOf(int dimension, Tensor vector, IndexFault fault = IndexFault.Rows)
    {
        var indices = new Tensor?[dimension + 1];
        indices[dimension] = vector;
        return new(this, indices, fault);
    }

    private static Tensor IndexVector(string name, Tensor index)
    {
        var isCombining = name is "index_add_" or "index_reduce_";
        if (index.Rank > 1)
        {
            throw new TensorIndexException($"{name}(): Index is supposed to be a vector" + (isCombining
                ? $", but got dim: {index.Rank} with type: {index.DType.LegacyName} and size: " +
                    index.Shape.ToListText()
                : ""));
        }

        if (index.DType != DType.Int64 && index.DType != DType.Int32)
        {
            throw new TensorRuntimeException(isCombining
                ? $"{name}(): Expected dtype int32/int64 for index but got: {index.DType.LegacyName}"
                : $"{name}(): Expected dtype int32 or int64 for index");
        }

        return index.Long().AtLeast1D();
    }

    private static Tensor Multiple(Tensor source, Scalar? alpha)
    {
        if (alpha is not { } factor || factor == 1)
            return source;
        if (!source.DType.IsFloatingPoint)
            factor = factor.ToInt64();
        return (source * factor).To(source.DType);
    }

    private static Tensor CheckedMask(Tensor mask) => mask.DType == DType.Bool ? mask
        : mask.DType == DType.UInt8 ? mask.Bool()
        : throw new TensorRuntimeException(
            $"masked_fill_ only supports boolean masks, but got mask with dtype {mask.DType.LegacyName}");

    private static Argument CheckedFill(in Argument value)
    {
        if (value.Tensor is { Rank: > 0 } tensor)
        {
            throw new TensorRuntimeException(
                "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with " +
                $"{tensor.Rank} dimension(s).");
        }

        return value;
    }
}
