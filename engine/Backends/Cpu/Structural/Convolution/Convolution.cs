using System.Numerics;

namespace KernelEngine.Cpu;

/// <content>Convolutions: floating-point ones as matrix products, those of whole numbers term by term.</content>
internal static unsafe partial class CpuKernels
{
    // A multiply-add of a convolution takes about so many picoseconds.
    private const long Picoseconds = 20;

    private static void AddConvolution(Adding add)
    {
        add("convolution", RunConvolution, (_, dtype) => dtype != DType.Bool);
        add("convolution_weight", (in launch) => Elements.Floating<WeightGradient>(launch),
            (_, dtype) => dtype.IsFloatingPoint);
    }

    private static void RunConvolution(in StructuralLaunch launch)
    {
        if (launch.Operands[0].DType.IsFloatingPoint)
            Elements.Floating<FloatingConvolution>(launch);
        else
            Elements.Own<WholeConvolution>(launch);
    }

    // A dimension of a convolution; with a residue, that phase of the transposed one.
    private static AxisPhase AxisOf(
        ReadOnlySpan<long> numbers, Layout input, Layout output, Layout weight, int dimension, long residue = -1)
    {
        var (stride, padding, dilation) =
            ((nint)numbers[dimension], (nint)numbers[3 + dimension], (nint)numbers[6 + dimension]);
        var (from, to) = ((nint)input.Shape[2 + dimension], (nint)output.Shape[2 + dimension]);
        var kernel = (nint)weight.Shape[2 + dimension];
        return residue < 0 ? AxisPhase.Direct(from, to, kernel, stride, padding, dilation)
            : AxisPhase.Transposed(from, to, kernel, stride, padding, dilation, (nint)residue);
    }

    private static long Nanoseconds(in ConvolutionPlan plan) => (long)Math.Min(
        long.MaxValue / 2,
        (double)plan.Batch * plan.Groups * plan.Rows * plan.Depth * plan.D.Count * plan.H.Count * plan.W.Count
            * Picoseconds / 1000);

    private readonly struct FloatingConvolution : IRealKernel
    {
        public static void Run<T, TReal, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
            where TElement : struct, IElement<T, TReal>
        {
            fixed (byte* input = &FirstOf(launch.Operands[0]), weight = &FirstOf(launch.Operands[1]),
                output = &FirstOf(launch.Operands[2]), bias = &FirstOf(launch.Operands[^1]))
            {
                var (x, w, y) = (launch.Operands[0].Layout, launch.Operands[1].Layout, launch.Operands[2].Layout);
                var numbers = launch.Integers[2..];
                var transposed = launch.Integers[0] != 0;
                var plan = default(ConvolutionPlan);
                plan.TakeInput(input, x);
                plan.Groups = (nint)launch.Integers[1];
                plan.Rows = (nint)y.Shape[1] / plan.Groups;
                plan.Channels = (nint)x.Shape[1] / plan.Groups;
                var work = new PhaseWork
                {
                    Plan = &plan,
                    Weight = launch.Operands[1],
                    WeightFirst = weight,
                    IsTransposed = transposed,
                    Out = output,
                    Bias = launch.Operands.Length > 3 ? bias : null,
                    BiasStep = launch.Operands.Length > 3 ? (nint)launch.Operands[3].Layout.Strides[0] : 0,
                };

                // A transposed one has a phase for each residue of a place by the strides.
                var phases = transposed ? numbers[0] * numbers[1] * numbers[2] : 1;
                for (var phase = 0L; phase < phases; phase++)
                {
                    var rest = transposed ? phase : -1;
                    plan.W = AxisOf(numbers, x, y, w, 2, transposed ? rest % numbers[2] : -1);
                    rest = transposed ? rest / numbers[2] : -1;
                    plan.H = AxisOf(numbers, x, y, w, 1, transposed ? rest % numbers[1] : -1);
                    plan.D = AxisOf(numbers, x, y, w, 0, transposed ? rest / numbers[1] : -1);
                    if (plan.D.Count > 0 && plan.H.Count > 0 && plan.W.Count > 0)
                        WidestVectors.Run<PhaseWork, T, TReal, TElement>(work);
                }
            }
        }
    }

