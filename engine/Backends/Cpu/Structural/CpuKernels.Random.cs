using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelEngine.Cpu;

/// <content>Random numbers; see <see cref="RandomKernels"/> for what each draws.</content>
internal static unsafe partial class CpuKernels
{
    private const int RandomChunk = 512;
    private const int RandomBlock = 32 * RandomChunk;

    private enum RandomKind
    {
        Uniform,
        Normal,
        Integers,
        Bernoulli,
    }

    private static void AddRandom(Adding add)
    {
        add(RandomKernels.Uniform.Name, (in launch) => Draw(launch, RandomKind.Uniform));
        add(RandomKernels.Normal.Name, (in launch) => Draw(launch, RandomKind.Normal));
        add(RandomKernels.Integers.Name, (in launch) => Draw(launch, RandomKind.Integers));
        add(RandomKernels.Bernoulli.Name, (in launch) => Draw(launch, RandomKind.Bernoulli));
        add(RandomKernels.Permutation.Name, Permute);
    }

    private static void Draw(in StructuralLaunch launch, RandomKind kind)
    {
        var output = launch.Operands[0];
        var count = output.Layout.ElementCount;
        var job = new RandomJob(
            kind, output, (ulong)launch.Integers[0], (ulong)launch.Integers[1],
            kind is RandomKind.Integers or RandomKind.Bernoulli ? launch.Integers[2] : 0,
            kind == RandomKind.Integers ? (ulong)launch.Integers[3] : 0,
            launch.Reals.Length > 0 ? launch.Reals[0] : 0, launch.Reals.Length > 1 ? launch.Reals[1] : 0);
        WorkerPool.Run(job, (int)((count + RandomBlock - 1) / RandomBlock), count * 4);
    }

    private static void Permute(in StructuralLaunch launch)
    {
        var output = launch.Operands[0];
        var count = checked((int)output.Layout.ElementCount);
        var device = output.Buffer.Device;
        using var upper = new HostMemory(device, KeyOrder.RoomFor(count) * sizeof(int));
        using var lower = new HostMemory(device, count * (long)sizeof(uint));
        using var order = new HostMemory(device, count * (long)sizeof(int));
        var job = new PermutationJob
        {
            Upper = (int*)upper.Start,
            Lower = (uint*)lower.Start,
            Order = (int*)order.Start,
            Count = count,
            Seed = (ulong)launch.Integers[0],
            Offset = (ulong)launch.Integers[1],
        };
        WorkerPool.Run(job, (count + RandomBlock - 1) / RandomBlock, count * 4L);

        // By the upper halves first, which are seldom equal.
        if (count >= KeyOrder.LongRow)
            KeyOrder.FindTogether(device, job.Upper, count, job.Order);
        else
            KeyOrder.Find(job.Upper, count, job.Order);
        job.OrderEqual();
        var numbers = SpanOf<long>(output, 0, count);
        for (var i = 0; i < count; i++)
            numbers[i] = job.Order[i];
    }

    private struct PermutationJob : IJob
    {
        public int* Upper;
        public uint* Lower;
        public int* Order;
        public int Count;
        public ulong Seed;
        public ulong Offset;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Invoke(int block)
        {
            var end = Math.Min(Count, (block + 1) * (long)RandomBlock);
            for (var i = block * RandomBlock; i < end; i++)
            {
                var (x, y, _, _) = Philox.Words(Seed, Offset + (ulong)i);
                (Upper[i], Lower[i]) = ((int)(y ^ 0x80000000), x);
            }
        }

        /// <summary>Orders runs of equal upper halves by the lower ones.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void OrderEqual()
        {
            for (var i = 1; i < Count; i++)
            {
                var number = Order[i];
                var at = i;
                for (; at > 0 && Upper[Order[at - 1]] == Upper[number] && Lower[Order[at - 1]] > Lower[number]; at--)
                    Order[at] = Order[at - 1];
                Order[at] = number;
            }
        }
    }

    private static Span<T> SpanOf<T>(in Operand operand, long start, int length) where T : unmanaged =>
        MemoryMarshal.CreateSpan(
            ref Unsafe.Add(
                ref Unsafe.As<byte, T>(ref ((HostBuffer)operand.Buffer).Data), (nint)(operand.Layout.Offset + start)),
            length);

