using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelEngine.Cpu;

/// <summary>The maximum of windows of 2 × 2 that lie side by side, in float32: what most networks use.</summary>
internal static unsafe class MaxPoolPairs
{
    private static readonly Vector512<int> Even = Vector512<int>.Indices * 2;
    private static readonly Vector512<int> Odd = (Vector512<int>.Indices * 2) + Vector512<int>.One;
    private static readonly Vector512<int> Low =
        Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    private static readonly Vector512<int> High = Low + Vector512.Create(8);

    /// <summary>Computes it where it can.</summary>
    public static bool Forward(in StructuralLaunch launch)
    {
        var operands = launch.Operands;
        if (!Takes(launch, operands[0], operands[1], operands.Length > 2 ? operands[2].DType : DType.UInt8))
            return false;
        fixed (byte* input = &CpuKernels.First<byte>(operands[0]), output = &CpuKernels.First<byte>(operands[1]),
            places = &CpuKernels.First<byte>(operands[^1]))
        {
            var job = new ForwardJob
            {
                Input = new(input, operands[0].Layout),
                Output = new(output, operands[1].Layout),
                Places = new(places, operands[^1].Layout),
                HasPlaces = operands.Length > 2,
            };
            var rows = job.Output.Rows;
            job.RowsPerBlock = Math.Max(1, Block / (4 * job.Output.Width));
            WorkerPool.Run(
                job, checked((int)((rows + job.RowsPerBlock - 1) / job.RowsPerBlock)), rows * job.Output.Width / 4);
        }

        return true;
    }

    /// <summary>Computes the gradient where it can.</summary>
    public static bool Backward(in StructuralLaunch launch)
    {
        var operands = launch.Operands;
        if (!Takes(launch, operands[2], operands[0], operands[1].DType))
            return false;
        fixed (byte* gradient = &CpuKernels.First<byte>(operands[0]), places = &CpuKernels.First<byte>(operands[1]),
            result = &CpuKernels.First<byte>(operands[2]))
        {
            var job = new BackwardJob
            {
                Gradient = new(gradient, operands[0].Layout),
                Places = new(places, operands[1].Layout),
                Result = new(result, operands[2].Layout),
            };
            var rows = job.Gradient.Rows;
            job.RowsPerBlock = Math.Max(1, Block / (4 * job.Gradient.Width));
            WorkerPool.Run(
                job, checked((int)((rows + job.RowsPerBlock - 1) / job.RowsPerBlock)), rows * job.Gradient.Width / 4);
        }

        return true;
    }

    // Elements of the input that a block has.
    private const long Block = 65536;

    private static bool Takes(in StructuralLaunch launch, in Operand inside, in Operand windows, DType places)
    {
        var n = launch.Integers;
        var (a, b) = (inside.Layout, windows.Layout);
        return Avx512BW.VL.IsSupported && inside.DType == DType.Float32 && places == DType.UInt8 &&
            n is [1, 2, 2, 1, 2, 2, 0, 0, 0, _, 1, 1] && a.Strides[4] == 1 &&
            b.Shape[3] * 2 <= a.Shape[3] && b.Shape[4] * 2 <= a.Shape[4] && (b.Strides[4] == 1 || b.Shape[4] == 1);
    }

    private static Vector512<float> Mask(long count) => Vector512.LessThan(
        Vector512<int>.Indices, Vector512.Create((int)Math.Min(16, count))).AsSingle();

    private static Vector128<byte> ByteMask(long count) => Vector128.LessThan(
        Vector128<byte>.Indices, Vector128.Create((byte)Math.Min(16, count)));

    private struct ForwardJob : IJob
    {
        public Planes<float> Input;
        public Planes<float> Output;
        public Planes<byte> Places;
        public bool HasPlaces;
        public long RowsPerBlock;

        public readonly void Invoke(int block)
        {
            var last = Math.Min(Output.Rows, (block + 1) * RowsPerBlock);
            for (var row = block * RowsPerBlock; row < last; row++)
            {
                var (plane, d, h) = Output.Place(row);
                var upper = Input.Row(plane, d, 2 * h);
                var lower = Input.Row(plane, d, (2 * h) + 1);
                if (HasPlaces)
                    Row(upper, lower, Output.Row(plane, d, h), Places.Row(plane, d, h), Output.Width);
                else
                    Row(upper, lower, Output.Row(plane, d, h), Output.Width);
            }
        }

