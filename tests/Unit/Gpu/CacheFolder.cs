namespace KernelEngine.Tests.Gpu;

/// <summary>An empty folder that is the cache of compiled kernels while this lives.</summary>
internal sealed class CacheFolder : IDisposable
{
    private const string Variable = "KERNEL_CACHE";
    private readonly string? before = Environment.GetEnvironmentVariable(Variable);

    public CacheFolder()
    {
        Path = Directory.CreateTempSubdirectory("kernel-cache-test").FullName;
        Environment.SetEnvironmentVariable(Variable, Path);
    }

    public string Path { get; }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, before);
        Directory.Delete(Path, recursive: true);
    }
}
