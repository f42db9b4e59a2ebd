using KernelEngine.Cpu;

namespace KernelEngine.Tests.Cpu;

public sealed class WorkerPoolTests
{
    private struct Count(int[] counts) : IJob
    {
        public readonly void Invoke(int block) => Interlocked.Increment(ref counts[block]);
    }

    private struct Throwing(int bad) : IJob
    {
        public readonly void Invoke(int block)
        {
            if (block == bad) throw new InvalidOperationException("block " + block);
        }
    }

    private struct Nested(int[] counts) : IJob
    {
        public readonly void Invoke(int block)
        {
            Interlocked.Increment(ref counts[block]);
            WorkerPool.Run(new Count(counts), counts.Length);
        }
    }

    [Fact]
    public void EveryBlockRunsOnce()
    {
        for (var round = 0; round < 3000; round++)
        {
            var counts = new int[round % 37];
            WorkerPool.Run(new Count(counts), counts.Length, round % 2 == 0 ? long.MaxValue : 0);
            Assert.All(counts, c => Assert.Equal(1, c));
        }
    }

    [Fact]
    public void AnyNumberOfThreads()
    {
        foreach (var threads in new[] { 1, 2, 5, 3, 8, 1, 4 })
        {
            Assert.Equal(threads, PoolThreads.With(threads, () =>
            {
                for (var round = 0; round < 50; round++)
                {
                    var counts = new int[100];
                    WorkerPool.Run(new Count(counts), counts.Length);
                    Assert.All(counts, c => Assert.Equal(1, c));
                }

                return WorkerPool.Threads;
            }));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => WorkerPool.Threads = 0);
    }

    [Fact]
    public void AnExceptionReachesTheCallerAndThePoolLives()
    {
        for (var round = 0; round < 100; round++)
        {
            var bad = round % 8;
            var e = Assert.Throws<InvalidOperationException>(() => WorkerPool.Run(new Throwing(bad), 8));
            Assert.Equal("block " + bad, e.Message);
            var counts = new int[8];
            WorkerPool.Run(new Count(counts), counts.Length);
            Assert.All(counts, c => Assert.Equal(1, c));
        }
    }

    [Fact]
    public void NestedJobsRunInline()
    {
        var counts = new int[6];
        WorkerPool.Run(new Nested(counts), counts.Length);
        Assert.All(counts, c => Assert.Equal(7, c));
    }

    [Fact]
    public void ManyCallersAtOnce()
    {
        Exception? error = null;
        var callers = Enumerable.Range(0, 6).Select(_ => new Thread(() =>
        {
            try
            {
                for (var round = 0; round < 500; round++)
                {
                    var counts = new int[9];
                    WorkerPool.Run(new Count(counts), counts.Length);
                    Assert.All(counts, c => Assert.Equal(1, c));
                }
            }
            catch (Exception e)
            {
                error = e;
            }
        })).ToArray();
        foreach (var caller in callers) caller.Start();
        foreach (var caller in callers) caller.Join();
        Assert.Null(error);
    }

    [Fact]
    public void ParkedWorkersWake()
    {
        for (var round = 0; round < 20; round++)
        {
            Thread.Sleep(2);
            var counts = new int[64];
            WorkerPool.Run(new Count(counts), counts.Length);
            Assert.All(counts, c => Assert.Equal(1, c));
        }
    }

    [Fact]
    public void HandingOutWorkAllocatesNothing()
    {
        var counts = new int[4];
        WorkerPool.Run(new Count(counts), counts.Length);
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ =>
        {
            // The pool may grow meanwhile, for a test beside this one that asks for more threads.
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var round = 0; round < 1000; round++) WorkerPool.Run(new Count(counts), counts.Length);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }));
    }
}
