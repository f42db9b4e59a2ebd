using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace KernelEngine.Cpu;

/// <summary>What this machine's arithmetic and memory can do, measured: the yardsticks of the benchmark.</summary>
internal static unsafe class Peaks
{
    private const int Rounds = 2000;

    /// <summary>
    /// float32 multiply-adds from registers, in GFLOP/s over all <paramref name="threads"/>: the best of
    /// <paramref name="repeats"/> runs of some tens of microseconds.
    /// </summary>
    public static double FusedMultiplyAdd(int threads = 1, int repeats = 200)
    {
        // Rounds of 24 vectors; as many as keep one thread busy for 30 µs or so.
        var flops = 2.0 * 24 * Rounds * Lanes * threads;
        var before = WorkerPool.Threads;
        try
        {
            WorkerPool.Threads = threads;
            var best = 0.0;
            for (var i = 0; i < repeats; i++)
            {
                var start = Stopwatch.GetTimestamp();
                WorkerPool.Run(new Chains(), threads);
                best = Math.Max(best, flops / Stopwatch.GetElapsedTime(start).TotalNanoseconds);
            }
            return best;
        }
        finally
        {
            WorkerPool.Threads = before;
        }
    }

    /// <summary>
    /// a = b + s · c over arrays far beyond the caches, in GB/s of what is read and written (not of lines read only to
    /// be overwritten): the best of <paramref name="repeats"/>.
    /// </summary>
    public static double Triad(int threads = 1, nint elements = 16 << 20, int repeats = 5)
    {
        var a = (float*)NativeMemory.AlignedAlloc((nuint)elements * 12, 64);
        var before = WorkerPool.Threads;
        try
        {
            WorkerPool.Threads = threads;
            var job = new TriadJob { A = a, Elements = elements, Blocks = threads * 4 };
            for (nint i = 0; i < elements * 3; i++) a[i] = 1;
            var best = 0.0;
            for (var i = 0; i < repeats; i++)
            {
                var start = Stopwatch.GetTimestamp();
                WorkerPool.Run(job, job.Blocks);
                best = Math.Max(best, elements * 12.0 / Stopwatch.GetElapsedTime(start).TotalNanoseconds);
            }
            return best;
        }
        finally
        {
            WorkerPool.Threads = before;
            NativeMemory.AlignedFree(a);
        }
    }

    private static int Lanes => Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;

    private struct Chains : IJob
    {
        public readonly void Invoke(int block)
        {
            if (Vector512.IsHardwareAccelerated) Run<Vector512<float>, F32x16>();
            else if (Vector256.IsHardwareAccelerated) Run<Vector256<float>, F32x8>();
            else Run<Vector128<float>, F32x4>();
        }

        // Twelve chains of dependent multiply-adds, twice a round: more than latency times units anywhere, and no
        // more than sixteen registers.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Run<TVector, TSimd>()
            where TVector : struct where TSimd : struct, ISimd<float, TVector>
        {
            var x = TSimd.Broadcast(0.999f);
            var y = TSimd.Broadcast(0.001f);
            TVector a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
            for (var n = 0; n < Rounds * 2; n++)
            {
                a = TSimd.MultiplyAdd(a, x, y);
                b = TSimd.MultiplyAdd(b, x, y);
                c = TSimd.MultiplyAdd(c, x, y);
                d = TSimd.MultiplyAdd(d, x, y);
                e = TSimd.MultiplyAdd(e, x, y);
                f = TSimd.MultiplyAdd(f, x, y);
                g = TSimd.MultiplyAdd(g, x, y);
                h = TSimd.MultiplyAdd(h, x, y);
                i = TSimd.MultiplyAdd(i, x, y);
                j = TSimd.MultiplyAdd(j, x, y);
                k = TSimd.MultiplyAdd(k, x, y);
                l = TSimd.MultiplyAdd(l, x, y);
            }
            a = TSimd.Add(TSimd.Add(TSimd.Add(a, b), TSimd.Add(c, d)), TSimd.Add(TSimd.Add(e, f), TSimd.Add(g, h)));
            a = TSimd.Add(a, TSimd.Add(TSimd.Add(i, j), TSimd.Add(k, l)));
            Keep(TSimd.Sum(a));
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Keep(float value) => _ = value;
    }

    private struct TriadJob : IJob
    {
        public float* A;
        public nint Elements;
        public int Blocks;

        public readonly void Invoke(int block)
        {
            var from = Elements / 16 * block / Blocks * 16;
            var to = block == Blocks - 1 ? Elements / 16 * 16 : Elements / 16 * (block + 1) / Blocks * 16;
            Run(A + from, A + Elements + from, A + 2 * Elements + from, to - from);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Run(float* a, float* b, float* c, nint count)
        {
            for (nint i = 0; i < count; i += 16)
            {
                var v = Vector512.MultiplyAddEstimate(
                    Vector512.Load(c + i), Vector512.Create(0.5f), Vector512.Load(b + i));
                v.Store(a + i);
            }
        }
    }
}
