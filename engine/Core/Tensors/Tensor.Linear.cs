namespace KernelEngine;

/// <content>Products of matrices and vectors.</content>
public partial class Tensor
{
    /// <summary>The product of two matrices. As <c>torch.mm</c>.</summary>
    /// <param name="other">[K, N], for this [M, K].</param>
    /// <returns>[M, N].</returns>
    /// <exception cref="TensorException">They are no matrices, or do not fit, or differ in dtype or device.</exception>
    public Tensor Mm(Tensor other)
    {
        if (Rank != 2)
            throw new TensorRuntimeException("self must be a matrix");
        if (other.Rank != 2)
            throw new TensorRuntimeException("mat2 must be a matrix");
        CheckMatrices(this, other);
        var form = new MatmulForm(Layout, false, other.Layout, false);
        return KernelEngine.Matmul.Run("MmBackward0", this, other, form, form.Result);
    }

    /// <summary>The products of two batches of matrices. As <c>torch.bmm</c>.</summary>
    /// <param name="other">[B, K, N], for this [B, M, K].</param>
    /// <returns>[B, M, N].</returns>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public Tensor Bmm(Tensor other)
    {
        CheckBatches(this, other);
        var form = new MatmulForm(Layout, false, other.Layout, false);
        return KernelEngine.Matmul.Run("BmmBackward0", this, other, form, form.Result);
    }

    /// <summary>
    /// The matrix product, by the ranks: two vectors give their dot product, a vector beside a matrix is a row (left)
    /// or a column (right), dimensions before the last two broadcast. As <c>torch.matmul</c>, Python's <c>@</c>.
    /// </summary>
    /// <param name="other">The right operand.</param>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public Tensor Matmul(Tensor other)
    {
        if (Rank == 2 && other.Rank == 2)
            return Mm(other);
        if (Rank == 0 || other.Rank == 0)
        {
            throw new TensorRuntimeException(
                "both arguments to matmul need to be at least 1D, but they are " +
                $"{Rank}D and {other.Rank}D");
        }

        if (Rank == 1 && other.Rank == 1)
            return Dot(other);
        if (Rank == 2 && other.Rank == 1)
            return Mv(other);
        var left = Rank == 1 ? Layout.AsRow() : Layout;
        var right = other.Rank == 1 ? other.Layout.AsColumn() : other.Layout;
        var self = this;
        if (right.Rank == 2 && left.Rank > 2)
        {
            // One right side for all rows: the left one is a matrix with more of them.
            CheckMatrices(left.Shape, right.Shape, folded: true);
            if (left.TryView([ProductOf(left.Shape, 1), left.Shape[^1]]) is { } folded)
                left = folded;
            else
                return Contiguous().Matmul(other);
        }
        else if (left.Rank == 2 && right.Rank == 2)
            CheckMatrices(left.Shape, right.Shape, folded: false);
        else if (left.Shape[^1] != right.Shape[^2])
            throw Rank <= 2 ? OneLeftMismatch(Shape, other.Shape) : BatchMismatch(left.Shape, right.Shape);
        CheckSameType(this, other);
        var form = new MatmulForm(left, false, right, false);
        var result = form.Result;
        if (left.Rank == 2 && Rank > 2)
            result = Layout.Contiguous([.. Shape.AsSpan()[..^1], right.Shape[1]]);
        if (other.Rank == 1)
            result = Layout.Contiguous(Shape.Create(result.Shape.AsSpan()[..^1]));
        else if (Rank == 1)
            result = Layout.Contiguous([.. result.Shape.AsSpan()[..^2], result.Shape[^1]]);
        var name = Rank == 1 ? other.Rank == 2 ? "SqueezeBackward3" : "SqueezeBackward1" : "UnsafeViewBackward0";
        return KernelEngine.Matmul.Run(name, self, other, form, result);
    }

