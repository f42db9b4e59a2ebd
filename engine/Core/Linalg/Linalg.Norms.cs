using static KernelEngine.MatrixArguments;

namespace KernelEngine;

/// <content>Norms of vectors and matrices.</content>
public static partial class Linalg
{
    /// <summary>
    /// The norm of vectors over dimensions: the p-th root of the sum of the p-th powers. As
    /// <c>torch.linalg.vector_norm</c>.
    /// </summary>
    /// <param name="x">The vectors.</param>
    /// <param name="order">The exponent; infinite for the largest absolute value, or the smallest where negative.
    /// </param>
    /// <param name="dimensions">The dimensions; all where empty.</param>
    /// <param name="keepDimensions">Whether they stay, with size 1.</param>
    /// <param name="dtype">The dtype to compute in.</param>
    /// <exception cref="TensorException">The dimensions or the dtype cannot be.</exception>
    public static Tensor VectorNorm(
        Tensor x, double order = 2, ReadOnlySpan<int> dimensions = default, bool keepDimensions = false,
        DType? dtype = null) => x.VectorNorm(order, dimensions, keepDimensions, dtype);

    /// <summary>
    /// The norm of matrices: the largest (or for a negative order smallest) sum of absolute values of a column, 1, or
    /// of a row, infinity, or singular value, 2. As <c>torch.linalg.matrix_norm</c>.
    /// </summary>
    /// <param name="a">The matrices.</param>
    /// <param name="order">1, 2, infinity, or the negative of one.</param>
    /// <param name="dimensions">The dimensions of rows and columns; the last two where empty.</param>
    /// <param name="keepDimensions">Whether they stay, with size 1.</param>
    /// <param name="dtype">The dtype to compute in.</param>
    /// <exception cref="TensorException">
    /// The order is another, the dimensions are not two different ones, or the dtype cannot be.
    /// </exception>
    public static Tensor MatrixNorm(
        Tensor a, double order, ReadOnlySpan<int> dimensions = default, bool keepDimensions = false,
        DType? dtype = null)
    {
        CheckMatrix(a, MatrixNormName);
        if (Math.Abs(order) is not (1 or 2 or double.PositiveInfinity))
            throw new TensorRuntimeException($"{MatrixNormName}: Order {OrderText(order)} not supported.");
        var (rows, columns) = CheckDimensions(a, dimensions);
        CheckNormType(a, dtype, MatrixNormName);
        if (dtype is not null)
            a = a.To(dtype);
        if (Math.Abs(order) == 2)
        {
            CheckFloating(a, MatrixNormName, allowNarrow: false);
            return OverSingularValues(a, rows, columns, keepDimensions,
                s => order > 0 ? s.Amax([-1], keepDimensions) : s.Amin([-1], keepDimensions));
        }

        var (summed, chosen) = double.IsInfinity(order) ? (columns, rows) : (rows, columns);
        var sums = a.VectorNorm(1, [summed], keepDimensions);
        if (!keepDimensions && chosen > summed)
            chosen--;
        return order > 0 ? sums.Amax([chosen], keepDimensions) : sums.Amin([chosen], keepDimensions);
    }

    /// <summary>
    /// The norm of matrices: Frobenius', <c>fro</c>, or the sum of the singular values, <c>nuc</c>. As
    /// <c>torch.linalg.matrix_norm</c>.
    /// </summary>
    /// <param name="a">The matrices.</param>
    /// <param name="order"><c>fro</c> or <c>nuc</c>.</param>
    /// <param name="dimensions">The dimensions of rows and columns; the last two where empty.</param>
    /// <param name="keepDimensions">Whether they stay, with size 1.</param>
    /// <param name="dtype">The dtype to compute in.</param>
    /// <exception cref="TensorException">
    /// The order is another, the dimensions are not two different ones, or the dtype cannot be.
    /// </exception>
    public static Tensor MatrixNorm(
        Tensor a, string order = "fro", ReadOnlySpan<int> dimensions = default, bool keepDimensions = false,
        DType? dtype = null)
    {
        CheckMatrix(a, MatrixNormName);
        if (order is not ("fro" or "nuc"))
            throw new TensorRuntimeException($"{MatrixNormName}: Order {order} not supported.");
        var (rows, columns) = CheckDimensions(a, dimensions);
        CheckNormType(a, dtype, MatrixNormName);
        if (order == "fro")
            return a.VectorNorm(2, [rows, columns], keepDimensions, dtype);
        if (dtype is not null)
            a = a.To(dtype);
        CheckFloating(a, MatrixNormName, allowNarrow: false);
        return OverSingularValues(a, rows, columns, keepDimensions, s => s.Sum(-1, keepDimensions));
    }

