using static KernelEngine.MatrixArguments;

namespace KernelEngine;

/// <summary>Linear algebra, as <c>torch.linalg</c>: https://pytorch.org/docs/1.13/linalg.html.</summary>
public static partial class Linalg
{
    /// <summary>The vector product along a dimension of size 3. As <c>torch.linalg.cross</c>.</summary>
    /// <param name="a">Vectors along the dimension.</param>
    /// <param name="b">As many dimensions as <paramref name="a"/>; sizes broadcast.</param>
    /// <param name="dimension">The dimension, of size 3 in both.</param>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public static Tensor Cross(Tensor a, Tensor b, int dimension = -1)
    {
        if (a.Rank != b.Rank)
            throw new TensorRuntimeException("linalg.cross: inputs must have the same number of dimensions.");
        if (a.Size(dimension) != 3 || b.Size(dimension) != 3)
        {
            throw new TensorRuntimeException(
                $"linalg.cross: inputs dimension {dimension} must have length 3. Got {a.Size(dimension)} and " +
                $"{b.Size(dimension)}");
        }

        Shape.Broadcast(a.Shape, b.Shape);
        if (!ReferenceEquals(a.Device, b.Device))
            throw new DeviceMismatchException(a.Device, b.Device);
        if (a.DType != b.DType)
        {
            throw new TensorRuntimeException(
                $"expected scalar type {a.DType.LegacyName} but found {b.DType.LegacyName}",
                $"convert one of them, as in x.To(DType.{b.DType.LegacyName})");
        }

        if (a.DType == DType.Bool || a.DType == DType.Float16)
            throw new TensorRuntimeException($"\"cross\" not implemented for '{a.DType.LegacyName}'");
        return Tensor.CrossAlong(a, b, Dimensions.Wrap(dimension, a.Rank));
    }

    /// <summary>
    /// The dot products of vectors along a dimension; other dimensions broadcast. As <c>torch.linalg.vecdot</c>.
    /// </summary>
    /// <param name="x">Vectors along the dimension.</param>
    /// <param name="y">Vectors along the dimension.</param>
    /// <param name="dimension">The dimension.</param>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public static Tensor Vecdot(Tensor x, Tensor y, int dimension = -1)
    {
        CheckFloating(x, "linalg.vecdot");
        CheckSameType(x, y, "linalg.vecdot", "x", "y");
        if (x.Rank == 1 && y.Rank == 1 && x.Shape == y.Shape)
        {
            Dimensions.Wrap(dimension, 1);
            return x.Vdot(y);
        }

        return (x * y).Sum(dimension);
    }

    /// <summary>
    /// Rows of the powers 0 to N - 1 of each element. As <c>torch.linalg.vander</c>.
    /// </summary>
    /// <param name="x">[…, length].</param>
    /// <param name="columns">How many powers; as many as the last dimension is long where null.</param>
    /// <returns>[…, length, columns].</returns>
    /// <exception cref="TensorRuntimeException">The number is below 2, or the dtype bool.</exception>
    public static Tensor Vander(Tensor x, long? columns = null)
    {
        if (x.DType == DType.Bool)
        {
            throw new TensorRuntimeException(
                "linalg.vander supports floating point, complex, and integer tensors, but got Bool");
        }

        if (x.Rank == 0)
            x = x.Unsqueeze(0);
        var count = columns ?? x.Shape[^1];
        if (count <= 1)
            throw new TensorRuntimeException("N must be greater than 1.");
        var powers = x.Unsqueeze(-1).Expand([.. x.Shape.AsSpan(), count - 1]).Cumprod(-1);
        return Tensor.Cat([Tensor.Ones([.. x.Shape.AsSpan(), 1], x.DType, x.Device), powers], -1);
    }

