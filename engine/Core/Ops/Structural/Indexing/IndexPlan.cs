namespace KernelEngine;

/// <summary>
/// Indexing by tensors made ready: masks replaced by the indices where they are true, index tensors broadcast, and the
/// shape of the result, as NumPy and PyTorch have it: where the indexed dimensions stand together, the broadcast ones
/// take their place, else they come first.
/// </summary>
internal sealed class IndexPlan
{
    private readonly IndexFault fault;
    private readonly bool[] isIndexed;
    private readonly Shape indexShape;
    private readonly int[] order;

    /// <summary>Prepares the indices of some dimensions.</summary>
    /// <param name="self">The tensor indexed.</param>
    /// <param name="indices">For each dimension indices, a mask over it and those behind it, or null.</param>
    /// <param name="fault">The operator, for what is out of range.</param>
    /// <exception cref="TensorException">The indices do not go together or with the tensor.</exception>
    public IndexPlan(Tensor self, ReadOnlySpan<Tensor?> indices, IndexFault fault = IndexFault.Brackets)
    {
        this.fault = fault;
        var (tensors, dims) = (new List<Tensor>(), new List<int>());
        var dimension = 0;
        var position = 0;
        foreach (var index in indices)
        {
            if (index is null)
                dimension++;
            else if (index.DType == DType.Bool)
            {
                CheckMask(index, self.Shape, dimension, position);
                foreach (var column in index.NonZero().Unbind(1))
                {
                    tensors.Add(column);
                    dims.Add(dimension++);
                }
            }
            else if (index.DType == DType.Int64)
            {
                tensors.Add(index);
                dims.Add(dimension++);
            }
            else
                throw new TensorIndexException("tensors used as indices must be long, byte or bool tensors");
            position++;
        }

        if (dimension > self.Rank)
        {
            throw new TensorIndexException(
                $"too many indices for tensor of dimension {self.Rank} (got {dimension})");
        }

        (Indices, Dimensions, SelfShape) = ([.. tensors], [.. dims], self.Shape);
        foreach (var tensor in Indices)
            indexShape = Broadcast(indexShape, tensor.Shape);
        isIndexed = new bool[self.Rank];
        foreach (var d in Dimensions)
            isIndexed[d] = true;
        (ResultShape, order) = Arrange();
        if (indexShape.ElementCount == 0)
            return;
        foreach (var d in Dimensions)
        {
            if (self.Shape[d] == 0)
                throw new TensorIndexException($"index is out of bounds for dimension with size 0");
        }
    }

    private IndexPlan(IndexPlan other, Tensor[] indices)
    {
        (fault, isIndexed, indexShape, order) = (other.fault, other.isIndexed, other.indexShape, other.order);
        (Indices, Dimensions, SelfShape, ResultShape) = (indices, other.Dimensions, other.SelfShape, other.ResultShape);
    }

    /// <summary>The indices, int64.</summary>
    public Tensor[] Indices { get; }

    /// <summary>The dimensions that they index, ascending.</summary>
    public int[] Dimensions { get; }

    /// <summary>The shape of the tensor indexed.</summary>
    public Shape SelfShape { get; }

    /// <summary>The shape of the result.</summary>
    public Shape ResultShape { get; }

    /// <summary>Checks that a mask has the sizes of the dimensions that it stands for.</summary>
    public static void CheckMask(Tensor mask, Shape shape, int dimension, int position)
    {
        for (var i = 0; i < mask.Rank; i++)
        {
            if (dimension + i >= shape.Rank)
                throw new TensorIndexException($"too many indices for tensor of dimension {shape.Rank}");
            if (mask.Shape[i] != shape[dimension + i])
            {
                throw new TensorIndexException(
                    $"The shape of the mask {mask.Shape.ToListText()} at index {i} does not match the shape of the " +
                    $"indexed tensor {shape.ToListText()} at index {dimension + i}");
            }
        }
    }

    /// <summary>The same plan over what a node saved of its indices.</summary>
    public IndexPlan With(in SavedTensors saved)
    {
        var indices = new Tensor[Indices.Length];
        for (var i = 0; i < indices.Length; i++)
            indices[i] = saved[i];
        return new(this, indices);
    }

