namespace KernelEngine.Cpu;

/// <summary>Work that is cut into numbered blocks.</summary>
internal interface IJob
{
    /// <summary>Runs one block.</summary>
    void Invoke(int block);
}

/// <summary>Where work goes that pays to be shared among threads.</summary>
internal static class Parallelism
{
    /// <summary>Elements times steps from which on threads pay.</summary>
    public const long Worthwhile = 64 * 1024;

    /// <summary>Runs every block of a job.</summary>
    public static void Run<TJob>(TJob job, int blocks, long nanoseconds) where TJob : struct, IJob
    {
        for (var block = 0; block < blocks; block++)
            job.Invoke(block);
    }
}
