namespace KernelEngine.Nn;

/// <summary>What becomes of a loss's elements.</summary>
public enum Reduction
{
    /// <summary>They stay as they are.</summary>
    None,
    /// <summary>Their mean.</summary>
    Mean,
    /// <summary>Their sum.</summary>
    Sum,
    /// <summary>Their sum over the number of rows: <see cref="Functional.KLDivLoss"/> alone has it.</summary>
    BatchMean,
}

/// <summary>Reductions by PyTorch's names.</summary>
public static class ReductionExtensions
{
    extension(Reduction)
    {
        /// <summary>The reduction of a name: <c>none</c>, <c>mean</c>, <c>sum</c> or <c>batchmean</c>.</summary>
        /// <exception cref="TensorValueException">The name is none of these.</exception>
        public static Reduction Parse(string name) => name switch
        {
            "none" => Reduction.None,
            "mean" or "elementwise_mean" => Reduction.Mean,
            "sum" => Reduction.Sum,
            "batchmean" => Reduction.BatchMean,
            _ => throw new TensorValueException($"{name} is not a valid value for reduction"),
        };
    }
}
