namespace KernelEngine.Cpu;

/// <summary>When work pays to be shared among threads.</summary>
internal static class Parallelism
{
    /// <summary>Elements times steps from which on threads pay.</summary>
    public const long Worthwhile = 128 * 1024;

    /// <summary>Runs every block of a job, on the worker pool.</summary>
    public static void Run<TJob>(TJob job, int blocks, long nanoseconds) where TJob : struct, IJob =>
        WorkerPool.Run(job, blocks, nanoseconds);
}
