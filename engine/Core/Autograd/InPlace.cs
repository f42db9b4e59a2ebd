namespace KernelEngine;

/// <summary>What writing into an existing tensor needs: checks, separation from inputs, and its history.</summary>
internal static class InPlace
{
    private const string Overlap =
        "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single " +
        "memory location. Please clone() the tensor before performing the operation.";

    /// <summary>Checks that a tensor can be written to.</summary>
    /// <param name="target">The tensor.</param>
    /// <param name="recording">Whether the operator will be recorded.</param>
    /// <exception cref="TensorRuntimeException">It overlaps itself, or is a leaf that requires a gradient.</exception>
    public static void Check(Tensor target, bool recording)
    {
        if (target.Layout.HasInternalOverlap)
        {
            throw new TensorRuntimeException(
                "unsupported operation: more than one element of the written-to tensor refers to a single memory " +
                "location. Please clone() the tensor before performing the operation.");
        }

        if (target.IsInference && !Autograd.IsInferenceMode)
        {
            throw new TensorRuntimeException(
                "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to " +
                "get a normal tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for " +
                "more details.");
        }

        if (!Autograd.IsEnabled)
            return;
        if (target.RequiresGrad && target.IsLeaf)
        {
            throw new TensorRuntimeException(
                "a leaf Variable that requires grad is being used in an in-place operation.",
                "using (Autograd.NoGrad()) writes it unrecorded");
        }

        if (!recording && !target.RequiresGrad || target.State is not { Base: { } root } state)
            return;
        if (state.WhyReadOnly is { } why)
            throw new TensorRuntimeException(why);
        if (root is { RequiresGrad: true, IsLeaf: true })
        {
            throw new TensorRuntimeException(
                "a view of a leaf Variable that requires grad is being used in an in-place operation.",
                "using (Autograd.NoGrad()) writes it unrecorded");
        }
    }

    /// <summary>
    /// Makes sure that no argument changes while the target is written: one that is the target itself is fine, one
    /// that overlaps it partly is an error where both have no gaps, and is copied otherwise.
    /// </summary>
    public static void Separate(Tensor target, ref ReadOnlySpan<Argument> arguments, ref Argument[]? moved)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Tensor is not { } tensor || !MayOverlap(target, tensor))
                continue;
            if (target.Layout.IsDense && tensor.Layout.IsDense)
                throw new TensorRuntimeException(Overlap);
            if (moved is null)
                arguments = moved = arguments.ToArray();
            moved[i] = tensor.Clone();
        }
    }

    /// <summary>Checks that writing a tensor changes no other that is read, unless that is the tensor itself.</summary>
    /// <exception cref="TensorRuntimeException">They overlap.</exception>
    public static void CheckSeparate(Tensor target, Tensor source)
    {
        if (MayOverlap(target, source))
            throw new TensorRuntimeException(Overlap);
    }

    /// <summary>The tensor itself, or a copy of it if writing the target could change it.</summary>
    public static Tensor Separate(Tensor target, Tensor source) =>
        MayOverlap(target, source) ? source.Clone() : source;

    /// <summary>Notes that a node wrote a tensor: from now on it is the tensor's history.</summary>
    /// <param name="target">The tensor written to.</param>
    /// <param name="node">The operator, whose first edge is for the target's old value.</param>
    public static void Record(Tensor target, Node node)
    {
        if (target.State is { Base: { } root } state)
        {
            root.SetHistory(new CopySlices(root, target, node), 0);
            state.ViewVersion = target.Storage.Version - 1;
        }
        else
            target.SetHistory(node, 0);
    }

    private static bool MayOverlap(Tensor target, Tensor source)
    {
        if (!ReferenceEquals(target.Storage, source.Storage) || source.ElementCount == 0 || target.ElementCount == 0)
            return false;
        if (target.DType == source.DType && target.Layout.SameAs(source.Layout))
            return false;
        var targetStart = target.Layout.Offset * target.DType.Size;
        var sourceStart = source.Layout.Offset * source.DType.Size;
        return targetStart < source.Layout.StorageExtent * source.DType.Size &&
            sourceStart < target.Layout.StorageExtent * target.DType.Size &&
            !(target.DType.Size == source.DType.Size && target.Layout.LiesBetween(source.Layout));
    }
}
