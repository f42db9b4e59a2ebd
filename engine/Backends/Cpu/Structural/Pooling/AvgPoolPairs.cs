using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelEngine.Cpu;

/// <summary>
/// The mean of windows of 2 × 2 that lie side by side, in float32; the same sums in the same order as for any windows.
/// </summary>
internal static unsafe class AvgPoolPairs
{
    private static readonly Vector512<int> Even = Vector512<int>.Indices * 2;
    private static readonly Vector512<int> Odd = (Vector512<int>.Indices * 2) + Vector512<int>.One;
    private static readonly Vector512<int> Low = Vector512<int>.Indices >>> 1;
    private static readonly Vector512<int> High = Low + Vector512.Create(8);

    // Elements of the input that a block has.
    private const long Block = 65536;

    /// <summary>Computes it where it can.</summary>
    public static bool Forward(in StructuralLaunch launch) => Run<Means>(launch, launch.Operands[0], launch.Operands[1]);

    /// <summary>Computes the gradient where it can.</summary>
    public static bool Backward(in StructuralLaunch launch) =>
        Run<Shares>(launch, launch.Operands[1], launch.Operands[0]);

    private static bool Run<TRow>(in StructuralLaunch launch, in Operand inside, in Operand windows)
        where TRow : struct, IRow
    {
        var n = launch.Integers;
        var (a, b) = (inside.Layout, windows.Layout);
        if (!Avx512F.IsSupported || inside.DType != DType.Float32 ||
            n is not [1, 2, 2, 1, 2, 2, 0, 0, 0, _, 1, 1, ..] || a.Strides[4] != 1 ||
            b.Shape[3] * 2 > a.Shape[3] || b.Shape[4] * 2 > a.Shape[4] || (b.Strides[4] != 1 && b.Shape[4] != 1))
        {
            return false;
        }

        fixed (byte* outer = &CpuKernels.First<byte>(inside), inner = &CpuKernels.First<byte>(windows))
        {
            var job = new Job<TRow>
            {
                Inside = new(outer, a),
                Windows = new(inner, b),
                Divisor = n[13] == 0 ? 4 : n[13],
            };
            var rows = job.Windows.Rows;
            job.RowsPerBlock = Math.Max(1, Block / (4 * job.Windows.Width));
            WorkerPool.Run(
                job, checked((int)((rows + job.RowsPerBlock - 1) / job.RowsPerBlock)), rows * job.Windows.Width / 4);
        }

        return true;
    }

    /// <summary>What is done to a row of windows.</summary>
    private interface IRow
    {
        /// <summary>Two rows of the input, and one of windows.</summary>
        static abstract void Run(float* upper, float* lower, float* windows, long count, float divisor);

        /// <summary>Whether the input is written, not read.</summary>
        static abstract bool Writes { get; }
    }

    private struct Job<TRow> : IJob where TRow : struct, IRow
    {
        public Planes<float> Inside;
        public Planes<float> Windows;
        public float Divisor;
        public long RowsPerBlock;

        public readonly void Invoke(int block)
        {
            var (height, width) = (Windows.Height, Windows.Width);
            var last = Math.Min(Windows.Rows, (block + 1) * RowsPerBlock);
            var at = new RowPlace(block * RowsPerBlock, Windows.Depth, height);
            for (var row = block * RowsPerBlock; row < last; row++, at.Next())
            {
                var upper = Inside.Row(at.Plane, at.D, 2 * at.H);
                var lower = Inside.Row(at.Plane, at.D, (2 * at.H) + 1);
                TRow.Run(upper, lower, Windows.Row(at.Plane, at.D, at.H), width, Divisor);
                if (!TRow.Writes)
                    continue;

                // What no window has.
                for (var x = 2 * width; x < Inside.Width; x++)
                    upper[x] = lower[x] = 0;
                for (var y = 2 * height; at.H == height - 1 && y < Inside.Height; y++)
                    new Span<float>(Inside.Row(at.Plane, at.D, y), (int)Inside.Width).Clear();
            }
        }
    }

    private readonly struct Means : IRow
    {
        public static bool Writes => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run(float* upper, float* lower, float* windows, long count, float divisor)
        {
            var all = Vector512.Create(divisor);
            var x = 0L;
            for (; x <= count - 16; x += 16)
            {
                Mean(
                    Vector512.Load(upper + (2 * x)), Vector512.Load(upper + (2 * x) + 16),
                    Vector512.Load(lower + (2 * x)), Vector512.Load(lower + (2 * x) + 16), all).Store(windows + x);
            }

            if (x == count)
                return;
            var (first, second) = (Mask(2 * (count - x)), Mask((2 * (count - x)) - 16));
            var mean = Mean(
                Load(upper + (2 * x), first), Load(upper + (2 * x) + 16, second), Load(lower + (2 * x), first),
                Load(lower + (2 * x) + 16, second), all);
            Avx512F.MaskStore(windows + x, Mask(count - x), mean);
        }

        // Sums begin with 0, which makes 0 of -0.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<float> Mean(
            Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, Vector512<float> divisor)
        {
            var sum = Vector512<float>.Zero + Avx512F.PermuteVar16x32x2(a, Even, b);
            sum += Avx512F.PermuteVar16x32x2(a, Odd, b);
            sum += Avx512F.PermuteVar16x32x2(c, Even, d);
            sum += Avx512F.PermuteVar16x32x2(c, Odd, d);
            return sum / divisor;
        }
    }

    private readonly struct Shares : IRow
    {
        public static bool Writes => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run(float* upper, float* lower, float* windows, long count, float divisor)
        {
            var all = Vector512.Create(divisor);
            var x = 0L;
            for (; x <= count - 16; x += 16)
            {
                var share = Vector512<float>.Zero + (Vector512.Load(windows + x) / all);
                var (low, high) = (Avx512F.PermuteVar16x32(share, Low), Avx512F.PermuteVar16x32(share, High));
                low.Store(upper + (2 * x));
                high.Store(upper + (2 * x) + 16);
                low.Store(lower + (2 * x));
                high.Store(lower + (2 * x) + 16);
            }

            if (x == count)
                return;
            var (first, second) = (Mask(2 * (count - x)), Mask((2 * (count - x)) - 16));
            var rest = Vector512<float>.Zero + (Load(windows + x, Mask(count - x)) / all);
            var (begin, end) = (Avx512F.PermuteVar16x32(rest, Low), Avx512F.PermuteVar16x32(rest, High));
            Avx512F.MaskStore(upper + (2 * x), first, begin);
            Avx512F.MaskStore(upper + (2 * x) + 16, second, end);
            Avx512F.MaskStore(lower + (2 * x), first, begin);
            Avx512F.MaskStore(lower + (2 * x) + 16, second, end);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load(float* from, Vector512<float> mask) =>
        Avx512F.MaskLoad(from, mask, Vector512<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Mask(long count) =>
        Vector512.LessThan(Vector512<int>.Indices, Vector512.Create((int)count)).AsSingle();
}
