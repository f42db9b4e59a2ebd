namespace KernelEngine;

/// <content>What has no kernel of its own in place: the result is computed, then taken over.</content>
public partial class Tensor
{
    /// <summary><see cref="Addmm"/> in place. As <c>torch.Tensor.addmm_</c>.</summary>
    /// <inheritdoc cref="Addmm"/>
    public Tensor Addmm_(Tensor a, Tensor b, Scalar? beta = null, Scalar? alpha = null)
    {
        if (Rank != 2 || a.Rank != 2 || b.Rank != 2 || !IsContiguous || ShouldRecord(this, a, b) ||
            a.Shape[1] != b.Shape[0] || a.Shape[0] != Shape[0] || b.Shape[1] != Shape[1] ||
            !ReferenceEquals(DType, a.DType) || !ReferenceEquals(DType, b.DType) || !DType.IsFloatingPoint ||
            !ReferenceEquals(InPlace.Separate(this, a), a) || !ReferenceEquals(InPlace.Separate(this, b), b))
        {
            return Replace(Addmm(a, b, beta, alpha));
        }

        InPlace.Check(this, recording: false);
        KernelEngine.Matmul.RunInto(this, a, b, beta, alpha);
        return this;
    }

    /// <summary><see cref="Baddbmm"/> in place. As <c>torch.Tensor.baddbmm_</c>.</summary>
    /// <inheritdoc cref="Baddbmm"/>
    public Tensor Baddbmm_(Tensor a, Tensor b, Scalar? beta = null, Scalar? alpha = null) =>
        Replace(Baddbmm(a, b, beta, alpha));

    /// <summary><see cref="Addbmm"/> in place. As <c>torch.Tensor.addbmm_</c>.</summary>
    /// <inheritdoc cref="Addbmm"/>
    public Tensor Addbmm_(Tensor a, Tensor b, Scalar? beta = null, Scalar? alpha = null) =>
        Replace(Addbmm(a, b, beta, alpha));

    /// <summary><see cref="Addmv"/> in place. As <c>torch.Tensor.addmv_</c>.</summary>
    /// <inheritdoc cref="Addmv"/>
    public Tensor Addmv_(Tensor matrix, Tensor vector, Scalar? beta = null, Scalar? alpha = null) =>
        Replace(Addmv(matrix, vector, beta, alpha));

    /// <summary><see cref="Addr"/> in place. As <c>torch.Tensor.addr_</c>.</summary>
    /// <inheritdoc cref="Addr"/>
    public Tensor Addr_(Tensor column, Tensor row, Scalar? beta = null, Scalar? alpha = null) =>
        Replace(Addr(column, row, beta, alpha));

    /// <summary><see cref="Cumsum"/> in place. As <c>torch.Tensor.cumsum_</c>.</summary>
    /// <inheritdoc cref="Cumsum"/>
    public Tensor Cumsum_(int dimension, DType? dtype = null) => Replace(Cumsum(dimension, dtype));

    /// <summary><see cref="Cumprod"/> in place. As <c>torch.Tensor.cumprod_</c>.</summary>
    /// <inheritdoc cref="Cumprod"/>
    public Tensor Cumprod_(int dimension, DType? dtype = null) => Replace(Cumprod(dimension, dtype));

    /// <summary>
    /// A copy with every element replaced by a number. As <c>torch.fill</c>.
    /// </summary>
    public Tensor Fill(Scalar value) => Clone().Fill_(value);

    /// <summary>A copy with every element replaced by a 0-dimensional tensor's value. As <c>torch.fill</c>.</summary>
    /// <exception cref="TensorRuntimeException">The value has dimensions.</exception>
    public Tensor Fill(Tensor value) => Clone().Fill_(value);

    /// <summary>Takes over a result computed from this tensor's own elements; its shape must be this one's.</summary>
    private Tensor Replace(Tensor result) => result.Shape == Shape
        ? Copy_(result)
        : throw OtherShape(result.Shape);

    private TensorRuntimeException OtherShape(Shape result) =>
        new($"output with shape {Shape.ToListText()} doesn't match the broadcast shape {result.ToListText()}");
}
