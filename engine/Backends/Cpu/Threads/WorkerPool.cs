using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace KernelEngine.Cpu;

/// <summary>Work that is cut into numbered blocks. Blocks run in any order, on any thread, each exactly once.</summary>
internal interface IJob
{
    /// <summary>Runs one block.</summary>
    void Invoke(int block);
}

/// <summary>
/// A fixed set of background threads that share the blocks of one job with the thread that calls. Handing work to a
/// spinning worker takes some hundred nanoseconds and allocates nothing.
/// </summary>
/// <remarks>
/// A worker that finds nothing to do spins for a few tens of microseconds and then parks. A caller never waits for a
/// worker that has not yet taken a block: it runs the rest itself. One job is shared at a time; a caller that finds
/// the pool taken (another user thread, or a job that calls Run itself) runs its blocks inline.
/// What a job computes must not depend on the number of threads: cut by shape, not by <see cref="Threads"/>, unless
/// every cut gives the same bits.
/// </remarks>
internal static unsafe class WorkerPool
{
    /// <summary>Nanoseconds of work below which waking a parked worker does not pay.</summary>
    public const long WakeWorth = 25_000;

    private static readonly long _spinTicks = Stopwatch.Frequency / 20_000;
    private static readonly Lock _growing = new();
    private static Worker[] _workers = [];
    private static int _threads = Environment.ProcessorCount;
    private static Shared _shared;

    // Each on a cache line of its own: the workers poll Open while the others are written.
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Shared
    {
        [FieldOffset(64)] public int Taken;
        [FieldOffset(128)] public int Open;
        [FieldOffset(192)] public int Next;
        [FieldOffset(256)] public int Inside;
        [FieldOffset(320)] public delegate*<void*, int, void> Run;
        [FieldOffset(328)] public void* State;
        [FieldOffset(336)] public int Blocks;
        [FieldOffset(344)] public int Helpers;
    }

    private sealed class Worker(int index)
    {
        public readonly int Index = index;
        public readonly AutoResetEvent Wake = new(false);
        public int Parked;
    }

    // Errors travel beside the shared block, because a struct with explicit layout holds no references here.
    private static ExceptionDispatchInfo? _error;

    /// <summary>How many threads share a job, the caller among them. 1 runs everything inline.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public static int Threads
    {
        get => Volatile.Read(ref _threads);
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            Volatile.Write(ref _threads, value);
        }
    }

    /// <summary>Runs <paramref name="blocks"/> blocks of a job and returns when all are done.</summary>
    /// <param name="job">The job; every thread works on the same copy of it.</param>
    /// <param name="blocks">How many blocks there are.</param>
    /// <param name="nanoseconds">A rough guess of the whole work; parked workers are only woken for enough.</param>
    /// <exception cref="Exception">The first that a block threw; blocks not yet begun are dropped.</exception>
    public static void Run<TJob>(TJob job, int blocks, long nanoseconds = long.MaxValue) where TJob : struct, IJob
    {
        var threads = Threads;
        if (threads == 1 || blocks <= 1 || Interlocked.CompareExchange(ref _shared.Taken, 1, 0) != 0)
        {
            for (var block = 0; block < blocks; block++) job.Invoke(block);
            return;
        }

        // The copy of the job lies in this frame until every worker has left, so its address may be handed out even
        // where it holds references: the frame reports them to the collector.
#pragma warning disable CS8500 // See above.
        Share(&Invoke<TJob>, &job, blocks, threads, nanoseconds);
#pragma warning restore CS8500
    }

#pragma warning disable CS8500 // The job lies in a frame that waits; see Run.
    private static void Invoke<TJob>(void* job, int block) where TJob : struct, IJob => ((TJob*)job)->Invoke(block);
