namespace KernelEngine;

/// <content>Printing.</content>
public partial class Tensor
{
    /// <summary>PyTorch's text of the tensor: <c>tensor([1., 2.], grad_fn=&lt;AddBackward0&gt;)</c>.</summary>
    public override string ToString() => TensorFormatter.Format(this);

    /// <summary>Sets how tensors are printed. As <c>torch.set_printoptions</c>.</summary>
    /// <param name="precision">Decimals.</param>
    /// <param name="threshold">The number of elements beyond which a tensor is summarised.</param>
    /// <param name="edgeItems">How many elements a summary shows at each edge.</param>
    /// <param name="lineWidth">Characters in a line.</param>
    /// <param name="profile">A set to start from; the current options where null.</param>
    /// <param name="sciMode">Whether in scientific notation; by the numbers' size where null.</param>
    public static void SetPrintOptions(
        int? precision = null, long? threshold = null, int? edgeItems = null, int? lineWidth = null,
        PrintProfile? profile = null, bool? sciMode = null)
    {
        var from = profile is { } named ? PrintOptions.Of(named) : PrintOptions.Current;
        PrintOptions.Current = new(
            precision ?? from.Precision, threshold ?? from.Threshold, edgeItems ?? from.EdgeItems,
            lineWidth ?? from.LineWidth, sciMode);
    }

    /// <summary>The elements in row-major order, one by one.</summary>
    internal Scalar[] ToScalars()
    {
        if (ElementCount == 0)
            return [];
        var packed = Detach().Contiguous();
        var bytes = new byte[packed.ElementCount * DType.Size];
        packed.Device.Backend.Download(packed.Storage.Resolve(), packed.Layout.Offset * DType.Size, bytes);
        var values = new Scalar[packed.ElementCount];
        for (var i = 0; i < values.Length; i++)
            values[i] = Scalar.Read(DType, bytes.AsSpan(i * DType.Size, DType.Size));
        return values;
    }
}
