namespace KernelEngine;

/// <content>Diagonals, triangles and grids.</content>
public partial class Tensor
{
    /// <summary>The diagonal of a matrix, or a matrix with a vector on its diagonal. As <c>torch.diag</c>.</summary>
    /// <param name="offset">Which diagonal: above the main one if positive.</param>
    /// <exception cref="TensorRuntimeException">The tensor has neither one dimension nor two.</exception>
    public Tensor Diag(long offset = 0)
    {
        var own = Shape;
        return Rank switch
        {
            1 => Embedded("DiagBackward0", offset, 0, 1),
            2 => Arranged("DiagBackward0", () => Detach().Diagonal(offset), g => Embed(
                g, own, "DiagBackwardBackward0", w => w.Diagonal(offset))),
            _ => throw new TensorRuntimeException("matrix or a vector expected"),
        };
    }

    /// <summary>Matrices with the last dimension on their diagonals. As <c>torch.diag_embed</c>.</summary>
    /// <param name="offset">Which diagonal: above the main one if positive.</param>
    /// <param name="first">The dimension of the rows.</param>
    /// <param name="second">The dimension of the columns.</param>
    /// <exception cref="TensorException">A dimension is out of range, or both are the same.</exception>
    public Tensor DiagEmbed(long offset = 0, int first = -2, int second = -1)
    {
        var (a, b) = (Dimensions.Wrap(first, Rank + 1), Dimensions.Wrap(second, Rank + 1));
        return a == b
            ? throw new TensorRuntimeException($"diagonal dimensions cannot be identical {first}, {second}")
            : Embedded("DiagEmbedBackward0", offset, a, b);
    }

    /// <summary>A matrix with all elements on its diagonal. As <c>torch.diagflat</c>.</summary>
    public Tensor DiagFlat(long offset = 0) => Reshape([-1]).Diag(offset);

    /// <summary>Zero above a diagonal. As <c>torch.tril</c>.</summary>
    /// <param name="diagonal">Which: above the main one if positive.</param>
    /// <exception cref="TensorIndexException">There are fewer than two dimensions.</exception>
    public Tensor Tril(long diagonal = 0)
    {
        var (rows, columns) = Numbered();
        return Triangles.Lower.Apply(this, rows, columns, diagonal);
    }

    /// <summary><see cref="Tril"/> in place. As <c>torch.Tensor.tril_</c>.</summary>
    public Tensor Tril_(long diagonal = 0)
    {
        var (rows, columns) = Numbered();
        return Triangles.Lower.ApplyInPlace(this, this, rows, columns, diagonal);
    }

    /// <summary>Zero below a diagonal. As <c>torch.triu</c>.</summary>
    /// <param name="diagonal">Which: above the main one if positive.</param>
    /// <exception cref="TensorIndexException">There are fewer than two dimensions.</exception>
    public Tensor Triu(long diagonal = 0)
    {
        var (rows, columns) = Numbered();
        return Triangles.Upper.Apply(this, rows, columns, diagonal);
    }

    /// <summary><see cref="Triu"/> in place. As <c>torch.Tensor.triu_</c>.</summary>
    public Tensor Triu_(long diagonal = 0)
    {
        var (rows, columns) = Numbered();
        return Triangles.Upper.ApplyInPlace(this, this, rows, columns, diagonal);
    }

    /// <summary>Rows and columns of what lies on a diagonal or below, [2, count]. As <c>torch.tril_indices</c>.
    /// </summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="offset">Which diagonal.</param>
    /// <param name="dtype">The dtype; int64 where null.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <exception cref="TensorRuntimeException">A number is negative.</exception>
    public static Tensor TrilIndices(
        long rows, long columns, long offset = 0, DType? dtype = null, ComputeDevice? device = null) =>
        KernelEngine.NonZero.Apply(Indices(rows, columns, device).Tril(offset), BelowDiagonal(rows, columns, offset))
            .T.Contiguous().To(dtype ?? DType.Int64);

