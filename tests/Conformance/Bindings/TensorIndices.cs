namespace KernelEngine.Conformance;

/// <summary>Python's indices as the engine's.</summary>
internal static class TensorIndices
{
    /// <summary>The parts of what stands between the brackets.</summary>
    public static TensorIndex[] Of(object? index, ComputeDevice device) => index switch
    {
        TupleValue tuple => Array.ConvertAll(tuple.Items, item => PartOf(item, device)),
        object?[] list when IsTakenAsTuple(list) => Array.ConvertAll(list, item => PartOf(item, device)),
        _ => [PartOf(index, device)],
    };

    /// <summary>The tensors of index_put; None leaves a dimension alone.</summary>
    public static Tensor?[] Tensors(object? indices) => indices switch
    {
        TupleValue tuple => Array.ConvertAll(tuple.Items, TensorOf),
        object?[] list => Array.ConvertAll(list, TensorOf),
        _ => throw new CannotBindException("indices that are no tuple"),
    };

    /// <summary>PyTorch's rule: a short list that holds more than numbers is meant as a tuple.</summary>
    private static bool IsTakenAsTuple(object?[] list) => list.Length < 32 && list.Any(item =>
        item is null or Tensor or object?[] or TupleValue or SliceValue or EllipsisValue);

    private static TensorIndex PartOf(object? part, ComputeDevice device) => part switch
    {
        null => TensorIndex.NewAxis,
        long number => number,
        bool truth => truth,
        Tensor tensor => tensor,
        EllipsisValue => TensorIndex.Ellipsis,
        SliceValue slice => TensorIndex.Slice(BoundOf(slice.Start), BoundOf(slice.Stop), BoundOf(slice.Step) ?? 1),
        // An empty list chooses nothing; as a tensor it would be real.
        object?[] { Length: 0 } => CreationBindings.Of(part, DType.Int64, device),
        object?[] list => CreationBindings.Of(list, null, device),
        TupleValue tuple => CreationBindings.Of(tuple, null, device),
        _ => throw new CannotBindException($"no index of {Comparison.Text(part)}"),
    };

    private static long? BoundOf(object? bound) => bound switch
    {
        null => null,
        long number => number,
        Tensor tensor => tensor.Item<long>(),
        _ => throw new CannotBindException($"no bound of a slice: {Comparison.Text(bound)}"),
    };

    private static Tensor? TensorOf(object? item) => item is null or Tensor
        ? (Tensor?)item
        : throw new CannotBindException($"{Comparison.Text(item)} among index tensors");
}
