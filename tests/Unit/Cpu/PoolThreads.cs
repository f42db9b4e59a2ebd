using KernelEngine.Cpu;

namespace KernelEngine.Tests.Cpu;

/// <summary>
/// How many threads the CPU's kernels may use, for the length of a call. The number is the process's: who sets it waits
/// for others that do, so that each of them sees what it has set and leaves what it has found.
/// </summary>
internal static class PoolThreads
{
    private static readonly Lock Gate = new();

    /// <summary>What a call returns with so many threads.</summary>
    public static T With<T>(int threads, Func<T> call)
    {
        lock (Gate)
        {
            var before = WorkerPool.Threads;
            try
            {
                WorkerPool.Threads = threads;
                return call();
            }
            finally
            {
                WorkerPool.Threads = before;
            }
        }
    }
}
