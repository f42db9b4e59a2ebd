namespace KernelEngine;

/// <summary>Places in sorted sequences.</summary>
internal static class Search
{
    /// <summary>
    /// For each value the number of elements of its row of the sequence that are less (not greater where right is 1),
    /// by bisection; NaN is not less than anything. Batch dimensions are the same for all operands. A fourth operand
    /// holds the order of each row, where the rows themselves are not sorted. Places in int64 or int32.
    /// </summary>
    public static readonly StructuralKernel Kernel = new(
        "search_sorted",
        [
            ("sequence", Access.Read), ("values", Access.Read), ("places", Access.Write), ("order", Access.Read),
        ],
        ["right"], optional: 1);

    /// <summary>Searches; both have the same dtype, and shapes have been checked.</summary>
    public static Tensor Apply(Tensor sequence, Tensor values, Tensor? order, bool right, DType dtype)
    {
        var result = Tensor.Allocate(values.Device, Layout.Contiguous(values.Shape), dtype);
        if (result.ElementCount == 0)
            return result;
        if (sequence.ElementCount == 0)
        {
            result.FillWith(0);
            return result;
        }

        // One row of values for a sequence that all of them are searched in.
        var along = values.Rank == 0 ? values.Reshape([1]) : values;
        var into = values.Rank == 0 ? new(result.Storage, result.Layout.With(0), dtype) : result;
        Shape rows = [.. along.Shape.AsSpan()[..^1], sequence.Shape[^1]];
        var inline = default(InlineOperands);
        var operands = inline.AsSpan(order is null ? 3 : 4);
        operands[0] = sequence.Operand(rows);
        operands[1] = along.Operand();
        operands[2] = into.Operand();
        if (order is not null)
            operands[3] = order.Operand(rows);
        values.Device.Backend.Run(new StructuralLaunch
        {
            Kernel = Kernel,
            Operands = operands,
            Integers = [right ? 1 : 0],
        });
        return result;
    }
}
