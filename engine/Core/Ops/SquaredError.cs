using System.Collections.Immutable;

namespace KernelEngine;

/// <summary>
/// The sum or mean of squared differences in one reduction over both operands, and its gradient in one expression: the
/// loss of small networks, where each launch counts.
/// </summary>
internal static class SquaredError
{
    /// <summary>gradient * scale * (x - y); gradient is 0-dimensional.</summary>
    private static readonly PointwiseOperator Slope = new(
        "mse_loss_backward", 4, TypeRules.Leading(3, TypeRules.OnlyFloat),
        x => [(x[0] - x[1]) * (x[2] * x[3])], isListed: false);

    private static readonly ReductionProgram Single = ProgramFor(DType.Float32);
    private static readonly ReductionProgram Double = ProgramFor(DType.Float64);

    /// <summary>Whether the operands are such that this rounds just as the separate operators do.</summary>
    public static bool Takes(Tensor input, Tensor target) =>
        (input.DType == DType.Float32 || input.DType == DType.Float64) && ReferenceEquals(input.DType, target.DType) &&
        ReferenceEquals(input.Device, target.Device) && input.Shape == target.Shape && input.ElementCount > 0;

    /// <summary>Computes and records.</summary>
    public static Tensor Apply(Tensor input, Tensor target, bool isMean)
    {
        var program = input.DType == DType.Float32 ? Single : Double;
        var result = Tensor.Allocate(input.Device, Layout.Scalar, input.DType);
        var divisor = isMean ? input.ElementCount : 1;
        var inline = default(InlineOperands);
        var operands = inline.AsSpan(3);
        (operands[0], operands[1], operands[2]) = (input.Operand(), target.Operand(), result.Operand());
        input.Device.Backend.Run(new ReductionLaunch
        {
            Program = program,
            Inputs = operands[..2],
            Outputs = operands[2..],
            ReducedRank = input.Rank,
            Parameters = [((Scalar)divisor).ToRegister(program.FinishParameters[0])],
        });
        if (Tensor.ShouldRecord(input, target))
            result.SetHistory(new SquaredErrorNode(input, target, 2.0 / divisor), 0);
        return result;
    }

    private static ReductionProgram ProgramFor(DType dtype)
    {
        ImmutableArray<DType> one = [dtype];
        return new(
            "mse_loss", [dtype, dtype], one, [0], one, [], [dtype.Register],
            (x, _, _) => [(x[0] - x[1]) * (x[0] - x[1])], (a, b) => [a[0] + b[0]], (s, p) => [s[0] / p[0]]);
    }

    private sealed class SquaredErrorNode : Node
    {
        private readonly double scale;
        private SavedTensor input, target;

        public SquaredErrorNode(Tensor input, Tensor target, double scale)
            : base("MseLossBackward0", 2)
        {
            (this.input, this.target, this.scale) = (new(input), new(target), scale);
            (NextEdges[0], NextEdges[1]) = (input.GradientEdge, target.GradientEdge);
        }

        internal override Tensor?[] Backward(Tensor?[] gradients)
        {
            var (x, y) = (input.Unpack(this), target.Unpack(this));
            var slope = Slope.Apply(x, y, gradients[0]!, scale);
            return
            [
                NextEdges[0].Node is null ? null : slope,
                NextEdges[1].Node is null ? null : -slope,
            ];
        }

        internal override void Release() => (input, target) = (default, default);
    }
}