    /// <summary>
    /// The product of two matrices or more, in the order that takes the fewest multiplications; the first and the
    /// last may be vectors. As <c>torch.linalg.multi_dot</c>.
    /// </summary>
    /// <param name="tensors">The factors from the left to the right.</param>
    /// <exception cref="TensorException">There are fewer than two, or they do not go together.</exception>
    public static Tensor MultiDot(params IReadOnlyList<Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var count = tensors.Count;
        if (count < 2)
            throw new TensorRuntimeException($"multi_dot(): expected at least 2 tensors but got {count}");
        Tensor[] factors = [.. tensors];
        var shape = new List<long>();
        foreach (var (index, name) in new[] { (0, "first"), (count - 1, "last") })
        {
            var end = factors[index];
            if (end.Rank is not (1 or 2))
            {
                throw new TensorRuntimeException(
                    $"multi_dot(): the {name} tensor must be 1D or 2D but got {end.Rank}D");
            }

            if (end.Rank == 1)
                factors[index] = end.Unsqueeze(index == 0 ? 0 : 1);
            else
                shape.Add(end.Shape[index == 0 ? 0 : 1]);
        }

        for (var i = 1; i < count - 1; i++)
        {
            if (factors[i].Rank != 2)
                throw new TensorRuntimeException($"multi_dot(): tensor {i} must be 2D but got {factors[i].Rank}D");
        }

        for (var i = 1; i < count; i++)
        {
            if (factors[i].DType != factors[0].DType)
            {
                throw new TensorRuntimeException(
                    $"multi_dot(): all tensors must have be the same dtype but tensor 0 is " +
                    $"{factors[0].DType.CName} and tensor {i} {factors[i].DType.CName}");
            }

            if (!ReferenceEquals(factors[i].Device, factors[0].Device))
            {
                throw new TensorRuntimeException(
                    $"multi_dot(): all tensors must be on the same device but tensor 0 is on {factors[0].Device} " +
                    $"and tensor {i} on {factors[i].Device}");
            }

            if (factors[i - 1].Shape[1] != factors[i].Shape[0])
            {
                throw new TensorRuntimeException(
                    $"multi_dot(): tensors {i - 1} and {i} with shapes {factors[i - 1].Shape.ToListText()} and " +
                    $"{factors[i].Shape.ToListText()} cannot be multiplied");
            }
        }

        var cuts = CheapestCuts(factors);
        return Between(0, count - 1).View(Shape.Create(shape.ToArray()));

        Tensor Between(int from, int to) =>
            from == to ? factors[from] : Between(from, cuts[from, to]).Mm(Between(cuts[from, to] + 1, to));
    }

    /// <summary>
    /// A power of square matrices, by squaring; a negative one is that of the inverse. As
    /// <c>torch.linalg.matrix_power</c>.
    /// </summary>
    /// <param name="a">[…, N, N].</param>
    /// <param name="n">The exponent.</param>
    /// <exception cref="TensorException">
    /// The matrices are not square; for a negative exponent, one is singular.
    /// </exception>
    public static Tensor MatrixPower(Tensor a, long n)
    {
        CheckSquare(a, "linalg.matrix_power");
        if (n == 0)
            return a.Clone().Copy_(Tensor.Eye(a.Shape[^1], null, a.DType, a.Device));
        if (n < 0)
            a = Inv(a);
        var left = n < 0 ? (ulong)~n + 1 : (ulong)n;
        switch (left)
        {
            case 1:
                return n < 0 ? a : a.Clone();
            case 3:
                return a.Matmul(a).Matmul(a);
        }

        Tensor? result = null;
        for (var square = a; ; square = square.Matmul(square))
        {
            if ((left & 1) != 0)
                result = result?.Matmul(square) ?? square;
            left >>= 1;
            if (left == 0)
                return result!;
        }
    }

    /// <summary>Where to cut each run of factors so that the products take the fewest multiplications.</summary>
    /// <remarks>The chain that Cormen et al. solve in Introduction to Algorithms, 15.2.</remarks>
    private static int[,] CheapestCuts(Tensor[] factors)
    {
        var count = factors.Length;
        var (rows, columns) = (new double[count], new double[count]);
        for (var i = 0; i < count; i++)
            (rows[i], columns[i]) = (factors[i].Shape[0], factors[i].Shape[1]);
        var costs = new double[count, count];
        var cuts = new int[count, count];
        for (var length = 1; length < count; length++)
        {
            for (var from = 0; from + length < count; from++)
            {
                var to = from + length;
                costs[from, to] = double.PositiveInfinity;
                for (var cut = from; cut < to; cut++)
                {
                    var cost = costs[from, cut] + costs[cut + 1, to] + (rows[from] * columns[cut] * columns[to]);
                    if (cost < costs[from, to])
                        (costs[from, to], cuts[from, to]) = (cost, cut);
                }
            }
        }

        return cuts;
    }
}
