namespace KernelEngine;

/// <summary>A tensor that a node keeps for its backward, with the version that it had.</summary>
internal readonly struct SavedTensor
{
    private readonly Tensor? tensor;
    private readonly int version;
    private readonly bool isResult;

    /// <summary>Keeps a tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="isResult">Whether the node that keeps it made it.</param>
    public SavedTensor(Tensor tensor, bool isResult = false)
    {
        if (tensor.IsInference)
        {
            throw new TensorRuntimeException(
                "Inference tensors cannot be saved for backward. To work around you can make a clone to get a normal " +
                "tensor and use it in autograd.");
        }

        (this.tensor, this.isResult) = (tensor, isResult);
        version = tensor.Storage.Version;
        tensor.Storage.MarkSaved();
    }

    /// <summary>Whether there is a tensor.</summary>
    public bool HasValue => tensor is not null;

    /// <summary>The same, for a tensor that turns out to be a result of the node that keeps it.</summary>
    public SavedTensor AsResult() => new(tensor!, isResult: true);

    /// <summary>Whether it is this tensor.</summary>
    public bool Is(Tensor other) => ReferenceEquals(tensor, other);

    /// <summary>The tensor, if it has not been written to since.</summary>
    /// <param name="owner">The node that keeps it.</param>
    /// <exception cref="TensorRuntimeException">It was, or the graph has been released.</exception>
    public Tensor Unpack(Node owner)
    {
        if (tensor is null)
            throw Node.Released();
        if (tensor.Storage.Version == version)
            return tensor;
        var source = (isResult ? owner : tensor.GradientFunction) is { } node
            ? $", which is output {(isResult ? 0 : tensor.OutputIndex)} of {node.Name},"
            : "";
        throw new TensorRuntimeException(
            "one of the variables needed for gradient computation has been modified by an inplace operation: " +
            $"[torch.{tensor.DType.LegacyName}Tensor {tensor.Shape.ToListText()}]{source} is at version " +
            $"{tensor.Storage.Version}; expected version {version} instead. Hint: " +
            (Autograd.IsAnomalyDetectionEnabled
                ? "the backtrace further above shows the operation that failed to compute its gradient. The variable " +
                  "in question was changed in there or anywhere later. Good luck!"
                : "enable anomaly detection to find the operation that failed to compute its gradient, with " +
                  "torch.autograd.set_detect_anomaly(True)."),
            "in C#: using (Autograd.DetectAnomaly())");
    }
}
