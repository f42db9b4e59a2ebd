namespace KernelEngine;

/// <content>Products of tensors over dimensions, traces and blocks.</content>
public partial class Tensor
{
    // a · b - c · d.
    private static readonly PointwiseOperator CrossComponent =
        new("cross_component", 4, TypeRules.Promote, x => [(x[0] * x[1]) - (x[2] * x[3])], isListed: false);

    /// <summary>
    /// The sum of products over the last dimensions of this and the first of another. As <c>torch.tensordot</c>.
    /// </summary>
    /// <param name="other">The other tensor.</param>
    /// <param name="count">How many dimensions; 0 for the outer product.</param>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public Tensor Tensordot(Tensor other, int count = 2)
    {
        if (count < 0)
            throw new TensorRuntimeException($"tensordot expects dims >= 0, but got dims={count}");
        if (count > 0)
            _ = Size(-count);
        return Tensordot(
            other, [.. Enumerable.Range(-count, count)], [.. Enumerable.Range(0, count)]);
    }

    /// <summary>The sum of products over pairs of dimensions. As <c>torch.tensordot</c>.</summary>
    /// <param name="other">The other tensor.</param>
    /// <param name="own">Dimensions of this tensor.</param>
    /// <param name="others">The dimension of the other tensor for each of them, of the same size or 1.</param>
    /// <returns>What is left of this tensor's dimensions, then of the other's.</returns>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public Tensor Tensordot(Tensor other, ReadOnlySpan<int> own, ReadOnlySpan<int> others)
    {
        if (own.Length != others.Length)
            throw new TensorRuntimeException("both dimension lists should have same length");
        if (DType != other.DType)
        {
            throw new TensorRuntimeException(
                $"expected scalar type {DType.LegacyName} but found {other.DType.LegacyName}",
                $"convert one of them, as in x.To(DType.{other.DType.LegacyName})");
        }

        var (left, right) = (this, other);
        for (var i = 0; i < own.Length; i++)
        {
            var (a, b) = (Size(own[i]), other.Size(others[i]));
            if (b == 1)
                left = left.Sum(own[i], true, DType);
            else if (a == 1)
                right = right.Sum(others[i], true, DType);
            else if (a != b)
            {
                throw new TensorRuntimeException(
                    $"contracted dimensions need to match, but first has size {a} in dim {own[i]} and second has " +
                    $"size {b} in dim {others[i]}");
            }
        }

        var (rows, inner) = Sorted(Rank, own);
        var (columns, across) = Sorted(other.Rank, others);
        left = left.Permute([.. rows, .. inner]);
        right = right.Permute([.. across, .. columns]);
        Shape shape =
            [.. left.Shape.AsSpan()[..rows.Length], .. right.Shape.AsSpan()[across.Length..]];
        var summed = 1L;
        foreach (var size in right.Shape.AsSpan()[..across.Length])
            summed *= size;
        var product = left.Reshape([CountOf(left.Shape.AsSpan()[..rows.Length]), summed])
            .Mm(right.Reshape([summed, CountOf(right.Shape.AsSpan()[across.Length..])]));
        return product.Reshape(shape);

        static (int[] Kept, int[] Summed) Sorted(int rank, ReadOnlySpan<int> dimensions)
        {
            var mask = Dimensions.Mask(rank, dimensions, all: false);
            var summed = new int[dimensions.Length];
            for (var i = 0; i < summed.Length; i++)
                summed[i] = Dimensions.Wrap(dimensions[i], rank);
            return ([.. Enumerable.Range(0, rank).Where(d => !mask[d])], summed);
        }

        static long CountOf(ReadOnlySpan<long> sizes)
        {
            var count = 1L;
            foreach (var size in sizes)
                count *= size;
            return count;
        }
    }