    /// <summary>
    /// The norm of vectors or matrices, by how many dimensions are given: one is a vector's, two are a matrix's;
    /// without an order, the root of the sum of squares over all. As <c>torch.linalg.norm</c>.
    /// </summary>
    /// <param name="a">The vectors or matrices.</param>
    /// <param name="order">The order, as for <see cref="MatrixNorm(Tensor, double, ReadOnlySpan{int}, bool, DType?)"/>
    /// or <see cref="VectorNorm"/>; null for the root of the sum of squares.</param>
    /// <param name="dimensions">One dimension or two; all of a vector or a matrix where empty.</param>
    /// <param name="keepDimensions">Whether they stay, with size 1.</param>
    /// <param name="dtype">The dtype to compute in.</param>
    /// <exception cref="TensorException">The order, the dimensions or the dtype cannot be.</exception>
    public static Tensor Norm(
        Tensor a, double? order = null, ReadOnlySpan<int> dimensions = default, bool keepDimensions = false,
        DType? dtype = null)
    {
        if (dimensions.Length > 2)
        {
            throw new TensorRuntimeException(
                "linalg.norm: If dim is specified, it must be of length 1 or 2. Got " +
                $"[{string.Join(", ", dimensions.ToArray())}]");
        }

        if (order is not { } p)
            return a.VectorNorm(2, dimensions, keepDimensions, dtype);
        if (dimensions.Length == 0 && a.Rank is not (1 or 2))
        {
            throw new TensorRuntimeException(
                $"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {a.Rank}D.");
        }

        return dimensions.Length == 2 || (dimensions.Length == 0 && a.Rank == 2)
            ? MatrixNorm(a, p, dimensions, keepDimensions, dtype)
            : a.VectorNorm(p, dimensions, keepDimensions, dtype);
    }

    /// <summary>Frobenius' norm or the nuclear one of matrices. As <c>torch.linalg.norm</c>.</summary>
    /// <inheritdoc cref="MatrixNorm(Tensor, string, ReadOnlySpan{int}, bool, DType?)"/>
    public static Tensor Norm(
        Tensor a, string order, ReadOnlySpan<int> dimensions = default, bool keepDimensions = false,
        DType? dtype = null)
    {
        if (dimensions.Length > 2)
        {
            throw new TensorRuntimeException(
                "linalg.norm: If dim is specified, it mut be of length 1 or 2. Got " +
                $"[{string.Join(", ", dimensions.ToArray())}]");
        }

        if (dimensions.Length == 0 && order is ("fro" or "nuc") && a.Rank is not (1 or 2))
        {
            throw new TensorRuntimeException(
                $"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {a.Rank}D.");
        }

        return MatrixNorm(a, order, dimensions, keepDimensions, dtype);
    }

    /// <summary>
    /// How much solutions change relative to the right side: the norm of matrices times that of their inverse. As
    /// <c>torch.linalg.cond</c>.
    /// </summary>
    /// <param name="a">[…, M, N]; square unless the order is 2 or -2.</param>
    /// <param name="order">1, 2, infinity, or the negative of one; 2 where null.</param>
    /// <returns>The leading dimensions; infinity for singular matrices.</returns>
    /// <exception cref="TensorException">The order, the shape or the dtype cannot be.</exception>
    public static Tensor Cond(Tensor a, double? order = null)
    {
        CheckCond(a);
        if (order is not { } p || Math.Abs(p) == 2)
        {
            var values = Svdvals(a);
            if (values.ElementCount == 0)
                return Tensor.Zeros(Lead(a.Shape), a.DType, a.Device);
            var (largest, smallest) = (values.Narrow(-1, 0, 1), values.Narrow(-1, values.Shape[^1] - 1, 1));
            return (order == -2 ? smallest / largest : largest / smallest).Squeeze(-1);
        }

        if (a.ElementCount == 0 && Math.Abs(p) is (1 or double.PositiveInfinity))
            return Tensor.Zeros(Lead(a.Shape), a.DType, a.Device);
        return Math.Abs(p) is 1 or double.PositiveInfinity
            ? CondOf(a, OrderText(p), m => MatrixNorm(m, p))
            : throw new TensorRuntimeException($"linalg.cond got an invalid norm type: {OrderText(p)}");
    }