    private ref struct PhaseWork : IVectorWork
    {
        public ConvolutionPlan* Plan;
        public Operand Weight;
        public byte* WeightFirst;
        public bool IsTransposed;
        public byte* Out;
        public byte* Bias;
        public nint BiasStep;

        public readonly void Run<T, TReal, TElement, TVector, TSimd>()
            where T : unmanaged
            where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
            where TElement : struct, IElement<T, TReal>
            where TVector : struct
            where TSimd : struct, ISimd<TReal, TVector>
        {
            var job = new ConvolutionJob<T, TReal, TElement, TVector, TSimd>
            {
                Plan = Plan,
                Out = (T*)Out,
                Bias = (T*)Bias,
                BiasStep = BiasStep,
            };
            var blocks = job.Cut();
            if (typeof(T) == typeof(TReal) && !IsTransposed && Weight.Layout.IsContiguous)
            {
                job.Weights.First = WeightFirst;
                job.Weights.Row = Plan->Depth;
                job.Weights.Group = Plan->Rows * Plan->Depth;
                WorkerPool.Run(job, blocks, Nanoseconds(*Plan));
                return;
            }

            nint block = TSimd.MaxRows;
            var size = ConvolutionWeights.PackedSize(*Plan, block);
            var memory = HostBuffer.Allocate(Weight.Buffer.Device, size * sizeof(TReal));
            fixed (byte* packed = &memory.Data)
            {
                ConvolutionWeights.Pack<T, TReal, TElement>(
                    *Plan, (T*)WeightFirst, Weight.Layout, IsTransposed, block, (TReal*)packed);
                job.Weights.First = packed;
                job.Weights.IsPacked = true;
                job.Weights.Group = size / Plan->Groups;
                WorkerPool.Run(job, blocks, Nanoseconds(*Plan));
            }

            memory.Free();
        }
    }

    private readonly struct WeightGradient : IRealKernel
    {
        public static void Run<T, TReal, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
            where TElement : struct, IElement<T, TReal>
        {
            fixed (byte* input = &FirstOf(launch.Operands[0]), gradient = &FirstOf(launch.Operands[1]),
                output = &FirstOf(launch.Operands[2]))
            {
                var (x, y, w) = (launch.Operands[0].Layout, launch.Operands[1].Layout, launch.Operands[2].Layout);
                var numbers = launch.Integers[1..];
                var plan = default(ConvolutionPlan);
                plan.TakeInput(input, x);
                plan.Groups = (nint)launch.Integers[0];
                plan.Rows = (nint)y.Shape[1] / plan.Groups;
                plan.Channels = (nint)x.Shape[1] / plan.Groups;
                plan.D = AxisOf(numbers, x, y, w, 0);
                plan.H = AxisOf(numbers, x, y, w, 1);
                plan.W = AxisOf(numbers, x, y, w, 2);
                var work = new WeightWork
                {
                    Plan = &plan,
                    IsDot = plan.Depth > 0 && PrefersDot<TReal>(plan),
                    Gradient = gradient,
                    Strides = y.Strides,
                    Out = output,
                    Device = launch.Operands[0].Buffer.Device,
                };
                if (work.IsDot) WidestVectors.RunInFullLines<WeightWork, T, TReal, TElement>(work);
                else WidestVectors.Run<WeightWork, T, TReal, TElement>(work);
            }
        }

        // Whether few channels, or few taps, make vectors along the places faster than along the result's channels: by
        // estimates of cycles for an image.
        private static bool PrefersDot<TReal>(in ConvolutionPlan plan) where TReal : unmanaged
        {
            var vector = 64 / sizeof(TReal);
            var (rows, row) = (plan.H.Count, plan.W.Count);
            var dot = plan.Depth * plan.Rows * ((rows * ((row + vector - 1) / vector) * 0.6) + 8);
            var wide = (plan.Rows + vector - 1) / vector;
            var along = ((plan.Depth + 7) / 8 * row * rows * Math.Max(4.5, 4.0 * wide)) +
                (plan.Rows * row * rows * 0.5);
            return dot < along;
        }
    }

    private ref struct WeightWork : IVectorWork
    {
        public ConvolutionPlan* Plan;
        public byte* Gradient;
        public bool IsDot;
        public ReadOnlySpan<long> Strides;
        public byte* Out;
        public ComputeDevice Device;

        public readonly void Run<T, TReal, TElement, TVector, TSimd>()
            where T : unmanaged
            where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
            where TElement : struct, IElement<T, TReal>
            where TVector : struct
            where TSimd : struct, ISimd<TReal, TVector>
        {
            var job = new ConvolutionWeightJob<T, TReal, TElement, TVector, TSimd>
            {
                Plan = Plan,
                Gradient = (T*)Gradient,
                IsDot = IsDot,
                GradientBatch = (nint)Strides[0],
                GradientChannel = (nint)Strides[1],
                GradientD = (nint)Strides[2],
                GradientH = (nint)Strides[3],
                GradientW = (nint)Strides[4],
            };
            var blocks = job.Cut();
            var memory = HostBuffer.Allocate(Device, job.Parts * job.PartSize * sizeof(TReal));
            fixed (byte* sums = &memory.Data)
            {
                job.Sums = (TReal*)sums;
                WorkerPool.Run(job, blocks, Nanoseconds(*Plan));
                job.Finish((T*)Out);
            }

            memory.Free();
        }
    }
}
