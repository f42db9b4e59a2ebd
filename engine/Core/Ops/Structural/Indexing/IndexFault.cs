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
    /// <summary>nll_loss: the class of an element.</summary>
    Target,
    /// <summary>embedding_bag: a row of the table.</summary>
    BagRow,
    /// <summary>embedding_bag: where the first bag begins.</summary>
    BagStart,
    /// <summary>embedding_bag: where the last bag begins or ends.</summary>
    BagEnd,
    /// <summary>embedding_bag: where a bag ends, that begins behind it.</summary>
    BagOrder,
    /// <summary>lu_solve: the row, from 1, that one was exchanged with.</summary>
    SolvePivot,
    /// <summary>lu_unpack: the row, from 1, that one was exchanged with.</summary>
    UnpackPivot,
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
            IndexFault.Target => new TensorIndexException(
                $"Target {index} is out of bounds.", $"there are {size} classes"),
            IndexFault.BagRow => new TensorRuntimeException(
                $"embedding_bag: Expected idx >= 0 && idx < num_embeddings but found idx to be {index}",
                $"there are {size} rows"),
            IndexFault.BagStart => new TensorRuntimeException(
                "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. " +
                $"However, got {index}"),
            IndexFault.BagEnd => new TensorRuntimeException(
                $"offsets[-1] can not be greater than input's length {size} but got offsets[-1] of {index}"),
            IndexFault.BagOrder => new TensorRuntimeException(
                $"offsets must not decrease, but a bag ends at {index} before it begins", $"there are {size} indices"),
            IndexFault.UnpackPivot => new TensorRuntimeException(
                "pivots passed to lu_unpack must be between 1 and LU.size(-2) inclusive.Did you properly pass the " +
                "result of lu_factor?"),
            IndexFault.SolvePivot => new TensorRuntimeException(
                "Pivots given to lu_solve must all be " +
                (index < 1 ? "greater or equal to 1" : "smaller or equal to LU.size(-2)") +
                ". Did you properly pass the result of lu_factor?"),
            _ => new TensorIndexException($"index {index} is out of bounds for dimension {dimension} with size {size}"),
        };
}