    /// <summary>Rows and columns of what lies on a diagonal or above, [2, count]. As <c>torch.triu_indices</c>.
    /// </summary>
    /// <inheritdoc cref="TrilIndices"/>
    public static Tensor TriuIndices(
        long rows, long columns, long offset = 0, DType? dtype = null, ComputeDevice? device = null) =>
        KernelEngine.NonZero
            .Apply(Indices(rows, columns, device).Triu(offset), BelowDiagonal(columns, rows, -offset))
            .T.Contiguous().To(dtype ?? DType.Int64);

    /// <summary>Each vector along a dimension of its own, all of one shape. As <c>torch.meshgrid</c>.</summary>
    /// <param name="tensors">Vectors or 0-dimensional tensors.</param>
    /// <param name="indexing"><c>ij</c>, or <c>xy</c>, which exchanges the first two dimensions.</param>
    /// <exception cref="TensorRuntimeException">There are none, dtypes differ, or a tensor is no vector.</exception>
    public static Tensor[] MeshGrid(IReadOnlyList<Tensor> tensors, string indexing = "ij")
    {
        ArgumentNullException.ThrowIfNull(tensors);
        if (tensors.Count == 0)
            throw new TensorRuntimeException("meshgrid expects a non-empty TensorList");
        if (indexing is not ("ij" or "xy"))
        {
            throw new TensorRuntimeException(
                $"torch.meshgrid: indexing must be one of \"xy\" or \"ij\", but received: {indexing}");
        }

        var sizes = new long[tensors.Count];
        for (var i = 0; i < sizes.Length; i++)
        {
            if (tensors[i].Rank > 1)
            {
                throw new TensorRuntimeException(
                    "torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: " +
                    $"{tensors[i].Shape.ToListText()}");
            }

            if (tensors[i].DType != tensors[0].DType)
                throw new TensorRuntimeException("torch.meshgrid expects all tensors to have the same dtype");
            sizes[i] = tensors[i].ElementCount;
        }

        var results = new Tensor[sizes.Length];
        for (var i = 0; i < results.Length; i++)
        {
            var shape = new long[sizes.Length];
            Array.Fill(shape, 1);
            shape[i] = sizes[i];
            results[i] = tensors[i].View(new Shape(shape)).Expand(new Shape(sizes));
            if (indexing == "xy" && sizes.Length >= 2)
                results[i] = results[i].Transpose(0, 1);
        }

        return results;
    }

    /// <summary>All combinations of one element of each vector, a row each. As <c>torch.cartesian_prod</c>.</summary>
    public static Tensor CartesianProd(params IReadOnlyList<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            if (tensor.Rank != 1)
            {
                throw new TensorRuntimeException(
                    $"Expect a 1D vector, but got shape {tensor.Shape.ToListText()}");
            }
        }

