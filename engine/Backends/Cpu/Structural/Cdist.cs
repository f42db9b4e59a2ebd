using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelEngine.Cpu;

/// <content>Distances of rows from rows: nothing is kept between two rows and their distance.</content>
internal static unsafe partial class CpuKernels
{
    private static void AddCdist(Adding add)
    {
        add("cdist", (in launch) => Elements.WideFloating<CdistForward>(launch), IsWide);
        add("cdist_backward", (in launch) => Elements.WideFloating<CdistBackward>(launch), IsWide);
    }

    private enum Power
    {
        Zero,
        One,
        Two,
        Infinite,
        Other,
    }

    private static Power PowerOf(double p) => p switch
    {
        0 => Power.Zero,
        1 => Power.One,
        2 => Power.Two,
        double.PositiveInfinity => Power.Infinite,
        _ => Power.Other,
    };

    private readonly struct CdistForward : IWideKernel
    {
        public static void Run<T>(in StructuralLaunch launch) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var o = launch.Operands;
            fixed (byte* first = &FirstOf(o[0]), second = &FirstOf(o[1]), target = &FirstOf(o[2]))
            {
                var shape = o[2].Layout.Shape;
                var job = new CdistJob<T>
                {
                    First = (T*)first,
                    Second = (T*)second,
                    Target = (T*)target,
                    Rows = shape[1],
                    Others = shape[2],
                    Length = o[0].Layout.Shape[2],
                    P = launch.Reals[0],
                };
                var work = shape.ElementCount * job.Length;
                WorkerPool.Run(
                    job, checked((int)(shape[0] * shape[1])), job.Kind == Power.Other ? work * 20 : work / 4);
            }
        }
    }

    private readonly struct CdistBackward : IWideKernel
    {
        public static void Run<T>(in StructuralLaunch launch) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var o = launch.Operands;
            fixed (byte* gradient = &FirstOf(o[0]), distance = &FirstOf(o[1]), first = &FirstOf(o[2]),
                second = &FirstOf(o[3]), target = &FirstOf(o[4]))
            {
                var shape = o[0].Layout.Shape;
                var job = new CdistJob<T>
                {
                    Gradient = (T*)gradient,
                    Distance = (T*)distance,
                    First = (T*)first,
                    Second = (T*)second,
                    Target = (T*)target,
                    Rows = shape[1],
                    Others = shape[2],
                    Length = o[2].Layout.Shape[2],
                    P = launch.Reals[0],
                };
                var work = shape.ElementCount * job.Length;
                WorkerPool.Run(
                    job, checked((int)(shape[0] * shape[1])), job.Kind == Power.Other ? work * 20 : work / 4);
            }
        }
    }

    /// <summary>A row of the first matrix with all rows of the second.</summary>
    private struct CdistJob<T> : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T* Gradient;
        public T* Distance;
        public T* First;
        public T* Second;
        public T* Target;
        public long Rows, Others, Length;
        public double P;

        public readonly Power Kind => PowerOf(P);

        public readonly void Invoke(int block)
        {
            var first = First + (block * Length);
            var second = Second + (block / Rows * Others * Length);
            var pairs = block * Others;
            if (Gradient == null)
            {
                for (var other = 0L; other < Others; other++)
                    Target[pairs + other] = Between(first, second + (other * Length));
                return;
            }

            var target = Target + (block * Length);
            for (var k = 0L; k < Length; k++)
                target[k] = T.Zero;
            for (var other = 0L; other < Others; other++)
            {
                var distance = Distance[pairs + other];
                if (distance != T.Zero)
                    Add(first, second + (other * Length), target, Gradient[pairs + other], distance);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly T Between(T* a, T* b)
        {
            var kind = Kind;
            if (kind == Power.Other)
                return OfPower(a, b);
            Vector256<T> sum0 = default, sum1 = default;
            var width = Vector256<T>.Count;
            var k = 0L;
            for (; k <= Length - (2 * width); k += 2 * width)
            {
                sum0 = Step(kind, sum0, Vector256.Load(a + k) - Vector256.Load(b + k));
                sum1 = Step(kind, sum1, Vector256.Load(a + k + width) - Vector256.Load(b + k + width));
            }

            for (; k <= Length - width; k += width)
                sum0 = Step(kind, sum0, Vector256.Load(a + k) - Vector256.Load(b + k));
            sum0 = kind == Power.Infinite ? Vector256.Max(sum0, sum1) : sum0 + sum1;
            var sum = sum0.GetElement(0);
            for (var lane = 1; lane < width; lane++)
                sum = kind == Power.Infinite ? T.Max(sum, sum0.GetElement(lane)) : sum + sum0.GetElement(lane);
            for (; k < Length; k++)
            {
                var difference = a[k] - b[k];
                sum = kind switch
                {
                    Power.Zero => sum + (difference != T.Zero ? T.One : T.Zero),
                    Power.One => sum + T.Abs(difference),
                    Power.Two => sum + (difference * difference),
                    _ => T.Max(sum, T.Abs(difference)),
                };
            }

            return kind == Power.Two ? T.Sqrt(sum) : sum;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<T> Step(Power kind, Vector256<T> sum, Vector256<T> difference) => kind switch
        {
            Power.Zero => sum + Vector256.ConditionalSelect(
                Vector256.Equals(difference, Vector256<T>.Zero), Vector256<T>.Zero, Vector256<T>.One),
            Power.One => sum + Vector256.Abs(difference),
            Power.Two => sum + (difference * difference),
            _ => Vector256.Max(sum, Vector256.Abs(difference)),
        };

        private readonly T OfPower(T* a, T* b)
        {
            var sum = 0.0;
            for (var k = 0L; k < Length; k++)
                sum += Math.Pow(Math.Abs(double.CreateTruncating(a[k] - b[k])), P);
            return T.CreateTruncating(Math.Pow(sum, 1 / P));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Add(T* a, T* b, T* target, T gradient, T distance)
        {
            switch (Kind)
            {
                case Power.Zero:
                    return;
                case Power.One:
                    for (var k = 0L; k < Length; k++)
                        target[k] += gradient * SignOf(a[k] - b[k]);
                    return;
                case Power.Infinite:
                    for (var k = 0L; k < Length; k++)
                    {
                        var difference = a[k] - b[k];
                        if (T.Abs(difference) == distance)
                            target[k] += gradient * SignOf(difference);
                    }

                    return;
                case Power.Two:
                    var ratio = gradient / distance;
                    var ratios = Vector256.Create(ratio);
                    var i = 0L;
                    for (; i <= Length - Vector256<T>.Count; i += Vector256<T>.Count)
                    {
                        (Vector256.Load(target + i) + ((Vector256.Load(a + i) - Vector256.Load(b + i)) * ratios))
                            .Store(target + i);
                    }

                    for (; i < Length; i++)
                        target[i] += (a[i] - b[i]) * ratio;
                    return;
                default:
                    AddPowers(a, b, target, gradient, double.CreateTruncating(distance));
                    return;
            }
        }

        private readonly void AddPowers(T* a, T* b, T* target, T gradient, double distance)
        {
            // The quotient before the power, so that neither grows out of range.
            var scale = double.CreateTruncating(gradient);
            for (var k = 0L; k < Length; k++)
            {
                var difference = double.CreateTruncating(a[k] - b[k]);
                if (difference != 0)
                {
                    var part = Math.Pow(Math.Abs(difference) / distance, P - 1);
                    target[k] += T.CreateTruncating(scale * Math.CopySign(part, difference));
                }
            }
        }

        private static T SignOf(T value) => value > T.Zero ? T.One : value < T.Zero ? -T.One : T.Zero;
    }
}
