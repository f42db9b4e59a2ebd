using System.Numerics;

namespace KernelEngine.Cpu;

/// <content>Layer and group normalization.</content>
internal static unsafe partial class CpuKernels
{
    private static void AddRowNorm(Adding add)
    {
        add("row_norm", (in launch) => Elements.WideFloating<RowNormForward>(launch), IsWide);
        add("row_norm_backward", (in launch) => Elements.WideFloating<RowNormBackward>(launch), IsWide);
    }

    private readonly struct RowNormForward : IWideKernel
    {
        public static void Run<T>(in StructuralLaunch launch) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var o = launch.Operands;
            var affine = launch.Integers[1];
            fixed (byte* x = &FirstOf(o[0]), w = &FirstOf(o[1]), b = &FirstOf(o[2]), y = &FirstOf(o[3]),
                mean = &FirstOf(o[4]), rstd = &FirstOf(o[5]))
            {
                new RowNormPass<T>(o[0].Layout.Shape, launch.Integers[0])
                {
                    X = (T*)x,
                    Out = (T*)y,
                    Weight = (affine & 1) != 0 ? (T*)w : null,
                    WeightStep = StepOf(o[1]),
                    Bias = (affine & 2) != 0 ? (T*)b : null,
                    BiasStep = StepOf(o[2]),
                    Mean = (T*)mean,
                    Rstd = (T*)rstd,
                    Eps = launch.Reals[0],
                }.Forward();
            }
        }
    }

    private readonly struct RowNormBackward : IWideKernel
    {
        public static void Run<T>(in StructuralLaunch launch) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var o = launch.Operands;
            var affine = launch.Integers[1];
            fixed (byte* g = &FirstOf(o[0]), x = &FirstOf(o[1]), w = &FirstOf(o[2]), mean = &FirstOf(o[3]),
                rstd = &FirstOf(o[4]), d = &FirstOf(o[5]), dw = &FirstOf(o[6]), db = &FirstOf(o[7]))
            {
                new RowNormPass<T>(o[1].Layout.Shape, launch.Integers[0])
                {
                    Gradient = (T*)g,
                    X = (T*)x,
                    Out = launch.Integers[2] != 0 ? (T*)d : null,
                    Weight = (affine & 1) != 0 ? (T*)w : null,
                    WeightStep = StepOf(o[2]),
                    Mean = (T*)mean,
                    Rstd = (T*)rstd,
                    WeightGradient = affine != 0 ? (T*)dw : null,
                    BiasGradient = affine != 0 ? (T*)db : null,
                }.Backward();
            }
        }
    }
}
