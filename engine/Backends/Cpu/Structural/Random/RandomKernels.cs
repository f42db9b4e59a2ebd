using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelEngine.Cpu;

/// <content>Random numbers; see <see cref="RandomKernels"/> for what each draws.</content>
internal static unsafe partial class CpuKernels
{
    private const int RandomChunk = 512;
    private const int RandomBlock = 32 * RandomChunk;

    private static void AddRandom(Adding add)
    {
        add(RandomKernels.Uniform.Name, (in launch) => Elements.Floating<RealDraw>(launch));
        add(RandomKernels.Normal.Name, (in launch) => Elements.Floating<RealDraw>(launch));
        add(RandomKernels.Integers.Name, (in launch) => Elements.Own<WholeDraw>(launch));
        add(RandomKernels.Bernoulli.Name, (in launch) => Elements.Own<WholeDraw>(launch));
        add(RandomKernels.Permutation.Name, Permute);
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

    /// <summary>What is made of the random words of each element.</summary>
    private interface IDraw<T>
    {
        void Fill(
            Span<T> target, ReadOnlySpan<uint> x, ReadOnlySpan<uint> y, ReadOnlySpan<uint> z, ReadOnlySpan<uint> w);
    }

    private static void Draw<T, TDraw>(in StructuralLaunch launch, TDraw draw)
        where T : unmanaged where TDraw : struct, IDraw<T>
    {
        var output = launch.Operands[0];
        var count = output.Layout.ElementCount;
        var job = new DrawJob<T, TDraw>(output, (ulong)launch.Integers[0], (ulong)launch.Integers[1], draw);
        WorkerPool.Run(job, (int)((count + RandomBlock - 1) / RandomBlock), count * 4);
    }

    private readonly struct DrawJob<T, TDraw>(Operand output, ulong seed, ulong offset, TDraw draw) : IJob
        where T : unmanaged where TDraw : struct, IDraw<T>
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
                draw.Fill(SpanOf<T>(output, start, count), x, y, z, w);
            }
        }
    }

    private readonly struct RealDraw : IRealKernel
    {
        public static void Run<T, TReal, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
            where TElement : struct, IElement<T, TReal>
        {
            var isNormal = launch.Kernel == RandomKernels.Normal;
            var (a, b) = (launch.Reals[0], launch.Reals[1]);
            if (typeof(T) == typeof(double))
                Draw<double, Doubles>(launch, new(isNormal, a, b));
            else
            {
                var bits = BitOperations.Log2((ulong)launch.Operands[0].DType.MaxExact);
                var scale = (float)(isNormal ? b : b - a);
                Draw<T, Singles<T, TReal, TElement>>(launch, new(isNormal, (float)a, scale, bits));
            }
        }
    }

    private readonly struct Doubles(bool isNormal, double a, double b) : IDraw<double>
    {
        public void Fill(
            Span<double> target, ReadOnlySpan<uint> x, ReadOnlySpan<uint> y, ReadOnlySpan<uint> z,
            ReadOnlySpan<uint> w)
        {
            if (isNormal)
            {
                for (var i = 0; i < target.Length; i++)
                    target[i] = (NormalRecipe.Of(x[i], y[i], z[i], w[i]) * b) + a;
                return;
            }

            for (var i = 0; i < target.Length; i++)
                target[i] = (((ulong)(x[i] >> 5) << 26 | y[i] >> 6) * (1.0 / (1L << 53)) * (b - a)) + a;
        }
    }

    // The narrow types in float32, from as many bits as they hold.
    private readonly struct Singles<T, TReal, TElement>(bool isNormal, float from, float scale, int bits) : IDraw<T>
        where T : unmanaged
        where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
        where TElement : struct, IElement<T, TReal>
    {
        public void Fill(
            Span<T> target, ReadOnlySpan<uint> x, ReadOnlySpan<uint> y, ReadOnlySpan<uint> z, ReadOnlySpan<uint> w)
        {
            Span<float> scratch = stackalloc float[RandomChunk];
            var numbers = typeof(T) == typeof(float)
                ? MemoryMarshal.Cast<T, float>(target)
                : scratch[..target.Length];
            if (isNormal)
            {
                NormalRecipe.Fill(x, y, numbers);
                for (var i = 0; i < numbers.Length; i++)
                    numbers[i] = (numbers[i] * scale) + from;
            }
            else
            {
                var (unit, shift) = (1f / (1 << bits), 32 - bits);
                for (var i = 0; i < numbers.Length; i++)
                    numbers[i] = ((int)(x[i] >> shift) * unit * scale) + from;
            }

            if (typeof(T) == typeof(float))
                return;
            for (var i = 0; i < numbers.Length; i++)
                target[i] = TElement.Store(TReal.CreateTruncating(numbers[i]));
        }
    }

    private readonly struct WholeDraw : INumberKernel
    {
        public static void Run<T, TWide, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
            where TElement : struct, IElement<T, TWide>
        {
            if (launch.Kernel == RandomKernels.Bernoulli)
                Draw<T, Truths<T, TWide, TElement>>(launch, new(launch.Integers[2]));
            else
                Draw<T, Wholes<T, TWide, TElement>>(launch, new(launch.Integers[2], (ulong)launch.Integers[3]));
        }
    }

    private readonly struct Truths<T, TWide, TElement>(long threshold) : IDraw<T>
        where TWide : INumber<TWide> where TElement : struct, IElement<T, TWide>
    {
        public void Fill(
            Span<T> target, ReadOnlySpan<uint> x, ReadOnlySpan<uint> y, ReadOnlySpan<uint> z, ReadOnlySpan<uint> w)
        {
            var (zero, one) = (TElement.Store(TWide.Zero), TElement.Store(TWide.One));
            for (var i = 0; i < target.Length; i++)
                target[i] = x[i] >> 8 < threshold ? one : zero;
        }
    }

    private readonly struct Wholes<T, TWide, TElement>(long low, ulong range) : IDraw<T>
        where TWide : INumber<TWide> where TElement : struct, IElement<T, TWide>
    {
        public void Fill(
            Span<T> target, ReadOnlySpan<uint> x, ReadOnlySpan<uint> y, ReadOnlySpan<uint> z, ReadOnlySpan<uint> w)
        {
            for (var i = 0; i < target.Length; i++)
            {
                var word = ((ulong)y[i] << 32) | x[i];
                var number = low + (long)(range == 0 ? word : Math.BigMul(word, range, out _));
                target[i] = TElement.Store(TWide.CreateTruncating(number));
            }
        }
    }
}
