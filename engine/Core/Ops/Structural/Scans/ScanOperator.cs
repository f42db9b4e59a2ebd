namespace KernelEngine;

/// <summary>What a scan does with the value so far and an element.</summary>
internal enum ScanOperation
{
    /// <summary>Adds.</summary>
    Sum,
    /// <summary>Multiplies.</summary>
    Product,
    /// <summary>Adds exponentials: log(exp a + exp b).</summary>
    LogSum,
}

/// <summary>An operator that combines the elements along a dimension in turn, and keeps every step.</summary>
internal sealed class ScanOperator : Operator
{
    /// <summary>
    /// out(k) = in(k) ∘ out(k - 1) along the last dimension; backwards along it where reverse is 1.
    /// </summary>
    public static readonly StructuralKernel Kernel = new(
        "scan", [("in", Access.Read), ("out", Access.Write)], integers: ["operation", "reverse"]);

    private readonly ScanOperation operation;

    public ScanOperator(string name, ScanOperation operation)
        : base(name, OperatorKind.Structural, isDifferentiable: true) => this.operation = operation;

    /// <summary>Scans a dimension.</summary>
    /// <param name="input">The elements.</param>
    /// <param name="dimension">The dimension, negative from the end.</param>
    /// <param name="dtype">The dtype to compute in; int64 for whole numbers and bool unless given.</param>
    /// <param name="reverse">Whether to begin at the end.</param>
    public Tensor Apply(Tensor input, int dimension, DType? dtype = null, bool reverse = false)
    {
        dimension = Dimensions.Wrap(dimension, input.Rank);
        dtype ??= input.DType.IsFloatingPoint ? input.DType
            : operation == ScanOperation.LogSum ? DType.Default : DType.Int64;
        input = input.To(dtype);
        var result = Tensor.Allocate(input.Device, Layout.Contiguous(input.Shape), dtype);
        if (input.ElementCount > 0)
        {
            input.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Kernel,
                Operands = [Scans.Along(input, dimension), Scans.Along(result, dimension)],
                Integers = [(long)operation, reverse ? 1 : 0],
            });
        }

        if (dtype.IsFloatingPoint && Tensor.ShouldRecord(input))
            result.SetHistory(Record(input, result, dimension, reverse), 0);
        return result;
    }

    private FunctionNode Record(Tensor input, Tensor result, int dimension, bool reverse)
    {
        var step = reverse ? -1 : 1;
        return operation switch
        {
            ScanOperation.Sum => Tensor.Recorded(
                NodeName, g => [Apply(g[0]!, dimension, reverse: !reverse)], input),

            // An element is a factor of every result from its own on: of what came before it, and of a sum over what
            // comes after, which is a linear recurrence. Never a division, so that zeros do no harm.
            ScanOperation.Product => Tensor.Recorded(NodeName, [input, result], (g, saved) =>
            {
                var after = Scans.Recurrence(g[0]!, Scans.Shift(saved[0], dimension, -step, 0), dimension, !reverse);
                return [after * Scans.Shift(saved[1], dimension, step, 1)];
            }, input),
            _ => Tensor.Recorded(NodeName, [input, result], (g, saved) =>
                [LogSumGradient(g[0]!, saved[0], saved[1], dimension, !reverse)], input),
        };
    }

    /// <summary>
    /// exp(x(k)) · Σ g(i) exp(-y(i)) over what comes after, in logarithms; positive and negative parts apart.
    /// </summary>
    private Tensor LogSumGradient(Tensor gradient, Tensor input, Tensor result, int dimension, bool reverse)
    {
        var parts = LogSumScans.Parts.ApplyAll(gradient, result);
        return LogSumScans.Join.Apply(
            Apply(parts[0], dimension, reverse: reverse), Apply(parts[1], dimension, reverse: reverse), input);
    }
}