        return tensors.Count == 1
            ? tensors[0]
            : Stack([.. MeshGrid(tensors).Select(t => t.Flatten())], 1);
    }

    /// <summary>All combinations of elements of a vector, a row each. As <c>torch.combinations</c>.</summary>
    /// <param name="count">How many elements are combined.</param>
    /// <param name="withReplacement">Whether one may be taken again.</param>
    /// <exception cref="TensorRuntimeException">The tensor is no vector, or the number negative.</exception>
    public Tensor Combinations(int count = 2, bool withReplacement = false)
    {
        if (Rank != 1)
            throw new TensorRuntimeException($"Expect a 1D vector, but got shape {Shape.ToListText()}");
        if (count < 0)
            throw new TensorRuntimeException($"Expect a non-negative number, but got {count}");
        if (count == 0)
            return Empty([0], DType, Device);

        // No way, or one, however many dimensions a grid would have; of two elements and more it would be too large.
        if (Shape[0] == 0 || (count > Shape[0] && !withReplacement))
            return Slice(0, 0, 0).Unsqueeze(1).Expand([0, count]).Clone();
        if (Shape[0] == 1)
            return Unsqueeze(1).Expand([1, count]).Clone();
        if (count > 62)
            throw new TensorRuntimeException("numel: integer multiplication overflow");
        var places = Arange(Shape[0], device: Device);
        var grids = MeshGrid([.. Enumerable.Repeat(places, count)]);
        var mask = Full(grids[0].Shape, true, DType.Bool, Device);
        for (var i = 1; i < count; i++)
        {
            var inOrder = withReplacement ? grids[i - 1].Le(grids[i]) : grids[i - 1].Lt(grids[i]);
            mask = mask.LogicalAnd(inOrder);
        }

        // n over k, and with repetitions n + k - 1 over k.
        var (ways, from) = (1L, withReplacement ? Shape[0] - 1 + count : Shape[0]);
        for (var i = 1; i <= count; i++)
            ways = ways * Math.Max(0, from - count + i) / i;
        var chosen = KernelEngine.NonZero.Apply(mask, ways);
        return Stack([.. Enumerable.Range(0, count).Select(i => IndexBy([chosen.Select(1, i)]))], 1);
    }

    /// <summary>A copy with a tensor written at one index of a dimension. As <c>torch.select_scatter</c>.</summary>
    /// <exception cref="TensorException">The source has not the shape of that part.</exception>
    public Tensor SelectScatter(Tensor source, int dimension, long index) =>
        PartScatter("SelectScatterBackward0", source, t => t.Select(dimension, index));

    /// <summary>A copy with a tensor written over a range of a dimension. As <c>torch.slice_scatter</c>.</summary>
    /// <exception cref="TensorException">The source has not the shape of that part.</exception>
    public Tensor SliceScatter(
        Tensor source, int dimension = 0, long? start = null, long? stop = null, long step = 1) =>
        PartScatter("SliceScatterBackward0", source, t => t.Slice(dimension, start, stop, step));

    /// <summary>A copy with a tensor written on a diagonal. As <c>torch.diagonal_scatter</c>.</summary>
    /// <exception cref="TensorException">The source has not the shape of that part.</exception>
    public Tensor DiagonalScatter(Tensor source, long offset = 0, int first = 0, int second = 1) =>
        PartScatter("DiagonalScatterBackward0", source, t => t.Diagonal(offset, first, second));

    private Tensor PartScatter(string name, Tensor source, Func<Tensor, Tensor> part)
    {
        var expected = part(Detach()).Shape;
        if (source.Shape != expected)
        {
            throw new TensorRuntimeException(
                $"expected src to have a size equal to the slice of self. src size = {source.Shape.ToListText()}, " +
                $"slice size = {expected.ToListText()}");
        }

        CheckSameDevice(source);
        return Overwrite(inPlace: false, source, (t, s) => s.CopyTo(part(t.Detach())), () =>
        {
            var dtype = source.DType;
            return Recorded(name, g =>
            [
                g[0]!.PartScatter(name, Zeros(expected, g[0]!.DType, g[0]!.Device), part), part(g[0]!).To(dtype),
            ], this, source);
        });
    }

    private Tensor Embedded(string name, long offset, int first, int second)
    {
        if (Rank == 0)
            throw new TensorIndexException("diag_embed needs at least one dimension");
        var size = (long)Int128.Min(Shape[Rank - 1] + Int128.Abs(offset), long.MaxValue);
        var sizes = Shape.AsSpan()[..^1].ToArray().ToList();
        sizes.Insert(Math.Min(first, second), size);
        sizes.Insert(Math.Max(first, second), size);
        return Arranged(name, () =>
        {
            var result = Zeros(Shape.Create(sizes.ToArray()), DType, Device);
            CopyTo(result.Diagonal(offset, first, second));
            return result;
        }, g => g.Diagonal(offset, first, second));
    }

    private (Tensor Rows, Tensor Columns) Numbered() =>
        (Arange(Size(-2), device: Device).Unsqueeze(1), Arange(Size(-1), device: Device));

    /// <summary>How many elements of a matrix lie on a diagonal or below.</summary>
    private static long BelowDiagonal(long rows, long columns, long offset)
    {
        var count = 0L;
        for (var row = Math.Max(0, -offset); row < rows; row++)
        {
            if (row >= columns - offset)
                return count + ((rows - row) * columns);
            count += row + offset + 1;
        }

        return count;
    }

    private static Tensor Indices(long rows, long columns, ComputeDevice? device)
    {
        if (rows < 0)
            throw new TensorRuntimeException($"row must be non-negative, got{rows}");
        if (columns < 0)
            throw new TensorRuntimeException($"col must be non-negative, got{columns}");
        return Ones([rows, columns], DType.Bool, device);
    }
}
