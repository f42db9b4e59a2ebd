namespace KernelEngine;

/// <summary>
/// Products of matrices, with any numbers of leading dimensions that broadcast. A transposed operand is a layout, not
/// a copy: forward and gradient read the same memory.
/// </summary>
internal static class Matmul
{
    /// <summary>
    /// out = alpha · a · b, and + beta · addend where there is a fourth operand. The last two dimensions are those
    /// of the matrices, those before are the same in all operands (stride 0 where one is broadcast); strides may be
    /// anything but the output's, which is contiguous. The addend may be the output itself. With nothing to sum up,
    /// a · b is 0.
    /// </summary>
    public static readonly StructuralKernel Kernel = new(
        "matmul",
        [("a", Access.Read), ("b", Access.Read), ("out", Access.Write), ("addend", Access.Read)],
        reals: ["alpha", "beta"], optional: 1);

    /// <summary>target = beta · target + alpha · a · b for matrices that go together; nothing is recorded.</summary>
    /// <param name="target">[M, N], contiguous.</param>
    /// <param name="a">[M, K].</param>
    /// <param name="b">[K, N].</param>
    /// <param name="beta">What the target is multiplied by; where it is 0, it is not read; 1 where null.</param>
    /// <param name="alpha">What the product is multiplied by; 1 where null.</param>
    public static void RunInto(Tensor target, Tensor a, Tensor b, Scalar? beta, Scalar? alpha)
    {
        var device = target.Device;
        if (!ReferenceEquals(device, a.Device))
            throw new DeviceMismatchException(device, a.Device);
        if (!ReferenceEquals(device, b.Device))
            throw new DeviceMismatchException(device, b.Device);
        if (target.ElementCount == 0)
            return;
        var isAdded = beta is not { } factor || factor.ToDouble() != 0;
        target.Storage.ResolveForWriting();
        var own = target.Operand();
        var inline = default(InlineOperands);
        var operands = inline.AsSpan(isAdded ? 4 : 3);
        operands[0] = a.Operand();
        operands[1] = b.Operand();
        operands[2] = own;
        if (isAdded)
            operands[3] = own;
        device.Backend.Run(new StructuralLaunch
        {
            Kernel = Kernel,
            Operands = operands,
            Reals = [alpha?.ToDouble() ?? 1, beta?.ToDouble() ?? 1],
        });
        target.Storage.Version++;
    }

    /// <summary>The product of two matrices, or of two batches of them.</summary>
    /// <param name="a">[…, M, K]; [K, M] where transposed.</param>
    /// <param name="transposeA">Whether the last two dimensions change places.</param>
    /// <param name="b">[…, K, N].</param>
    /// <param name="transposeB">Whether the last two dimensions change places.</param>
    /// <param name="alpha">What the product is multiplied by.</param>
    public static Tensor Product(Tensor a, bool transposeA, Tensor b, bool transposeB, Scalar? alpha = null)
    {
        var name = a.Rank == 2 && b.Rank == 2 ? "MmBackward0" : a.Rank == b.Rank && a.Rank == 3 ? "BmmBackward0"
            : "UnsafeViewBackward0";
        var product = new MatmulForm(a.Layout, transposeA, b.Layout, transposeB);
        return Run(name, a, b, product, product.Result, alpha: alpha);
    }

    /// <summary>Launches a product that was pending.</summary>
    /// <param name="product">The product.</param>
    /// <param name="result">Where to.</param>
    /// <param name="addend">What is added to it, of its shape; or nothing.</param>
    public static void Launch(PendingProduct product, in Operand result, ReadOnlySpan<Operand> addend)
    {
        var inline = default(InlineOperands);
        var operands = inline.AsSpan(3 + addend.Length);
        (operands[0], operands[1], operands[2]) = (product.A, product.B, result);
        addend.CopyTo(operands[3..]);
        result.Buffer.Device.Backend.Run(new StructuralLaunch
        {
            Kernel = Kernel,
            Operands = operands,
            Reals = [product.Alpha, 1],
        });
    }

    private static Tensor? Defer(Tensor a, Tensor b, in MatmulForm form, Layout layout, Scalar? alpha)
    {
        var product = new PendingProduct(
            new(a.Storage.Resolve(), form.A, a.DType), new(b.Storage.Resolve(), form.B, b.DType), form.Result,
            alpha?.ToDouble() ?? 1);
        return a.Device.Pending.TryDefer(product, layout) is { } call ? Tensor.Of(call.Results[0]) : null;
    }