    private readonly struct RandomJob(
        RandomKind kind, Operand output, ulong seed, ulong offset, long low, ulong range, double a, double b) : IJob
    {
        public void Invoke(int block)
        {
            var start = (long)block * RandomBlock;
            var end = Math.Min(start + RandomBlock, output.Layout.ElementCount);
            Span<uint> words = stackalloc uint[4 * RandomChunk];
            for (; start < end; start += RandomChunk)
            {
                var count = (int)Math.Min(RandomChunk, end - start);
                var x = words[..count];
                var y = words.Slice(RandomChunk, count);
                var z = words.Slice(2 * RandomChunk, count);
                var w = words.Slice(3 * RandomChunk, count);
                RandomWords.Fill(seed, offset + (ulong)start, x, y, z, w);
                switch (kind)
                {
                    case RandomKind.Integers or RandomKind.Bernoulli:
                        Whole(start, x, y);
                        break;
                    case var _ when output.DType == DType.Float64:
                        Doubles(SpanOf<double>(output, start, count), x, y, z, w);
                        break;
                    default:
                        Singles(start, x, y);
                        break;
                }
            }
        }

        private void Doubles(
            Span<double> target, ReadOnlySpan<uint> x, ReadOnlySpan<uint> y, ReadOnlySpan<uint> z,
            ReadOnlySpan<uint> w)
        {
            if (kind == RandomKind.Normal)
            {
                for (var i = 0; i < target.Length; i++)
                    target[i] = (NormalRecipe.Of(x[i], y[i], z[i], w[i]) * b) + a;
                return;
            }

            for (var i = 0; i < target.Length; i++)
                target[i] = (((ulong)(x[i] >> 5) << 26 | y[i] >> 6) * (1.0 / (1L << 53)) * (b - a)) + a;
        }

        private void Singles(long start, ReadOnlySpan<uint> x, ReadOnlySpan<uint> y)
        {
            var direct = output.DType == DType.Float32;
            Span<float> scratch = stackalloc float[RandomChunk];
            var target = direct ? SpanOf<float>(output, start, x.Length) : scratch[..x.Length];
            if (kind == RandomKind.Normal)
            {
                NormalRecipe.Fill(x, y, target);
                var (mean, deviation) = ((float)a, (float)b);
                for (var i = 0; i < target.Length; i++)
                    target[i] = (target[i] * deviation) + mean;
            }
            else
            {
                var bits = direct ? 24 : output.DType == DType.Float16 ? 11 : 8;
                var (unit, width, from) = (1f / (1 << bits), (float)(b - a), (float)a);
                for (var i = 0; i < target.Length; i++)
                    target[i] = ((int)(x[i] >> (32 - bits)) * unit * width) + from;
            }

            if (output.DType == DType.Float16)
            {
                var halves = SpanOf<Half>(output, start, x.Length);
                for (var i = 0; i < halves.Length; i++)
                    halves[i] = (Half)target[i];
            }
            else if (output.DType == DType.BFloat16)
            {
                var narrow = SpanOf<BFloat16>(output, start, x.Length);
                for (var i = 0; i < narrow.Length; i++)
                    narrow[i] = (BFloat16)target[i];
            }
        }

        private void Whole(long start, ReadOnlySpan<uint> x, ReadOnlySpan<uint> y)
        {
            switch (output.DType.Code)
            {
                case DTypeCode.UInt8 or DTypeCode.Bool: Whole<byte>(start, x, y, v => (byte)v); break;
                case DTypeCode.Int8: Whole<sbyte>(start, x, y, v => (sbyte)v); break;
                case DTypeCode.Int16: Whole<short>(start, x, y, v => (short)v); break;
                case DTypeCode.Int32: Whole<int>(start, x, y, v => (int)v); break;
                case DTypeCode.Int64: Whole<long>(start, x, y, v => v); break;
                case DTypeCode.Float16: Whole<Half>(start, x, y, v => (Half)v); break;
                case DTypeCode.Float32: Whole<float>(start, x, y, v => v); break;
                case DTypeCode.Float64: Whole<double>(start, x, y, v => v); break;
                default: Whole<BFloat16>(start, x, y, v => (BFloat16)(float)v); break;
            }
        }

        private void Whole<T>(long start, ReadOnlySpan<uint> x, ReadOnlySpan<uint> y, Func<long, T> convert)
            where T : unmanaged
        {
            var target = SpanOf<T>(output, start, x.Length);
            if (kind == RandomKind.Bernoulli)
            {
                var (zero, one) = (convert(0), convert(1));
                for (var i = 0; i < target.Length; i++)
                    target[i] = x[i] >> 8 < low ? one : zero;
                return;
            }

            for (var i = 0; i < target.Length; i++)
            {
                var word = ((ulong)y[i] << 32) | x[i];
                target[i] = convert(low + (long)(range == 0 ? word : Math.BigMul(word, range, out _)));
            }
        }
    }
}
