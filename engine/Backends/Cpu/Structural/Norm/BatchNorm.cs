using System.Numerics;

namespace KernelEngine.Cpu;

/// <content>Batch normalization: a few channels at a time, read once from memory and again from the cache.</content>
internal static unsafe partial class CpuKernels
{
    private static void AddBatchNorm(Adding add)
    {
        add("batch_norm", (in launch) => Elements.WideFloating<BatchNormForward>(launch), IsWide);
        add("batch_norm_backward", (in launch) => Elements.WideFloating<BatchNormBackward>(launch), IsWide);
    }

    private static bool IsWide(int operand, DType dtype) => dtype == DType.Float32 || dtype == DType.Float64;

    private readonly struct BatchNormForward : IWideKernel
    {
        public static void Run<T>(in StructuralLaunch launch) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var o = launch.Operands;
            var (affine, tracks) = (launch.Integers[1], launch.Integers[2]);
            fixed (byte* x = &FirstOf(o[0]), w = &FirstOf(o[1]), b = &FirstOf(o[2]), rm = &FirstOf(o[3]),
                rv = &FirstOf(o[4]), y = &FirstOf(o[5]), mean = &FirstOf(o[6]), rstd = &FirstOf(o[7]))
            {
                new BatchNormPass<T>(o[0].Layout)
                {
                    X = (T*)x,
                    Out = (T*)y,
                    Weight = (affine & 1) != 0 ? (T*)w : null,
                    WeightStep = StepOf(o[1]),
                    Bias = (affine & 2) != 0 ? (T*)b : null,
                    BiasStep = StepOf(o[2]),
                    RunningMean = (tracks & 1) != 0 ? (T*)rm : null,
                    RunningMeanStep = StepOf(o[3]),
                    RunningVar = (tracks & 2) != 0 ? (T*)rv : null,
                    RunningVarStep = StepOf(o[4]),
                    Mean = (T*)mean,
                    Rstd = (T*)rstd,
                    Training = launch.Integers[0] != 0,
                    Momentum = launch.Reals[0],
                    Eps = launch.Reals[1],
                }.Run();
            }
        }
    }

    private readonly struct BatchNormBackward : IWideKernel
    {
        public static void Run<T>(in StructuralLaunch launch) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var o = launch.Operands;
            fixed (byte* g = &FirstOf(o[0]), x = &FirstOf(o[1]), w = &FirstOf(o[2]), mean = &FirstOf(o[3]),
                rstd = &FirstOf(o[4]), d = &FirstOf(o[5]), dw = &FirstOf(o[6]), db = &FirstOf(o[7]))
            {
                new BatchNormPass<T>(o[1].Layout)
                {
                    Gradient = (T*)g,
                    X = (T*)x,
                    Out = launch.Integers[2] != 0 ? (T*)d : null,
                    Weight = (launch.Integers[1] & 1) != 0 ? (T*)w : null,
                    WeightStep = StepOf(o[2]),
                    Mean = (T*)mean,
                    Rstd = (T*)rstd,
                    WeightGradient = (T*)dw,
                    BiasGradient = (T*)db,
                    Training = launch.Integers[0] != 0,
                }.Run();
            }
        }
    }

    private static long StepOf(in Operand vector) => vector.Layout.Strides[^1];
}