        private static void Row(float* upper, float* lower, float* to, byte* places, long count)
        {
            for (; count > 0; count -= 16, upper += 32, lower += 32, to += 16, places += 16)
            {
                var (first, second) = (Mask(2 * count), Mask((2 * count) - 16));
                var (a, b) = (Load(upper, first), Load(upper + 16, second));
                var (c, d) = (Load(lower, first), Load(lower + 16, second));
                var best = Avx512F.PermuteVar16x32x2(a, Even, b);
                var place = Vector512<int>.Zero;
                Take(Avx512F.PermuteVar16x32x2(a, Odd, b), 1, ref best, ref place);
                Take(Avx512F.PermuteVar16x32x2(c, Even, d), 2, ref best, ref place);
                Take(Avx512F.PermuteVar16x32x2(c, Odd, d), 3, ref best, ref place);
                Avx512F.MaskStore(to, Mask(count), best);
                Avx512BW.VL.MaskStore(places, ByteMask(count), Avx512F.ConvertToVector128Byte(place));
            }
        }

        private static void Row(float* upper, float* lower, float* to, long count)
        {
            for (; count > 0; count -= 16, upper += 32, lower += 32, to += 16)
            {
                var (first, second) = (Mask(2 * count), Mask((2 * count) - 16));
                var (a, b) = (Load(upper, first), Load(upper + 16, second));
                var (c, d) = (Load(lower, first), Load(lower + 16, second));
                var place = Vector512<int>.Zero;
                Take(c, 2, ref a, ref place);
                Take(d, 2, ref b, ref place);
                var best = Avx512F.PermuteVar16x32x2(a, Even, b);
                Take(Avx512F.PermuteVar16x32x2(a, Odd, b), 1, ref best, ref place);
                Avx512F.MaskStore(to, Mask(count), best);
            }
        }

        private static Vector512<float> Load(float* from, Vector512<float> mask) =>
            Avx512F.MaskLoad(from, mask, Vector512<float>.Zero);

        private static void Take(
            Vector512<float> value, int number, ref Vector512<float> best, ref Vector512<int> place)
        {
            var larger = Vector512.GreaterThan(value, best) | ~Vector512.Equals(value, value);
            best = Vector512.ConditionalSelect(larger, value, best);
            place = Vector512.ConditionalSelect(larger.AsInt32(), Vector512.Create(number), place);
        }
    }

    private struct BackwardJob : IJob
    {
        public Planes<float> Gradient;
        public Planes<byte> Places;
        public Planes<float> Result;
        public long RowsPerBlock;

        public readonly void Invoke(int block)
        {
            var (height, width) = (Gradient.Height, Gradient.Width);
            var last = Math.Min(Gradient.Rows, (block + 1) * RowsPerBlock);
            for (var row = block * RowsPerBlock; row < last; row++)
            {
                var (plane, d, h) = Gradient.Place(row);
                var upper = Result.Row(plane, d, 2 * h);
                var lower = Result.Row(plane, d, (2 * h) + 1);
                Row(Gradient.Row(plane, d, h), Places.Row(plane, d, h), upper, lower, width);

                // What no window has.
                var rest = (int)(Result.Width - (2 * width));
                new Span<float>(upper + (2 * width), rest).Clear();
                new Span<float>(lower + (2 * width), rest).Clear();
                for (var y = 2 * height; h == height - 1 && y < Result.Height; y++)
                    new Span<float>(Result.Row(plane, d, y), (int)Result.Width).Clear();
            }
        }

        private static void Row(float* gradient, byte* places, float* upper, float* lower, long count)
        {
            for (; count > 0; count -= 16, gradient += 16, places += 16, upper += 32, lower += 32)
            {
                var g = Avx512F.MaskLoad(gradient, Mask(count), Vector512<float>.Zero);
                var place = Avx512F.ConvertToVector512Int32(
                    Avx512BW.VL.MaskLoad(places, ByteMask(count), Vector128<byte>.Zero));
                var (first, second) = (Mask(2 * count), Mask((2 * count) - 16));
                var (a, b) = (Where(place, 0, g), Where(place, 1, g));
                var (c, d) = (Where(place, 2, g), Where(place, 3, g));
                Avx512F.MaskStore(upper, first, Avx512F.PermuteVar16x32x2(a, Low, b));
                Avx512F.MaskStore(upper + 16, second, Avx512F.PermuteVar16x32x2(a, High, b));
                Avx512F.MaskStore(lower, first, Avx512F.PermuteVar16x32x2(c, Low, d));
                Avx512F.MaskStore(lower + 16, second, Avx512F.PermuteVar16x32x2(c, High, d));
            }
        }

        private static Vector512<float> Where(Vector512<int> place, int number, Vector512<float> g) =>
            Vector512.ConditionalSelect(
                Vector512.Equals(place, Vector512.Create(number)).AsSingle(), g, Vector512<float>.Zero);
    }
}
