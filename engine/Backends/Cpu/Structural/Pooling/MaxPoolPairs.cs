using System.Runtime.CompilerServices;
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

    /// <summary>What is behind the whole vectors of a row.</summary>
    private readonly struct Tail(long count)
    {
        /// <summary>The whole vectors.</summary>
        public readonly long Vectors = count / 16;

        /// <summary>Whether there is more.</summary>
        public readonly bool IsThere = count % 16 != 0;

        /// <summary>The elements behind them.</summary>
        public readonly Vector512<float> Own = Mask(count % 16);

        /// <summary>Of twice as many elements, the first vector.</summary>
        public readonly Vector512<float> First = Mask(count % 16 * 2);

        /// <summary>And the second one.</summary>
        public readonly Vector512<float> Second = Mask((count % 16 * 2) - 16);

        /// <summary>The elements as bytes.</summary>
        public readonly Vector128<byte> Bytes =
            Vector128.LessThan(Vector128<byte>.Indices, Vector128.Create((byte)(count % 16)));

        private static Vector512<float> Mask(long count) => Vector512.LessThan(
            Vector512<int>.Indices, Vector512.Create((int)Math.Min(16, count))).AsSingle();
    }

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
            var at = new RowPlace(block * RowsPerBlock, Output.Depth, Output.Height);
            var tail = new Tail(Output.Width);
            for (var row = block * RowsPerBlock; row < last; row++, at.Next())
            {
                var upper = Input.Row(at.Plane, at.D, 2 * at.H);
                var lower = Input.Row(at.Plane, at.D, (2 * at.H) + 1);
                var to = Output.Row(at.Plane, at.D, at.H);
                if (HasPlaces)
                    Row(upper, lower, to, Places.Row(at.Plane, at.D, at.H), tail);
                else
                    Row(upper, lower, to, tail);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Row(float* upper, float* lower, float* to, byte* places, in Tail tail)
        {
            for (var i = 0L; i < tail.Vectors; i++, upper += 32, lower += 32, to += 16, places += 16)
            {
                var best = Largest(
                    Vector512.Load(upper), Vector512.Load(upper + 16), Vector512.Load(lower),
                    Vector512.Load(lower + 16), out var place);
                best.Store(to);
                Avx512F.ConvertToVector128Byte(place).Store(places);
            }

            if (tail.IsThere)
            {
                var best = Largest(
                    Load(upper, tail.First), Load(upper + 16, tail.Second), Load(lower, tail.First),
                    Load(lower + 16, tail.Second), out var place);
                Avx512F.MaskStore(to, tail.Own, best);
                Avx512BW.VL.MaskStore(places, tail.Bytes, Avx512F.ConvertToVector128Byte(place));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Row(float* upper, float* lower, float* to, in Tail tail)
        {
            for (var i = 0L; i < tail.Vectors; i++, upper += 32, lower += 32, to += 16)
            {
                Largest(
                    Vector512.Load(upper), Vector512.Load(upper + 16), Vector512.Load(lower),
                    Vector512.Load(lower + 16)).Store(to);
            }

            if (tail.IsThere)
            {
                Avx512F.MaskStore(to, tail.Own, Largest(
                    Load(upper, tail.First), Load(upper + 16, tail.Second), Load(lower, tail.First),
                    Load(lower + 16, tail.Second)));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<float> Largest(
            Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, out Vector512<int> place)
        {
            var best = Avx512F.PermuteVar16x32x2(a, Even, b);
            place = Vector512<int>.Zero;
            Take(Avx512F.PermuteVar16x32x2(a, Odd, b), 1, ref best, ref place);
            Take(Avx512F.PermuteVar16x32x2(c, Even, d), 2, ref best, ref place);
            Take(Avx512F.PermuteVar16x32x2(c, Odd, d), 3, ref best, ref place);
            return best;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<float> Largest(
            Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
        {
            var (first, second) = (Larger(a, c), Larger(b, d));
            return Larger(
                Avx512F.PermuteVar16x32x2(first, Even, second), Avx512F.PermuteVar16x32x2(first, Odd, second));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<float> Load(float* from, Vector512<float> mask) =>
            Avx512F.MaskLoad(from, mask, Vector512<float>.Zero);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<float> Larger(Vector512<float> best, Vector512<float> value) =>
            Vector512.ConditionalSelect(
                Vector512.GreaterThan(value, best) | ~Vector512.Equals(value, value), value, best);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
            var at = new RowPlace(block * RowsPerBlock, Gradient.Depth, height);
            var tail = new Tail(width);
            var rest = Result.Width - (2 * width);
            for (var row = block * RowsPerBlock; row < last; row++, at.Next())
            {
                var upper = Result.Row(at.Plane, at.D, 2 * at.H);
                var lower = Result.Row(at.Plane, at.D, (2 * at.H) + 1);
                Row(
                    Gradient.Row(at.Plane, at.D, at.H), Places.Row(at.Plane, at.D, at.H), upper, lower, tail);

                // What no window has.
                for (var x = 2 * width; x < (2 * width) + rest; x++)
                    upper[x] = lower[x] = 0;
                for (var y = 2 * height; at.H == height - 1 && y < Result.Height; y++)
                    new Span<float>(Result.Row(at.Plane, at.D, y), (int)Result.Width).Clear();
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Row(float* gradient, byte* places, float* upper, float* lower, in Tail tail)
        {
            for (var i = 0L; i < tail.Vectors; i++, gradient += 16, places += 16, upper += 32, lower += 32)
            {
                var g = Vector512.Load(gradient);
                var place = Avx512F.ConvertToVector512Int32(Vector128.Load(places));
                var (a, b) = (Where(place, 0, g), Where(place, 1, g));
                var (c, d) = (Where(place, 2, g), Where(place, 3, g));
                Avx512F.PermuteVar16x32x2(a, Low, b).Store(upper);
                Avx512F.PermuteVar16x32x2(a, High, b).Store(upper + 16);
                Avx512F.PermuteVar16x32x2(c, Low, d).Store(lower);
                Avx512F.PermuteVar16x32x2(c, High, d).Store(lower + 16);
            }

            if (tail.IsThere)
            {
                var g = Avx512F.MaskLoad(gradient, tail.Own, Vector512<float>.Zero);
                var place = Avx512F.ConvertToVector512Int32(
                    Avx512BW.VL.MaskLoad(places, tail.Bytes, Vector128<byte>.Zero));
                var (a, b) = (Where(place, 0, g), Where(place, 1, g));
                var (c, d) = (Where(place, 2, g), Where(place, 3, g));
                Avx512F.MaskStore(upper, tail.First, Avx512F.PermuteVar16x32x2(a, Low, b));
                Avx512F.MaskStore(upper + 16, tail.Second, Avx512F.PermuteVar16x32x2(a, High, b));
                Avx512F.MaskStore(lower, tail.First, Avx512F.PermuteVar16x32x2(c, Low, d));
                Avx512F.MaskStore(lower + 16, tail.Second, Avx512F.PermuteVar16x32x2(c, High, d));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<float> Where(Vector512<int> place, int number, Vector512<float> g) =>
            Vector512.ConditionalSelect(
                Vector512.Equals(place, Vector512.Create(number)).AsSingle(), g, Vector512<float>.Zero);
    }
}
