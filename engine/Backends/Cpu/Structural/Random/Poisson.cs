using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <content>Poisson numbers, one draw each; see <see cref="Distributions.Poisson"/>.</content>
internal static unsafe partial class CpuKernels
{
    private const int PoissonBlock = 1024;
    private const double LargeRate = 1e7;

    private static void AddPoisson(Adding add) => add(
        Distributions.Poisson.Name, (in launch) => Elements.FloatingInDouble<PoissonKernel>(launch),
        (_, dtype) => dtype.IsFloatingPoint);

    private readonly struct PoissonKernel : IDoubleKernel
    {
        public static void Run<T, TElement>(in StructuralLaunch launch)
            where T : unmanaged where TElement : struct, IElement<T, double>
        {
            fixed (byte* rates = &FirstOf(launch.Operands[0]), output = &FirstOf(launch.Operands[1]))
            {
                var job = new PoissonJob<T, TElement>
                {
                    Rates = (T*)rates,
                    Output = (T*)output,
                    Count = launch.Operands[1].Layout.ElementCount,
                    Seed = (ulong)launch.Integers[0],
                    Offset = (ulong)launch.Integers[1],
                };
                WorkerPool.Run(job, (int)((job.Count + PoissonBlock - 1) / PoissonBlock), job.Count * 100);
            }
        }
    }

    private struct PoissonJob<T, TElement> : IJob where T : unmanaged where TElement : struct, IElement<T, double>
    {
        public T* Rates;
        public T* Output;
        public long Count;
        public ulong Seed;
        public ulong Offset;

        public readonly void Invoke(int block)
        {
            var start = (long)block * PoissonBlock;
            for (var i = start; i < Math.Min(Count, start + PoissonBlock); i++)
                Output[i] = TElement.Store(Draw(TElement.Load(Rates[i]), Philox.Words(Seed, Offset + (ulong)i)));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static double Draw(double rate, (uint X, uint Y, uint Z, uint W) words)
        {
            if (rate == 0 || !double.IsFinite(rate))
                return rate;
            if (rate > LargeRate)
            {
                var z = NormalRecipe.Of(words.X, words.Y, words.Z, words.W);
                return Math.Max(0, Math.Round(rate + (Math.Sqrt(rate) * z)));
            }

            var left = ((ulong)(words.X >> 5) << 26 | words.Y >> 6) * (1.0 / (1L << 53));
            var middle = Math.Floor(rate);
            var (above, below) = (middle, middle);
            var p = Math.Exp((middle * Math.Log(rate)) - rate - LogFactorial(middle));
            var (pAbove, pBelow) = (p, p);
            left -= p;
            while (left >= 0)
            {
                pAbove *= rate / ++above;
                left -= pAbove;
                if (left < 0)
                    return above;
                if (below > 0)
                {
                    pBelow *= below-- / rate;
                    left -= pBelow;
                    if (left < 0)
                        return below;
                }

                // What rounding has left over belongs nowhere.
                if (pAbove < 1e-20 && (below == 0 || pBelow < 1e-20))
                    break;
            }

            return middle;
        }

        private static double LogFactorial(double n)
        {
            if (n >= 16)
            {
                // Stirling's series, to 1e-15.
                var (x, r) = (n + 1, 1 / ((n + 1) * (n + 1)));
                var series = (1.0 / 12) - (r * ((1.0 / 360) - (r * ((1.0 / 1260) - (r / 1680)))));
                return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + (series / x);
            }

            var product = 1.0;
            for (var i = 2; i <= n; i++)
                product *= i;
            return Math.Log(product);
        }
    }
}