    /// <summary>Multiplies and records.</summary>
    /// <param name="name">The node's name.</param>
    /// <param name="a">The left operand.</param>
    /// <param name="b">The right operand.</param>
    /// <param name="form">The operands as matrices.</param>
    /// <param name="layout">The result's layout: contiguous, and with as many elements as the product.</param>
    /// <param name="addend">What is added; it broadcasts to the product.</param>
    /// <param name="alpha">What the product is multiplied by; 1 where null.</param>
    /// <param name="beta">What the addend is multiplied by; 1 where null.</param>
    public static Tensor Run(
        string name, Tensor a, Tensor b, in MatmulForm form, Layout layout, Tensor? addend = null,
        Scalar? alpha = null, Scalar? beta = null)
    {
        var device = a.Device;
        if (!ReferenceEquals(device, b.Device))
            throw new DeviceMismatchException(device, b.Device);
        if (addend is not null && !ReferenceEquals(device, addend.Device))
            throw new DeviceMismatchException(addend.Device, device);
        if (a.DType == DType.Bool)
        {
            throw new TensorRuntimeException(
                $"\"{(form.Result.Rank == 2 ? "addmm_impl_cpu_" : "bmm")}\" not implemented for 'Bool'");
        }

        Tensor? result = null;
        if (addend is null && device.Pending.Takes(a.DType, layout))
            result = Defer(a, b, form, layout, alpha);
        if (result is null)
        {
            result = Tensor.Allocate(device, layout, a.DType);
            if (layout.ElementCount > 0)
            {
                var inline = default(InlineOperands);
                var operands = inline.AsSpan(addend is null ? 3 : 4);
                operands[0] = new(a.Storage.Resolve(), form.A, a.DType);
                operands[1] = new(b.Storage.Resolve(), form.B, b.DType);
                operands[2] = new(result.Storage.Resolve(), form.Result, a.DType);
                if (addend is not null)
                    operands[3] = new(addend.Storage.Resolve(), addend.Layout.Expand(form.Result.Shape), addend.DType);
                device.Backend.Run(new StructuralLaunch
                {
                    Kernel = Kernel,
                    Operands = operands,
                    Reals = [alpha?.ToDouble() ?? 1, beta?.ToDouble() ?? 1],
                });
            }
        }

        if (Autograd.IsEnabled && a.DType.IsFloatingPoint &&
            (a.RequiresGrad || b.RequiresGrad || addend is { RequiresGrad: true }))
        {
            result.SetHistory(new MatmulNode(name, a, b, form, addend, alpha, beta), 0);
        }

        return result;
    }
}

/// <summary>The operands of a product as matrices: layouts with the same leading dimensions.</summary>
internal readonly struct MatmulForm
{
    /// <summary>Two layouts of rank 2 or more, as they are before transposition.</summary>
    public MatmulForm(Layout a, bool transposeA, Layout b, bool transposeB)
    {
        (MatrixA, TransposeA, MatrixB, TransposeB) = (a.Shape, transposeA, b.Shape, transposeB);
        (A, B) = (transposeA ? a.Transposed : a, transposeB ? b.Transposed : b);
        if (A.Rank == 2 && B.Rank == 2)
        {
            Result = Layout.Matrix(A.Shape[0], B.Shape[1]);
            return;
        }

        var batch = Shape.Broadcast(LeadOf(A.Shape), LeadOf(B.Shape));
        (A, B) = (A.Expand(Join(batch, A.Shape[^2], A.Shape[^1])), B.Expand(Join(batch, B.Shape[^2], B.Shape[^1])));
        Result = Layout.Contiguous(Join(batch, A.Shape[^2], B.Shape[^1]));
    }

    /// <summary>The left operand, […, M, K].</summary>
    public Layout A { get; }

    /// <summary>The right operand, […, K, N].</summary>
    public Layout B { get; }

    /// <summary>The product, […, M, N], contiguous.</summary>
    public Layout Result { get; }

    /// <summary>The shape of the left operand as a matrix, before transposition and broadcasting.</summary>
    public Shape MatrixA { get; }

    /// <summary>The shape of the right operand as a matrix, before transposition and broadcasting.</summary>
    public Shape MatrixB { get; }

    /// <summary>Whether the left operand is transposed.</summary>
    public bool TransposeA { get; }

    /// <summary>Whether the right operand is transposed.</summary>
    public bool TransposeB { get; }

    private static Shape LeadOf(Shape shape) => Shape.Create(shape.AsSpan()[..^2]);

    private static Shape Join(Shape batch, long rows, long columns) => [.. batch.AsSpan(), rows, columns];
}