    /// <summary>The product of a matrix and a vector. As <c>torch.mv</c>.</summary>
    /// <param name="vector">[K], for this [M, K].</param>
    /// <returns>[M].</returns>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public Tensor Mv(Tensor vector)
    {
        CheckVector(1, this, vector, Rank > 0 ? Shape[0] : 0);
        var form = new MatmulForm(Layout, false, vector.Layout.AsColumn(), false);
        return KernelEngine.Matmul.Run("MvBackward0", this, vector, form, Layout.Contiguous(Shape[0]));
    }

    /// <summary>The dot product of two vectors. As <c>torch.dot</c>.</summary>
    /// <param name="other">A vector of the same length.</param>
    /// <returns>A 0-dimensional tensor.</returns>
    /// <exception cref="TensorException">They are no vectors, or differ in length, dtype or device.</exception>
    public Tensor Dot(Tensor other)
    {
        CheckDot(other);
        var form = new MatmulForm(Layout.AsRow(), false, other.Layout.AsColumn(), false);
        return KernelEngine.Matmul.Run("DotBackward0", this, other, form, Layout.Scalar);
    }

    /// <summary>The dot product of two vectors; the same as <see cref="Dot"/> for reals. As <c>torch.vdot</c>.</summary>
    /// <inheritdoc cref="Dot"/>
    public Tensor Vdot(Tensor other)
    {
        CheckDot(other);
        var form = new MatmulForm(Layout.AsRow(), false, other.Layout.AsColumn(), false);
        return KernelEngine.Matmul.Run("VdotBackward0", this, other, form, Layout.Scalar);
    }

    /// <summary>beta · this + alpha · (a · b) for matrices. As <c>torch.addmm</c>.</summary>
    /// <param name="a">[M, K].</param>
    /// <param name="b">[K, N]; this broadcasts to [M, N].</param>
    /// <param name="beta">What this is multiplied by; where it is 0, this is not read.</param>
    /// <param name="alpha">What the product is multiplied by.</param>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public Tensor Addmm(Tensor a, Tensor b, Scalar? beta = null, Scalar? alpha = null)
    {
        if (a.Rank != 2)
            throw new TensorRuntimeException($"mat1 must be a matrix, got {a.Rank}-D tensor");
        if (b.Rank != 2)
            throw new TensorRuntimeException($"mat2 must be a matrix, got {b.Rank}-D tensor");
        CheckMatrices(a.Shape, b.Shape, folded: false);
        return Add("AddmmBackward0", a, b, new(a.Layout, false, b.Layout, false), null, beta, alpha);
    }

    /// <summary>beta · this + alpha · (a · b) for batches of matrices. As <c>torch.baddbmm</c>.</summary>
    /// <param name="a">[B, M, K].</param>
    /// <param name="b">[B, K, N]; this broadcasts to [B, M, N].</param>
    /// <param name="beta">What this is multiplied by; where it is 0, this is not read.</param>
    /// <param name="alpha">What the products are multiplied by.</param>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public Tensor Baddbmm(Tensor a, Tensor b, Scalar? beta = null, Scalar? alpha = null)
    {
        CheckBatches(a, b);
        return Add("BaddbmmBackward0", a, b, new(a.Layout, false, b.Layout, false), null, beta, alpha);
    }

    /// <summary>beta · this + alpha · the sum of a batch of products. As <c>torch.addbmm</c>.</summary>
    /// <param name="a">[B, M, K].</param>
    /// <param name="b">[B, K, N]; this broadcasts to [M, N].</param>
    /// <param name="beta">What this is multiplied by; where it is 0, this is not read.</param>
    /// <param name="alpha">What the products are multiplied by.</param>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public Tensor Addbmm(Tensor a, Tensor b, Scalar? beta = null, Scalar? alpha = null)
    {
        CheckBatches(a, b);

        // The sum over the batch is one product, with batch and inner dimension in one.
        long batch = a.Shape[0], rows = a.Shape[1], inner = a.Shape[2], columns = b.Shape[2];
        var left = a.Permute(1, 0, 2).Reshape([rows, batch * inner]);
        var right = b.Reshape([batch * inner, columns]);
        return Add(
            "AddbmmBackward0", left, right, new(left.Layout, false, right.Layout, false), null, beta, alpha);
    }

