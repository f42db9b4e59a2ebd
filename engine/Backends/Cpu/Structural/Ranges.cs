using System.Numerics;

namespace KernelEngine.Cpu;

/// <content>Numbered elements.</content>
internal static unsafe partial class CpuKernels
{
    private const long RangeBlock = 16384;

    private static void AddRanges(Adding add)
    {
        add("arange", (in StructuralLaunch launch) => Elements.Wide<Arange>(launch));
        add("linspace", (in StructuralLaunch launch) => Elements.Wide<Linspace>(launch));
    }

    private readonly struct Arange : INumberKernel
    {
        public static void Run<T, TWide, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
            where TElement : struct, IElement<T, TWide>
        {
            var isReal = launch.Operands[0].DType.IsFloatingPoint;
            var first = isReal ? TWide.CreateTruncating(launch.Reals[0]) : TWide.CreateTruncating(launch.Integers[0]);
            var step = isReal ? TWide.CreateTruncating(launch.Reals[1]) : TWide.CreateTruncating(launch.Integers[1]);
            Number<T>(launch.Operands[0], i => TElement.Store(first + (TWide.CreateTruncating(i) * step)));
        }
    }

    private readonly struct Linspace : INumberKernel
    {
        public static void Run<T, TWide, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
            where TElement : struct, IElement<T, TWide>
        {
            var (start, end, powerBase) = (launch.Reals[0], launch.Reals[1], launch.Reals[2]);
            var steps = launch.Operands[0].Layout.ElementCount;
            var step = steps > 1 ? (end - start) / (steps - 1) : 0;
            Number<T>(launch.Operands[0], i =>
            {
                var at = i < steps / 2 || steps == 1 ? start + (step * i) : end - (step * (steps - i - 1));
                return TElement.Store(TWide.CreateTruncating(powerBase == 0 ? at : Math.Pow(powerBase, at)));
            });
        }
    }

    private static void Number<T>(in Operand output, Func<long, T> value) where T : unmanaged
    {
        fixed (byte* data = &FirstOf(output))
        {
            var count = output.Layout.ElementCount;
            WorkerPool.Run(
                new NumberJob<T>((T*)data, count, value), (int)((count + RangeBlock - 1) / RangeBlock), count * 2);
        }
    }

    private readonly struct NumberJob<T>(T* data, long count, Func<long, T> value) : IJob where T : unmanaged
    {
        public void Invoke(int block)
        {
            var end = Math.Min(count, (block + 1) * RangeBlock);
            for (var i = block * RangeBlock; i < end; i++)
                data[i] = value(i);
        }
    }
}
