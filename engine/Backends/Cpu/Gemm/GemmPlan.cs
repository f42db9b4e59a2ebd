using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>How a product, or a batch of them, is cut among threads. No cut changes a bit of the result.</summary>
internal static unsafe class GemmPlan<T, TEngine>
    where T : unmanaged where TEngine : struct, IGemmEngine<T>
{
    // Multiply-adds from which a second thread pays, and what a nanosecond does of them on one.
    private const nint Worth = 100_000;
    private const nint PerNanosecond = 40;

    // Multiply-adds in a block beyond which threads get several blocks each, so that a slow one takes fewer.
    private const nint Fine = 16 << 20;

    /// <summary>One product.</summary>
    public static void Run(in Product<T> p)
    {
        var work = Work(p);
        var threads = WorkerPool.Threads;
        if (work < Worth || threads == 1) TEngine.Block(p, 0, p.M, 0, p.N);
        else Share(p, work, threads);
    }

    /// <summary>A product for each index of a batch.</summary>
    public static void Run(
        Product<T> p, ReadOnlySpan<nint> sizes, ReadOnlySpan<nint> aStrides, ReadOnlySpan<nint> bStrides,
        ReadOnlySpan<nint> cStrides)
    {
        nint count = 1;
        foreach (var size in sizes) count *= size;
        if (count <= 0) return;
        if (sizes.Length == 1 && bStrides[0] == 0 && aStrides[0] == p.M * p.ARow && cStrides[0] == p.M * p.Ldc)
        {
            // One right side for rows that follow each other: it is one product with more rows.
            p.M *= count;
            Run(p);
            return;
        }

        var work = Work(p);
        var threads = WorkerPool.Threads;
        fixed (nint* size = sizes, a = aStrides, b = bStrides, c = cStrides)
        {
            var job = new BatchJob
            {
                Product = &p,
                Rank = sizes.Length,
                Sizes = size,
                A = a,
                B = b,
                C = c,
                Count = count,
                Blocks = 1,
            };
            if (threads == 1 || count == 1 || work < Worth / count)
            {
                job.Threaded = count == 1;
                job.Invoke(0);
            }
            else if (count < threads && work >= Worth)
            {
                job.Threaded = true;
                job.Invoke(0);
            }
            else
            {
                job.Blocks = (int)Math.Min(count, threads * (nint)4);
                WorkerPool.Run(job, job.Blocks, Nanoseconds(work) * (long)count);
            }
        }
    }

    private static nint Work(in Product<T> p)
    {
        // Saturates: only small values are told apart.
        var work = (double)p.M * p.N * p.K;
        return work > int.MaxValue ? int.MaxValue : (nint)work;
    }

    private static long Nanoseconds(nint work) => work / PerNanosecond;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Share(in Product<T> p, nint work, int threads)
    {
        var blocks = threads * (int)Math.Clamp(work / (threads * Fine), 1, 4);
        nint rows = p.M, columns = p.N;
        var best = double.MaxValue;
        for (var across = 1; across <= blocks; across++)
        {
            if (blocks % across != 0) continue;
            var r = Cut(p.M, blocks / across, 4, 8);
            var c = Cut(p.N, across, 16, 48);
            // The slowest thread's share: its blocks' arithmetic, and what each of them packs.
            var count = ((p.M + r - 1) / r) * ((p.N + c - 1) / c);
            var cost = (double)((count + threads - 1) / threads) * (r * (double)c / 32 + (r + c) * 0.25);
            if (cost >= best) continue;
            (best, rows, columns) = (cost, r, c);
        }
        var down = (int)((p.M + rows - 1) / rows);
        var wide = (int)((p.N + columns - 1) / columns);
        fixed (Product<T>* product = &p)
        {
            WorkerPool.Run(
                new TileJob { Product = product, Rows = rows, Columns = columns, Wide = wide },
                down * wide, Nanoseconds(work));
        }
    }

    // A share of a length in whole register blocks, or in smaller steps where those would leave the shares uneven.
    private static nint Cut(nint length, nint parts, nint small, nint large)
    {
        var share = (length + parts - 1) / parts;
        var unit = share >= 12 * large ? large : small;
        return (share + unit - 1) / unit * unit;
    }

    private struct TileJob : IJob
    {
        public Product<T>* Product;
        public nint Rows;
        public nint Columns;
        public int Wide;

        public readonly void Invoke(int block)
        {
            var m = block / Wide * Rows;
            var n = block % Wide * Columns;
            TEngine.Block(*Product, m, Math.Min(m + Rows, Product->M), n, Math.Min(n + Columns, Product->N));
        }
    }

    private struct BatchJob : IJob
    {
        public Product<T>* Product;
        public int Rank;
        public nint* Sizes;
        public nint* A;
        public nint* B;
        public nint* C;
        public nint Count;
        public int Blocks;
        public bool Threaded;

        public readonly void Invoke(int block)
        {
            var p = *Product;
            var from = (nint)((Int128)Count * block / Blocks);
            var to = (nint)((Int128)Count * (block + 1) / Blocks);
            for (var index = from; index < to; index++)
            {
                nint a = 0, b = 0, c = 0;
                var rest = index;
                for (var d = Rank - 1; d > 0; d--)
                {
                    var at = rest % Sizes[d];
                    rest /= Sizes[d];
                    a += at * A[d];
                    b += at * B[d];
                    c += at * C[d];
                }
                p.A = Product->A + (a + rest * A[0]);
                p.B = Product->B + (b + rest * B[0]);
                p.C = Product->C + (c + rest * C[0]);
                if (Threaded) Run(p);
                else TEngine.Block(p, 0, p.M, 0, p.N);
            }
        }
    }
}