    /// <summary>beta · this + alpha · (matrix · vector). As <c>torch.addmv</c>.</summary>
    /// <param name="matrix">[M, K].</param>
    /// <param name="vector">[K]; this broadcasts to [M].</param>
    /// <param name="beta">What this is multiplied by; where it is 0, this is not read.</param>
    /// <param name="alpha">What the product is multiplied by.</param>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public Tensor Addmv(Tensor matrix, Tensor vector, Scalar? beta = null, Scalar? alpha = null)
    {
        CheckVector(Rank, matrix, vector, Rank == 1 && ElementCount != 1 ? Shape[0] : matrix.Shape[0]);
        var form = new MatmulForm(vector.Layout.AsRow(), false, matrix.Layout, true);
        return Add("AddmvBackward0", vector, matrix, form, Layout.Contiguous(matrix.Shape[0]), beta, alpha);
    }

    /// <summary>beta · this + alpha · the outer product of two vectors. As <c>torch.addr</c>.</summary>
    /// <param name="column">[M].</param>
    /// <param name="row">[N]; this broadcasts to [M, N].</param>
    /// <param name="beta">What this is multiplied by; where it is 0, this is not read.</param>
    /// <param name="alpha">What the product is multiplied by.</param>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public Tensor Addr(Tensor column, Tensor row, Scalar? beta = null, Scalar? alpha = null)
    {
        if (column.Rank != 1 || row.Rank != 1)
        {
            throw new TensorRuntimeException(
                $"addr: Expected 1-D argument vec{(column.Rank != 1 ? 1 : 2)}, but got " +
                $"{(column.Rank != 1 ? column.Rank : row.Rank)}-D");
        }

        if (DType == DType.Bool && column.DType == DType.Bool && row.DType == DType.Bool)
        {
            var product = (alpha ?? true).ToBoolean() ? column.Outer(row) : Zeros([1], DType.Bool, Device);
            return (beta ?? true).ToBoolean() ? LogicalOr(product)
                : product.Expand([column.Shape[0], row.Shape[0]]).Clone();
        }

        var form = new MatmulForm(column.Layout.AsColumn(), false, row.Layout.AsRow(), false);
        return Add("AddrBackward0", column, row, form, null, beta, alpha);
    }

    /// <summary>The products of each element of one vector with each of another. As <c>torch.outer</c>.</summary>
    /// <param name="other">[N], for this [M].</param>
    /// <returns>[M, N], of the promoted dtype.</returns>
    /// <exception cref="TensorException">They are no vectors, or not on one device.</exception>
    public Tensor Outer(Tensor other)
    {
        if (Rank != 1)
            throw new TensorRuntimeException($"outer: Expected 1-D argument self, but got {Rank}-D");
        if (other.Rank != 1)
            throw new TensorRuntimeException($"outer: Expected 1-D argument vec2, but got {other.Rank}-D");
        return Reshape([ElementCount, 1]) * other;
    }

    /// <summary>The same as <see cref="Outer"/>. As <c>torch.ger</c>.</summary>
    /// <inheritdoc cref="Outer"/>
    public Tensor Ger(Tensor other) => Outer(other);

    /// <summary>
    /// Dot products along the last dimension of both; with a 0-dimensional operand, the product. As
    /// <c>torch.inner</c>.
    /// </summary>
    /// <param name="other">[…, K], for this […, K].</param>
    /// <returns>The leading dimensions of this, then those of the other.</returns>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public Tensor Inner(Tensor other)
    {
        if (Rank == 0 || other.Rank == 0)
            return this * other;
        if (Shape[^1] != other.Shape[^1])
        {
            throw new TensorRuntimeException(
                "inner() the last dimension must match on both input tensors but got shapes " +
                $"{Shape.ToListText()} and {other.Shape.ToListText()}");
        }

        var (left, right) = (Reshape([ProductOf(Shape, 1), Shape[^1]]),
            other.Reshape([ProductOf(other.Shape, 1), Shape[^1]]));
        CheckSameType(left, right);
        var form = new MatmulForm(left.Layout, false, right.Layout, true);
        return KernelEngine.Matmul.Run("ViewBackward0", left, right, form,
            Layout.Contiguous([.. Shape.AsSpan()[..^1], .. other.Shape.AsSpan()[..^1]]));
    }