    /// <summary>
    /// Kronecker's product: every element of this times the whole of another, as blocks. As <c>torch.kron</c>.
    /// </summary>
    /// <param name="other">The blocks; the one with fewer dimensions gets more in front.</param>
    /// <exception cref="DeviceMismatchException">They lie on different devices.</exception>
    public Tensor Kron(Tensor other)
    {
        var rank = Math.Max(Rank, other.Rank);
        var (left, right, sizes) = (new long[2 * rank], new long[2 * rank], new long[rank]);
        for (var d = 0; d < rank; d++)
        {
            var a = d < rank - Rank ? 1 : Shape[d - (rank - Rank)];
            var b = d < rank - other.Rank ? 1 : other.Shape[d - (rank - other.Rank)];
            (left[2 * d], left[(2 * d) + 1]) = (a, 1);
            (right[2 * d], right[(2 * d) + 1]) = (1, b);
            sizes[d] = a * b;
        }

        // Operands that are no row-major arrays leave their order to the product.
        var product = (Reshape(new Shape(left)) * other.Reshape(new Shape(right))).Contiguous();
        var blocks = product.Shape;
        return product.View(Layout.Contiguous(new(sizes)), "UnsafeViewBackward0", g => g.Reshape(blocks));
    }

    /// <summary>
    /// The vector product along a dimension of size 3: the first that there is. As <c>torch.cross</c>.
    /// </summary>
    /// <param name="other">The other vectors; shapes broadcast.</param>
    /// <param name="dimension">The dimension of size 3; the first such one where null.</param>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public Tensor Cross(Tensor other, int? dimension = null)
    {
        if (dimension is null)
        {
            var first = Shape.AsSpan().IndexOf(3);
            dimension = first >= 0 ? first : throw new TensorRuntimeException("no dimension of size 3 in input");
        }

        return Linalg.Cross(this, other, dimension.Value);
    }

    /// <summary>The sum of the diagonal of a matrix. As <c>torch.trace</c>.</summary>
    /// <returns>A 0-dimensional tensor; whole numbers add up in int64.</returns>
    /// <exception cref="TensorRuntimeException">It is no matrix, or of a dtype that has no trace.</exception>
    public Tensor Trace()
    {
        if (Rank != 2)
            throw new TensorRuntimeException($"trace: expected a matrix, but got tensor with dim {Rank}");
        if (DType == DType.Bool || DType == DType.Float16 || DType == DType.BFloat16)
            throw new TensorRuntimeException($"\"trace\" not implemented for '{DType.LegacyName}'");
        var result = Detach().Diagonal().Sum();
        if (ShouldRecord(this))
        {
            var (rows, columns) = (Shape[0], Shape[1]);
            result.SetHistory(Recorded(
                "TraceBackward0", g => [g[0]! * Eye(rows, columns, g[0]!.DType, g[0]!.Device)], this), 0);
        }

        return result;
    }

    /// <summary>
    /// A matrix with the given ones as blocks along its diagonal, zero elsewhere. As <c>torch.block_diag</c>.
    /// </summary>
    /// <param name="tensors">Matrices; a vector is a row, a 0-dimensional tensor a 1×1 block. Dtypes promote.</param>
    /// <exception cref="TensorException">One has more than two dimensions, or lies on another device.</exception>
    public static Tensor BlockDiag(params IReadOnlyList<Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        if (tensors.Count == 0)
            return Empty(1, 0);
        Tensor[] inputs = [.. tensors];
        var types = new ArgumentType[inputs.Length];
        var (rows, columns) = (0L, 0L);
        for (var i = 0; i < inputs.Length; i++)
        {
            var tensor = inputs[i];
            if (tensor.Rank > 2)
            {
                throw new TensorRuntimeException(
                    $"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {i} has {tensor.Rank} " +
                    "dimensions");
            }

            if (!ReferenceEquals(tensor.Device, inputs[0].Device))
            {
                throw new TensorRuntimeException(
                    "torch.block_diag: input tensors must all be on the same device. Input 0 is on device " +
                    $"{inputs[0].Device} and input {i} is on device {tensor.Device}");
            }

            types[i] = ArgumentType.Of(tensor);
            rows += RowsOf(tensor.Shape);
            columns += ColumnsOf(tensor.Shape);
        }

        var dtype = ArgumentType.Promote(types);
        var result = Zeros([rows, columns], dtype, inputs[0].Device);
        EachBlock(inputs, result, (i, block) => inputs[i].Detach().AtLeast2D().CopyTo(block));
        if (dtype.IsFloatingPoint && ShouldRecord(inputs))
        {
            result.SetHistory(Recorded("BlockDiagBackward0", g =>
            {
                var results = new Tensor?[inputs.Length];
                EachBlock(inputs, g[0]!, (i, block) => results[i] = inputs[i].DType.IsFloatingPoint
                    ? block.Reshape(inputs[i].Shape).To(inputs[i].DType) : null);
                return results;
            }, inputs), 0);
        }

        return result;

        static long RowsOf(Shape shape) => shape.Rank == 2 ? shape[0] : 1;

        static long ColumnsOf(Shape shape) => shape.Rank == 0 ? 1 : shape[^1];

        static void EachBlock(Tensor[] tensors, Tensor whole, Action<int, Tensor> action)
        {
            var (row, column) = (0L, 0L);
            for (var i = 0; i < tensors.Length; i++)
            {
                var (height, width) = (RowsOf(tensors[i].Shape), ColumnsOf(tensors[i].Shape));
                action(i, whole.Narrow(0, row, height).Narrow(1, column, width));
                (row, column) = (row + height, column + width);
            }
        }
    }