    /// <summary>The elements of a tensor of the plan's shape, nothing recorded.</summary>
    public Tensor Read(Tensor self)
    {
        var result = Tensor.Allocate(self.Device, Layout.Contiguous(ResultShape), self.DType);
        if (result.ElementCount > 0)
        {
            self.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Rows.Read,
                Operands = [RowOf(self), Offsets(self).Operand(), Ordered(result)],
            });
        }

        return result;
    }

    /// <summary>Checks the indices against a tensor of the plan's shape.</summary>
    /// <exception cref="TensorException">One is out of range.</exception>
    public void Check(Tensor self) => _ = indexShape.ElementCount > 0 ? Offsets(self) : null;

    /// <summary>Writes values over the elements of a tensor, or adds them; nothing recorded.</summary>
    /// <param name="self">A tensor of the plan's shape.</param>
    /// <param name="values">What broadcasts to the shape of the result, of the tensor's dtype.</param>
    /// <param name="accumulate">Whether to add.</param>
    public void Write(Tensor self, Tensor values, bool accumulate)
    {
        if (ResultShape.ElementCount == 0)
            return;
        var layout = values.Layout.Expand(ResultShape).Permute(order);
        self.Device.Backend.Run(new StructuralLaunch
        {
            Kernel = accumulate ? Rows.Add : Rows.Write,
            Operands =
            [
                new Operand(values.Storage.Resolve(), layout, values.DType), Offsets(self).Operand(), RowOf(self),
            ],
        });
    }

    private static Shape Broadcast(Shape a, Shape b)
    {
        try
        {
            return Shape.Broadcast(a, b);
        }
        catch (TensorRuntimeException)
        {
            throw new TensorIndexException(
                "shape mismatch: indexing tensors could not be broadcast together with shapes " +
                $"{a.ToListText()}, {b.ToListText()}");
        }
    }

    private Operand Ordered(Tensor result) =>
        new(result.Storage.Resolve(), result.Layout.Permute(order), result.DType);

    private Operand RowOf(Tensor self) => new(self.Storage.Resolve(), self.Layout.Without(isIndexed), self.DType);

    /// <summary>The result's shape, and its dimensions with the broadcast ones first.</summary>
    private (Shape Result, int[] Order) Arrange()
    {
        var together = true;
        for (var i = 1; i < Dimensions.Length; i++)
            together &= Dimensions[i] == Dimensions[i - 1] + 1;
        var place = together && Dimensions.Length > 0 ? Dimensions[0] : 0;
        var rest = new List<long>();
        for (var i = 0; i < isIndexed.Length; i++)
        {
            if (!isIndexed[i])
                rest.Add(SelfShape[i]);
        }

        var sizes = new List<long>(rest);
        sizes.InsertRange(place, indexShape.ToArray());
        var dims = Enumerable.Range(0, sizes.Count).ToArray();
        return (Shape.Create(sizes.ToArray()),
            [.. dims[place..(place + indexShape.Rank)], .. dims[..place], .. dims[(place + indexShape.Rank)..]]);
    }

    private Tensor Offsets(Tensor self)
    {
        var offsets = Tensor.Allocate(self.Device, Layout.Contiguous(indexShape), DType.Int64);
        if (Indices.Length == 0)
            offsets.FillWith(0);
        for (var i = 0; i < Indices.Length; i++)
        {
            var index = Indices[i];
            if (!ReferenceEquals(index.Device, self.Device))
            {
                // As PyTorch: indices on the CPU go with a tensor anywhere.
                index = index.Device.Type == DeviceType.Cpu ? index.To(self.Device) : throw new TensorRuntimeException(
                    "indices should be either on cpu or on the same device as the indexed tensor " +
                    $"({self.Device})");
            }

            var d = Dimensions[i];
            self.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Rows.Offsets,
                Operands = [index.Operand(indexShape), offsets.Operand()],
                Integers = [SelfShape[d], self.Strides[d], d, (long)fault, i > 0 ? 1 : 0],
            });
        }

        return offsets;
    }
}