    /// <summary>
    /// this · weightᵀ + bias in one kernel. As <c>torch.nn.functional.linear</c>.
    /// </summary>
    /// <param name="weight">[outputs, inputs], or [inputs], for this […, inputs].</param>
    /// <param name="bias">[outputs], or null.</param>
    /// <returns>[…, outputs].</returns>
    /// <exception cref="TensorException">The shapes, dtypes or devices do not go together.</exception>
    public Tensor Linear(Tensor weight, Tensor? bias = null)
    {
        if (weight.Rank == 1)
            return bias is null ? Matmul(weight) : Matmul(weight) + bias;
        if (weight.Rank != 2 || Rank == 0)
        {
            throw new TensorRuntimeException(
                $"both arguments to matmul need to be at least 1D, but they are {Rank}D and {weight.Rank}D");
        }

        var layout = Layout;
        if (Rank != 2)
        {
            if (layout.IsContiguous && layout.Offset == 0)
                layout = Layout.Matrix(ProductOf(Shape, 1), Shape[^1]);
            else if (layout.TryView([ProductOf(Shape, 1), Shape[^1]]) is { } folded)
                layout = folded;
            else
                return Contiguous().Linear(weight, bias);
        }

        var rows = layout.Shape[0];
        if (layout.Shape[1] != weight.Shape[1])
        {
            throw new TensorRuntimeException(
                $"mat1 and mat2 shapes cannot be multiplied ({rows}x{layout.Shape[1]} and " +
                $"{weight.Shape[1]}x{weight.Shape[0]})");
        }

        if (bias is not null)
            CheckAddedTypes(bias, this, weight);
        CheckSameType(this, weight);
        var form = new MatmulForm(layout, false, weight.Layout, true);
        var result = Rank == 2 ? form.Result
            : Rank == 1 && bias is { Rank: 1, ElementCount: var outputs } && outputs == weight.Shape[0]
                ? bias.Layout.DenseLike()
            : Layout.Contiguous([.. Shape.AsSpan()[..^1], weight.Shape[0]]);
        var name = Rank switch
        {
            2 => bias is null ? "MmBackward0" : "AddmmBackward0",
            1 => bias is null ? "SqueezeBackward3" : "AddBackward0",
            _ => bias is null ? "UnsafeViewBackward0" : Rank == 3 ? "ViewBackward0" : "AddBackward0",
        };
        return KernelEngine.Matmul.Run(name, this, weight, form, result, bias);
    }

    private static long ProductOf(Shape shape, int without)
    {
        var product = 1L;
        for (var i = 0; i < shape.Rank - without; i++)
            product *= shape[i];
        return product;
    }

    private static void CheckMatrices(Tensor a, Tensor b)
    {
        CheckMatrices(a.Shape, b.Shape, folded: false);
        CheckSameType(a, b);
    }

    private static void CheckMatrices(Shape a, Shape b, bool folded)
    {
        if (a[^1] == b[0])
            return;
        var rows = folded ? ProductOf(a, 1) : a[0];
        throw new TensorRuntimeException(
            $"mat1 and mat2 shapes cannot be multiplied ({rows}x{a[^1]} and {b[0]}x{b[1]})");
    }

    private static void CheckBatches(Tensor a, Tensor b)
    {
        if (a.Rank != 3)
            throw new TensorRuntimeException("batch1 must be a 3D tensor");
        if (b.Rank != 3)
            throw new TensorRuntimeException("batch2 must be a 3D tensor");
        if (a.Shape[0] != b.Shape[0] || a.Shape[2] != b.Shape[1])
            throw BatchMismatch(a.Shape, b.Shape);
        CheckSameType(a, b);
    }

