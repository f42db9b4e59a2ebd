using static KernelEngine.Gpu.ProgramForms;
using static KernelEngine.Pointwise;

namespace KernelEngine.Gpu;

/// <content>Distances of rows: reductions over operands that are broadcast to all pairs.</content>
internal static partial class GpuKernels
{
    private const int OtherPower = 4;

    // (first, second), p and 1 / p for powers of their own → the norm of the difference.
    private static readonly Programs<ReductionProgram> Distance = new(5, (dtype, power) => new(
        "cdist", [dtype, dtype], [dtype], [0], [dtype],
        power == OtherPower ? [dtype.Register] : [], power == OtherPower ? [dtype.Register] : [],
        (x, p, _) =>
        {
            var difference = Abs(x[0] - x[1]);
            return
            [
                power switch
                {
                    0 => Select(Equal(difference, 0), Zero(difference), One(difference)),
                    1 or 3 => difference,
                    2 => difference * difference,
                    _ => Pow(difference, p[0]),
                },
            ];
        },
        (a, b) => [power == 3 ? Max(a[0], b[0]) : a[0] + b[0]],
        (s, p) => [power switch { 2 => Sqrt(s[0]), OtherPower => Pow(s[0], p[0]), _ => s[0] }]));

    // (gradient, distance, first, second), p - 1 → the sum over the second's rows of the gradients of the first.
    private static readonly Programs<ReductionProgram> DistanceGradient = new(5, (dtype, power) => new(
        "cdist_backward", [dtype, dtype, dtype, dtype], [dtype], [0], [dtype],
        power == OtherPower ? [dtype.Register] : [], [],
        (x, p, _) =>
        {
            var difference = x[2] - x[3];
            var none = Zero(difference);
            var isClose = Equal(x[1], 0);
            return
            [
                power switch
                {
                    0 => none,
                    1 => Select(isClose, none, x[0] * Sign(difference)),
                    2 => Select(isClose, none, difference * (x[0] / x[1])),
                    3 => Select(isClose | NotEqual(Abs(difference), x[1]), none, x[0] * Sign(difference)),

                    // The quotient before the power, so that neither grows out of range.
                    _ => Select(
                        isClose | Equal(difference, 0), none,
                        x[0] * Sign(difference) * Pow(Abs(difference) / x[1], p[0])),
                },
            ];
        },
        (a, b) => [a[0] + b[0]], (s, _) => s));

    private static void AddCdist(Adding add)
    {
        add("cdist", GpuTypes.Reals, (in launch, gpu) =>
        {
            var (first, second, output) = (launch.Operands[0], launch.Operands[1], launch.Operands[2]);
            var (p, dtype) = (launch.Reals[0], output.DType);
            var a = first.Layout.Strides;
            var b = second.Layout.Strides;
            var shape = output.Layout.Shape;
            ReadOnlySpan<long> pairs = [shape[0], shape[1], shape[2], first.Layout.Shape[2]];
            gpu.Run(new ReductionLaunch
            {
                Program = Distance[dtype, PowerOf(p)],
                Inputs = [first.As(pairs, [a[0], a[1], 0, a[2]]), second.As(pairs, [b[0], 0, b[1], b[2]])],
                Outputs = [output],
                ReducedRank = 1,
                Parameters = PowerOf(p) == OtherPower ? [Parameter(p, dtype), Parameter(1 / p, dtype)] : [],
            });
        });
        add("cdist_backward", GpuTypes.Reals, (in launch, gpu) =>
        {
            var (gradient, distance, first, second, output) = (launch.Operands[0], launch.Operands[1],
                launch.Operands[2], launch.Operands[3], launch.Operands[4]);
            var (p, dtype) = (launch.Reals[0], output.DType);
            var g = gradient.Layout.Strides;
            var d = distance.Layout.Strides;
            var a = first.Layout.Strides;
            var b = second.Layout.Strides;
            var shape = first.Layout.Shape;
            ReadOnlySpan<long> pairs = [shape[0], shape[1], shape[2], second.Layout.Shape[1]];
            gpu.Run(new ReductionLaunch
            {
                Program = DistanceGradient[dtype, PowerOf(p)],
                Inputs =
                [
                    gradient.As(pairs, [g[0], g[1], 0, g[2]]), distance.As(pairs, [d[0], d[1], 0, d[2]]),
                    first.As(pairs, [a[0], a[1], a[2], 0]), second.As(pairs, [b[0], 0, b[2], b[1]]),
                ],
                Outputs = [output],
                ReducedRank = 1,
                Parameters = PowerOf(p) == OtherPower ? [Parameter(p - 1, dtype)] : [],
            });
        });
    }

    private static int PowerOf(double p) => p switch
    {
        0 => 0,
        1 => 1,
        2 => 2,
        double.PositiveInfinity => 3,
        _ => OtherPower,
    };
}
