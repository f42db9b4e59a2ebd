namespace KernelEngine;

/// <summary>What becomes of the rows of a bag.</summary>
public enum EmbeddingBagMode
{
    /// <summary>Their sum.</summary>
    Sum,
    /// <summary>Their mean.</summary>
    Mean,
    /// <summary>The largest of each column.</summary>
    Max,
}

/// <content>Bags of rows of a table.</content>
public partial class Tensor
{
    /// <summary>
    /// Bags of rows of a table, each put together to one. As <c>torch.nn.functional.embedding_bag</c>.
    /// </summary>
    /// <param name="weight">The table, [rows, width].</param>
    /// <param name="input">Which rows, int64 or int32: [n], or [bags, n] for bags of one size.</param>
    /// <param name="offsets">For an input [n], where each bag starts; the first one at 0.</param>
    /// <param name="mode">What becomes of the rows of a bag; zeros where there are none.</param>
    /// <param name="perSampleWeights">A factor for each row, of the input's shape; for sums only.</param>
    /// <param name="includeLastOffset">Whether the last offset is the end of the last bag.</param>
    /// <param name="paddingIndex">A row that counts for nothing, negative from the end.</param>
    /// <param name="scaleGradByFreq">Whether a row's gradient is divided by how often it is read.</param>
    /// <returns>[bags, width].</returns>
    /// <exception cref="TensorException">
    /// Shapes, dtypes or devices do not go together, or a row or an offset is out of range.
    /// </exception>
    public static Tensor EmbeddingBag(
        Tensor weight, Tensor input, Tensor? offsets = null, EmbeddingBagMode mode = EmbeddingBagMode.Mean,
        Tensor? perSampleWeights = null, bool includeLastOffset = false, long? paddingIndex = null,
        bool scaleGradByFreq = false)
    {
        if (perSampleWeights is not null && perSampleWeights.Shape != input.Shape)
        {
            throw new TensorValueException(
                $"embedding_bag: If per_sample_weights ({perSampleWeights.Shape}) is not None, then it must have the " +
                $"same shape as the input ({input.Shape})");
        }

        offsets = OffsetsOf(input, offsets);
        if (mode == EmbeddingBagMode.Max && scaleGradByFreq)
            throw new TensorValueException("max mode does not support scaling the gradient by the frequency");
        if (perSampleWeights is not null && mode != EmbeddingBagMode.Sum)
        {
            throw new TensorNotImplementedException(
                "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' " +
                $"(got mode='{(mode == EmbeddingBagMode.Max ? "max" : "mean")}'). Please open a feature request on " +
                "GitHub.");
        }

        CheckBagType(input, "indices");
        CheckBagType(offsets, "offsets");
        if (!weight.DType.IsFloatingPoint)
        {
            throw new TensorRuntimeException(
                "Expected tensor for argument #1 'weight' to have one of the following scalar types: Half, Float, " +
                $"Double; but got torch.{weight.DType.LegacyName}Tensor instead (while checking arguments for " +
                "embedding_bag)");
        }

        if (weight.Rank != 2)
            throw new TensorRuntimeException("'weight' must be 2-D");
        if (paddingIndex is { } padding)
        {
            var rows = weight.Shape[0];
            if (padding >= rows || padding < -rows)
            {
                throw new TensorRuntimeException(
                    $"padding_idx must be within the number of embeddings, {-rows} through {rows - 1}, but got " +
                    $"{padding}");
            }

            paddingIndex = padding < 0 ? padding + rows : padding;
        }

        if (includeLastOffset && offsets.ElementCount < 1)
            throw new TensorRuntimeException("include_last_offset: number of offset should be at least 1");
        if (perSampleWeights is not null && perSampleWeights.DType != weight.DType)
        {
            throw new TensorRuntimeException(
                "Expected tensor for argument #1 'weight' to have the same type as tensor for argument #1 " +
                $"'per_sample_weights'; but type torch.{weight.DType.LegacyName}Tensor does not equal " +
                $"torch.{perSampleWeights.DType.LegacyName}Tensor (while checking arguments for embedding_bag)");
        }

        weight.CheckSameDevice(input);
        weight.CheckSameDevice(offsets);
        if (perSampleWeights is not null)
            weight.CheckSameDevice(perSampleWeights);
        return EmbeddingBags.Apply(
            weight, input.Reshape([-1]).Long(), offsets.Long(), mode, paddingIndex, perSampleWeights?.Reshape([-1]),
            includeLastOffset, scaleGradByFreq);
    }

    private static Tensor OffsetsOf(Tensor input, Tensor? offsets)
    {
        switch (input.Rank)
        {
            case 1 when offsets is null:
                throw new TensorValueException("offsets has to be a 1D Tensor but got None");
            case 1:
                return offsets.Rank == 1 ? offsets : throw new TensorValueException("offsets has to be a 1D Tensor");
            case 2 when offsets is not null:
                throw new TensorValueException(
                    "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed " +
                    "length sequences. However, found offsets of type <class 'torch.Tensor'>");
            case 2:
                if (input.Shape[1] == 0)
                    throw new TensorRuntimeException("step must be nonzero");
                return Arange(0, input.ElementCount, input.Shape[1], DType.Int64, input.Device);
            default:
                throw new TensorValueException(
                    $"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.Rank}");
        }
    }

    private static void CheckBagType(Tensor tensor, string name)
    {
        if (tensor.DType != DType.Int64 && tensor.DType != DType.Int32)
        {
            throw new TensorRuntimeException(
                $"Expected tensor for argument #1 '{name}' to have one of the following scalar types: Long, Int; but " +
                $"got torch.{tensor.DType.LegacyName}Tensor instead (while checking arguments for embedding_bag)");
        }
    }
}