    // PyTorch turns both round, so that the one left side multiplies all rows of the others.
    private static TensorRuntimeException OneLeftMismatch(Shape a, Shape b)
    {
        var rows = ProductOf(b, 2) * b[^1];
        return a.Rank == 1 ? new($"size mismatch, got {rows}, {rows}x{b[^2]},{a[0]}")
            : new($"mat1 and mat2 shapes cannot be multiplied ({rows}x{b[^2]} and {a[1]}x{a[0]})");
    }

    private static TensorRuntimeException BatchMismatch(Shape a, Shape b)
    {
        // As PyTorch, which expands the leading dimensions to one before it multiplies.
        var batch = a.Rank == 3 && b.Rank == 3 ? a[0]
            : Shape.Broadcast(Shape.Create(a.AsSpan()[..^2]), Shape.Create(b.AsSpan()[..^2])).ElementCount;
        var got = a.Rank == 3 && b.Rank == 3 ? b[0] : batch;
        return new("Expected size for first two dimensions of batch2 tensor to be: " +
            $"[{batch}, {a[^1]}] but got: [{got}, {b[^2]}].");
    }

    private static void CheckVector(int rank, Tensor matrix, Tensor vector, long rows)
    {
        if (matrix.Rank != 2 || vector.Rank != 1 || rank > 1)
        {
            throw new TensorRuntimeException(
                $"vector + matrix @ vector expected, got {rank}, {matrix.Rank}, {vector.Rank}");
        }

        if (matrix.Shape[1] != vector.Shape[0] || matrix.Shape[0] != rows)
        {
            throw new TensorRuntimeException(
                $"size mismatch, got {rows}, {matrix.Shape[0]}x{matrix.Shape[1]},{vector.Shape[0]}");
        }

        CheckSameType(matrix, vector);
    }

    private static void CheckSameType(Tensor a, Tensor b)
    {
        if (!ReferenceEquals(a.DType, b.DType))
        {
            throw new TensorRuntimeException(
                $"expected scalar type {a.DType.LegacyName} but found {b.DType.LegacyName}", Conversion(b));
        }
    }

    private static void CheckAddedTypes(Tensor addend, Tensor a, Tensor b)
    {
        if (!ReferenceEquals(addend.DType, b.DType))
            throw new TensorRuntimeException("self and mat2 must have the same dtype", Conversion(b));
        if (!ReferenceEquals(a.DType, b.DType))
            throw new TensorRuntimeException("mat1 and mat2 must have the same dtype", Conversion(b));
    }

    private static string Conversion(Tensor wanted) =>
        $"convert one of them, as in x.To(DType.{wanted.DType.LegacyName})";

    private void CheckDot(Tensor other)
    {
        if (Rank != 1 || other.Rank != 1)
            throw new TensorRuntimeException($"1D tensors expected, but got {Rank}D and {other.Rank}D tensors");
        if (!ReferenceEquals(DType, other.DType))
        {
            throw new TensorRuntimeException(
                $"dot : expected both vectors to have same dtype, but found {DType.LegacyName} and " +
                other.DType.LegacyName);
        }

        if (ElementCount != other.ElementCount)
        {
            throw new TensorRuntimeException(
                $"inconsistent tensor size, expected tensor [{ElementCount}] and src [{other.ElementCount}] to have " +
                $"the same number of elements, but got {ElementCount} and {other.ElementCount} elements respectively");
        }
    }

    private Tensor Add(
        string name, Tensor a, Tensor b, in MatmulForm form, Layout? layout, Scalar? beta, Scalar? alpha)
    {
        if (a.Rank == 2 && b.Rank == 2)
            CheckAddedTypes(this, a, b);
        CheckSameType(a, b);
        CheckSameType(this, b);
        // Factors become whole numbers with the tensors, by truncation, as PyTorch has them.
        if (!DType.IsFloatingPoint)
            (alpha, beta) = (alpha?.ToInt64(), beta?.ToInt64());
        _ = Layout.Expand((layout ?? form.Result).Shape);
        return KernelEngine.Matmul.Run(name, a, b, form, layout ?? form.Result, this, alpha, beta);
    }
}