#pragma warning restore CS8500

    private static void Share(delegate*<void*, int, void> run, void* state, int blocks, int threads, long nanoseconds)
    {
        ref var s = ref _shared;
        var helpers = Math.Min(blocks, threads) - 1;
        ExceptionDispatchInfo? error;
        try
        {
            if (_workers.Length < helpers) Grow(threads - 1);
            s.Run = run;
            s.State = state;
            s.Blocks = blocks;
            s.Helpers = helpers;
            s.Next = 0;
            Interlocked.Exchange(ref s.Open, 1);
            if (nanoseconds >= WakeWorth) Wake(helpers);
            Claim(ref s);
        }
        finally
        {
            // Closing and a worker's entering are full fences: either it sees the job closed, or we see it inside.
            Interlocked.Exchange(ref s.Open, 0);
            if (Volatile.Read(ref s.Inside) != 0) Await(ref s.Inside);
            s.State = null;
            error = _error;
            _error = null;
            Volatile.Write(ref s.Taken, 0);
        }

        error?.Throw();
    }

    private static void Claim(ref Shared s)
    {
        var run = s.Run;
        var state = s.State;
        var blocks = s.Blocks;
        try
        {
            while (true)
            {
                // Looked at before it is counted up, so that the counter cannot run over.
                if (Volatile.Read(ref s.Next) >= blocks) return;
                var block = Interlocked.Increment(ref s.Next) - 1;
                if (block >= blocks) return;
                run(state, block);
            }
        }
#pragma warning disable CA1031 // Whatever it is, it is thrown again in the thread that asked for the work.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _error, ExceptionDispatchInfo.Capture(e), null);
            Interlocked.Exchange(ref s.Next, blocks);
        }
    }

    private static void Await(ref int inside)
    {
        var until = 0L;
        while (Volatile.Read(ref inside) != 0)
        {
            if (until == 0) until = Stopwatch.GetTimestamp() + _spinTicks;
            // The worker may have lost its core to another process: give it this one.
            else if (Stopwatch.GetTimestamp() > until) Thread.Yield();
            Thread.SpinWait(1);
        }
    }

    private static void Wake(int helpers)
    {
        foreach (var worker in _workers)
        {
            if (worker.Index >= helpers) return;
            if (Volatile.Read(ref worker.Parked) == 1 && Interlocked.Exchange(ref worker.Parked, 0) == 1)
                worker.Wake.Set();
        }
    }

    private static void Grow(int count)
    {
        lock (_growing)
        {
            var workers = _workers;
            var first = workers.Length;
            Array.Resize(ref workers, count);
            for (var i = first; i < count; i++)
            {
                var worker = workers[i] = new Worker(i);
                new Thread(() => Work(worker)) { IsBackground = true, Name = $"Kernel worker {i + 1}" }.Start();
            }
            _workers = workers;
        }
    }

    private static void Work(Worker worker)
    {
        ref var s = ref _shared;
        var idleSince = Stopwatch.GetTimestamp();
        while (true)
        {
            if (Offers(ref s, worker))
            {
                Enter(ref s, worker);
                idleSince = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetTimestamp() - idleSince < _spinTicks)
            {
                Thread.SpinWait(1);
            }
            else
            {
                Interlocked.Exchange(ref worker.Parked, 1);
                // A job that opened between the last look and the flag found nobody to wake.
                if (!Offers(ref s, worker) || Interlocked.Exchange(ref worker.Parked, 0) == 0) worker.Wake.WaitOne();
                idleSince = Stopwatch.GetTimestamp();
            }
        }
    }

    // A glance from outside: what it reads may belong to two jobs, so Enter looks again.
    private static bool Offers(ref Shared s, Worker worker) =>
        Volatile.Read(ref s.Open) != 0 && worker.Index < s.Helpers && Volatile.Read(ref s.Next) < s.Blocks;

    private static void Enter(ref Shared s, Worker worker)
    {
        Interlocked.Increment(ref s.Inside);
        if (Volatile.Read(ref s.Open) != 0 && worker.Index < s.Helpers) Claim(ref s);
        Interlocked.Decrement(ref s.Inside);
    }
}
