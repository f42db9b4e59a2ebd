namespace KernelEngine;

/// <summary>The negative of the log-probabilities of the classes that are right.</summary>
internal static class NllLoss
{
    /// <summary>
    /// input [N…, C] and class indices target [N…] → out [N…] or [], and total, the sum of the weights. A target
    /// that is the ignored index adds nothing. The fifth operand, where there is one, is a weight for each class.
    /// Reduction: 0 none, 1 mean, 2 sum.
    /// </summary>
    public static readonly StructuralKernel Forward = new(
        "nll_loss",
        [
            ("input", Access.Read), ("target", Access.Read), ("out", Access.Write), ("total", Access.Write),
            ("weight", Access.Read),
        ],
        integers: ["reduction", "ignored"], optional: 1);

    /// <summary>gradient of the loss, target, total → gradient of the input [N…, C]; a weight as above.</summary>
    public static readonly StructuralKernel Backward = new(
        "nll_loss_backward",
        [
            ("gradient", Access.Read), ("target", Access.Read), ("total", Access.Read), ("out", Access.Write),
            ("weight", Access.Read),
        ],
        integers: ["reduction", "ignored"], optional: 1);

    /// <summary>Computes the loss; all has been checked.</summary>
    public static Tensor Apply(Tensor input, Tensor target, Tensor? weight, int reduction, long ignored)
    {
        var device = input.Device;
        if (!ReferenceEquals(device, target.Device))
            throw new DeviceMismatchException(device, target.Device);
        if (weight is not null && !ReferenceEquals(device, weight.Device))
            throw new DeviceMismatchException(device, weight.Device);
        var classes = input.Rank == 1 ? 0 : 1;
        var result = Tensor.Allocate(
            device, reduction == 0 ? Layout.Contiguous(target.Shape) : Layout.Scalar, input.DType);
        var total = Tensor.Allocate(device, Layout.Scalar, input.DType);
        var inline = default(InlineOperands);
        var operands = inline.AsSpan(weight is null ? 4 : 5);
        operands[0] = Scans.Along(input, classes);
        operands[1] = target.Operand();
        operands[2] = result.Operand();
        operands[3] = total.Operand();
        if (weight is not null)
            operands[4] = weight.Operand();
        device.Backend.Run(new StructuralLaunch
        {
            Kernel = Forward,
            Operands = operands,
            Integers = [reduction, ignored],
        });
        if (Tensor.ShouldRecord(input))
        {
            var shape = input.Shape;
            result.SetHistory(Tensor.Recorded(
                input.Rank > 2 ? "NllLoss2DBackward0" : "NllLossBackward0",
                weight is null ? [target, total] : [target, total, weight],
                (g, saved) =>
                [
                    Differentiate(
                        g[0]!, shape, saved[0], saved[1], weight is null ? null : saved[2], reduction, ignored),
                ],
                input), 0);
        }

        return result;
    }

    private static Tensor Differentiate(
        Tensor gradient, Shape shape, Tensor target, Tensor total, Tensor? weight, int reduction, long ignored)
    {
        var result = Tensor.Allocate(gradient.Device, Layout.Contiguous(shape), gradient.DType);
        if (result.ElementCount > 0)
        {
            var inline = default(InlineOperands);
            var operands = inline.AsSpan(weight is null ? 4 : 5);
            operands[0] = gradient.Operand();
            operands[1] = target.Operand();
            operands[2] = total.Operand();
            operands[3] = Scans.Along(result, shape.Rank == 1 ? 0 : 1);
            if (weight is not null)
                operands[4] = weight.Operand();
            gradient.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Backward,
                Operands = operands,
                Integers = [reduction, ignored],
            });
        }

        // The loss is linear, so that it is its own second derivative.
        if (Tensor.ShouldRecord(gradient))
        {
            result.SetHistory(
                Tensor.Recorded("NllLossBackwardBackward0",
                    g => [Apply(g[0]!, target, weight, reduction, ignored)], gradient), 0);
        }

        return result;
    }
}