/// <summary>
/// The record of a product. Edges: the addend's, where there is one, then the operands'.
/// </summary>
internal sealed class MatmulNode : Node
{
    private readonly bool transposeA;
    private readonly bool transposeB;
    private readonly Shape matrixA;
    private readonly Shape matrixB;
    private readonly Shape matrixResult;
    private readonly Shape shapeA;
    private readonly Shape shapeB;
    private readonly Shape? shapeAddend;
    private readonly Scalar? alpha;
    private readonly Scalar? beta;
    private SavedTensor a;
    private SavedTensor b;
    private bool released;

    public MatmulNode(
        string name, Tensor a, Tensor b, in MatmulForm form, Tensor? addend, Scalar? alpha, Scalar? beta)
        : base(name, addend is null ? 2 : 3)
    {
        (transposeA, transposeB) = (form.TransposeA, form.TransposeB);
        (matrixA, matrixB, matrixResult) = (form.MatrixA, form.MatrixB, form.Result.Shape);
        (shapeA, shapeB, shapeAddend) = (a.Shape, b.Shape, addend?.Shape);
        (this.alpha, this.beta) = (alpha, beta);
        var edges = NextEdges.AsSpan();
        if (addend is not null)
        {
            edges[0] = addend.GradientEdge;
            edges = edges[1..];
        }

        (edges[0], edges[1]) = (a.GradientEdge, b.GradientEdge);
        if (edges[0].Node is not null)
            this.b = new(b);
        if (edges[1].Node is not null)
            this.a = new(a);
    }

    internal override Tensor?[] Backward(Tensor?[] gradients)
    {
        var results = new Tensor?[NextEdges.Length];
        if (gradients[0] is not { } gradient)
            return results;
        var first = results.Length - 2;
        if (released && (NextEdges[first].Node is not null || NextEdges[first + 1].Node is not null))
            throw Released();
        if (!Autograd.IsEnabled && !transposeA && transposeB && matrixA.Rank <= 2 && matrixB.Rank == 2 &&
            Layout.AsMatrix(gradient.Layout, matrixResult) is { } rows)
        {
            BackwardOfLinear(gradient, rows, results);
            return results;
        }

        var g = As(gradient, matrixResult);
        if (NextEdges[first].Node is not null)
        {
            var right = As(b.Unpack(this), matrixB);
            var product = transposeA ? Matmul.Product(right, transposeB, g, true, alpha)
                : Matmul.Product(g, false, right, !transposeB, alpha);
            results[first] = As(product.SumToSize(matrixA), shapeA);
        }

        if (NextEdges[first + 1].Node is not null)
        {
            var left = As(a.Unpack(this), matrixA);
            var product = transposeB ? Matmul.Product(g, true, left, transposeA, alpha)
                : Matmul.Product(left, !transposeA, g, false, alpha);
            results[first + 1] = As(product.SumToSize(matrixB), shapeB);
        }

        if (first == 1 && NextEdges[0].Node is not null)
        {
            var added = beta is { } factor && factor.ToDouble() != 1 ? g * factor : g;
            results[0] = added.SumToSize(shapeAddend!.Value);
        }

        return results;
    }

    internal override void Release()
    {
        released = true;
        (a, b) = (default, default);
    }

    /// <summary>The gradients of a · bᵀ when they are not recorded: over layouts, without any views.</summary>
    private void BackwardOfLinear(Tensor gradient, Layout rows, Tensor?[] results)
    {
        var first = results.Length - 2;
        if (NextEdges[first].Node is not null)
        {
            var right = b.Unpack(this);
            var form = new MatmulForm(rows, false, right.Layout, false);
            var layout = shapeA.Rank == 2 ? form.Result : Layout.Contiguous(shapeA);
            results[first] = Matmul.Run("", gradient, right, form, layout, alpha: alpha);
        }

        if (NextEdges[first + 1].Node is not null)
        {
            var left = a.Unpack(this);
            var form = new MatmulForm(
                rows, true, left.Shape == matrixA ? left.Layout : Layout.AsMatrix(left.Layout, matrixA)!, false);
            results[first + 1] = Matmul.Run("", gradient, left, form, form.Result, alpha: alpha);
        }

        if (first == 1 && NextEdges[0].Node is not null)
        {
            var added = beta is { } factor && factor.ToDouble() != 1 ? gradient * factor : gradient;
            results[0] = added.SumToSize(shapeAddend!.Value);
        }
    }

    private static Tensor As(Tensor tensor, Shape shape) => tensor.Shape == shape ? tensor : tensor.Reshape(shape);
}
