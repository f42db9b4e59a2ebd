namespace KernelEngine;

/// <summary>Which operator an index out of range belongs to: what it takes, and PyTorch's words.</summary>
public enum IndexFault
{
    /// <summary>Brackets: negative indices count from the end.</summary>
    Brackets,
    /// <summary>gather and scatter.</summary>
    Gather,
    /// <summary>index_select, index_add, embedding and their like.</summary>
    Rows,
    /// <summary>take and put: negative indices count from the end.</summary>
    Take,
    /// <summary>index_copy.</summary>
    Copy,
}

/// <summary>The exceptions of <see cref="IndexFault"/>.</summary>
public static class IndexFaults
{
    /// <summary>Whether negative indices count from the end.</summary>
    public static bool Wraps(this IndexFault fault) => fault is IndexFault.Brackets or IndexFault.Take;

    /// <summary>The exception for an index out of range.</summary>
    /// <param name="fault">The operator.</param>
    /// <param name="index">The index.</param>
    /// <param name="dimension">The dimension that it indexes.</param>
    /// <param name="size">The size of the dimension.</param>
    public static TensorException Exception(this IndexFault fault, long index, long dimension, long size) =>
        fault switch
        {
            IndexFault.Gather => new TensorRuntimeException(
                $"index {index} is out of bounds for dimension {dimension} with size {size}"),
            IndexFault.Rows => new TensorIndexException(
                "index out of range in self", $"index {index} in dimension {dimension} of size {size}"),
            IndexFault.Copy => new TensorIndexException(
                $"index_copy_(): index {index} is out of bounds for dimension {dimension} with size {size}"),
            IndexFault.Take => new TensorIndexException(
                $"out of range: tried to access index {index} on a tensor of {size} elements."),
            _ => new TensorIndexException($"index {index} is out of bounds for dimension {dimension} with size {size}"),
        };
}