    /// <summary>Rows of the powers of each element of a vector. As <c>torch.vander</c>.</summary>
    /// <param name="columns">How many powers; as many as there are elements where null.</param>
    /// <param name="increasing">Whether the powers grow from the left to the right.</param>
    /// <returns>[length, columns], whole numbers in int64.</returns>
    /// <exception cref="TensorRuntimeException">It is no vector, or the number is negative.</exception>
    public Tensor Vander(long? columns = null, bool increasing = false)
    {
        if (Rank != 1)
            throw new TensorRuntimeException("x must be a one-dimensional tensor.");
        var count = columns ?? Shape[0];
        if (count < 0)
            throw new TensorRuntimeException("N must be non-negative.");
        var result = Empty([Shape[0], count], DType.Promote(DType, DType.Int64), Device);
        if (count > 0)
            result.Select(1, 0).Fill_(1);
        if (count > 1)
        {
            result.Slice(1, 1, null).Copy_(
                Unsqueeze(1).To(result.DType).Expand([Shape[0], count - 1]).Cumprod(1));
        }

        return increasing ? result : result.Flip(1);
    }

    /// <summary>The product of matrices in the order that takes the fewest steps. As <c>torch.chain_matmul</c>.
    /// </summary>
    /// <exception cref="TensorException">There are none, or one is no matrix, or they do not fit.</exception>
    public static Tensor ChainMatmul(params IReadOnlyList<Tensor> matrices)
    {
        ArgumentNullException.ThrowIfNull(matrices);
        foreach (var matrix in matrices)
        {
            if (matrix.Rank != 2)
                throw new TensorRuntimeException($"Tensor dimension is {matrix.Rank}, expected 2 instead.");
        }

        return matrices.Count switch
        {
            0 => throw new TensorRuntimeException("chain_matmul(): Expected one or more matrices"),
            1 => matrices[0].Clone(),
            _ => Linalg.MultiDot(matrices),
        };
    }

    /// <summary>A power of square matrices. As <c>torch.matrix_power</c>.</summary>
    /// <inheritdoc cref="Linalg.MatrixPower"/>
    public Tensor MatrixPower(long n) => Linalg.MatrixPower(this, n);

    /// <summary>The vector product, recorded; the arguments have been checked.</summary>
    internal static Tensor CrossAlong(Tensor a, Tensor b, int dimension)
    {
        var shape = Shape.Broadcast(a.Shape, b.Shape);
        var (left, right) = (a.Detach().Expand(shape), b.Detach().Expand(shape));
        var result = Allocate(a.Device, Layout.Contiguous(shape), a.DType);
        for (var i = 0; i < 3; i++)
        {
            var (next, last) = ((i + 1) % 3, (i + 2) % 3);
            CrossComponent.Apply(
                left.Select(dimension, next), right.Select(dimension, last),
                left.Select(dimension, last), right.Select(dimension, next)).CopyTo(result.Select(dimension, i));
        }

        if (ShouldRecord(a, b))
        {
            result.SetHistory(Recorded("LinalgCrossBackward0", [a, b], (g, saved) =>
            [
                CrossAlong(saved[1], g[0]!, dimension).SumToSize(saved[0].Shape),
                CrossAlong(g[0]!, saved[0], dimension).SumToSize(saved[1].Shape),
            ], a, b), 0);
        }

        return result;
    }
}