    /// <summary>As <see cref="Cond(Tensor, double?)"/>, for <c>fro</c> and <c>nuc</c>.</summary>
    /// <param name="a">[…, N, N].</param>
    /// <param name="order"><c>fro</c> or <c>nuc</c>.</param>
    /// <exception cref="TensorException">The order, the shape or the dtype cannot be.</exception>
    public static Tensor Cond(Tensor a, string order)
    {
        CheckCond(a);
        if (order is not ("fro" or "nuc"))
            throw new TensorRuntimeException($"linalg.cond got an invalid norm type: {order}");
        if (order == "nuc")
        {
            CheckSquare(a, "linalg.cond(ord=nuc)");
            var values = Svdvals(a);
            return values.Sum(-1) * values.Reciprocal().Sum(-1);
        }

        return CondOf(a, order, m => MatrixNorm(m, order));
    }

    /// <summary>How many singular values are above a bound. As <c>torch.linalg.matrix_rank</c>.</summary>
    /// <param name="a">[…, M, N], float32 or float64.</param>
    /// <param name="atol">The bound; 0 where null.</param>
    /// <param name="rtol">
    /// The bound relative to the largest value; where null, 0 if the other is given, else the dtype's precision times
    /// the larger of M and N.
    /// </param>
    /// <param name="hermitian">Whether the matrices are symmetric: eigenvalues are found then.</param>
    /// <returns>int64, the leading dimensions.</returns>
    /// <exception cref="TensorException">The dtype is another, or there are no matrices.</exception>
    public static Tensor MatrixRank(Tensor a, double? atol = null, double? rtol = null, bool hermitian = false)
    {
        CheckMatrix(a, "torch.linalg.matrix_rank", "input");
        if (a.DType != DType.Float32 && a.DType != DType.Float64)
            throw new TensorRuntimeException("This function doesn't handle types other than float and double");
        var detached = a.Detach();
        if (a.ElementCount == 0)
            return Tensor.Zeros(Lead(a.Shape), DType.Int64, a.Device);
        var values = hermitian ? Eigvalsh(detached).Abs() : Svdvals(detached);
        return values.Gt(BoundOf(a, values, atol, rtol)).Sum(-1);
    }

    private const string MatrixNormName = "linalg.matrix_norm";

    /// <summary>What singular values must exceed to count.</summary>
    private static Tensor BoundOf(Tensor a, Tensor values, double? atol, double? rtol)
    {
        var precision = a.DType == DType.Float64 ? Math.ScaleB(1, -52) : Math.ScaleB(1, -23);
        var relative = rtol ?? (atol is > 0 ? 0 : precision * Math.Max(a.Shape[^1], a.Shape[^2]));
        return (values.Amax([-1], true) * relative).ClampMin(atol ?? 0.0);
    }

    private static Tensor CondOf(Tensor a, string order, Func<Tensor, Tensor> norm)
    {
        CheckSquare(a, $"linalg.cond(ord={order})");
        var (inverse, info) = InvEx(a);

        // The inverse of a singular matrix is infinite, whatever was computed for it.
        var failed = info.Ne(0).Unsqueeze(-1).Unsqueeze(-1);
        var result = norm(a) * norm(inverse.MaskedFill(failed, double.PositiveInfinity));
        return result.NanToNum(double.PositiveInfinity, double.PositiveInfinity, double.NegativeInfinity);
    }

    internal static string OrderText(double order) => order == Math.Floor(order) && !double.IsInfinity(order)
        ? ((long)order).ToString(System.Globalization.CultureInfo.InvariantCulture) : PythonText.Of(order);

    private static void CheckCond(Tensor a)
    {
        if (a.Rank < 2)
            throw new TensorRuntimeException("linalg.cond: The input tensor must have at least 2 dimensions.");
    }

    private static (int Rows, int Columns) CheckDimensions(Tensor a, ReadOnlySpan<int> dimensions)
    {
        if (dimensions.Length == 0)
            return (a.Rank - 2, a.Rank - 1);
        if (dimensions.Length != 2)
        {
            throw new TensorRuntimeException(
                $"{MatrixNormName}: dim must be a 2-tuple. Got {string.Join(", ", dimensions.ToArray())}");
        }

        var (rows, columns) = (Dimensions.Wrap(dimensions[0], a.Rank), Dimensions.Wrap(dimensions[1], a.Rank));
        return rows != columns ? (rows, columns) : throw new TensorRuntimeException(
            $"{MatrixNormName}: dims must be different. Got ({rows}, {columns})");
    }

    private static Tensor OverSingularValues(
        Tensor a, int rows, int columns, bool keepDimensions, Func<Tensor, Tensor> reduce)
    {
        int[] order = [.. Enumerable.Range(0, a.Rank).Where(d => d != rows && d != columns), rows, columns];
        var result = reduce(Svdvals(a.Permute(order)));
        if (!keepDimensions)
            return result;
        var back = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
            back[order[i]] = i;
        return result.Unsqueeze(-1).Permute(back);
    }
}
