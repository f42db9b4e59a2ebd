using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using KernelEngine.Cuda;
using KernelEngine.SoftwareCuda;

namespace KernelEngine.Tests.Gpu;

/// <summary>What GPU drivers read from the environment when they are first used, set before any test runs.</summary>
internal static class GpuEnvironment
{
    /// <summary>A folder for compiled kernels, so that tests neither see nor fill the user's own.</summary>
    public static string CacheFolder { get; } =
        Path.Combine(Path.GetTempPath(), $"kernel-tests-{Environment.ProcessId}");

    /// <summary>Whether the machine has no CUDA driver, and the one in software stands in for it.</summary>
    public static bool IsCudaSoftware => CudaApi.Software is not null;

#pragma warning disable CA2255 // The tests are a program of their own.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Set()
    {
        SetDefault("KERNEL_VALIDATE", "1");
        SetDefault("KERNEL_CACHE", CacheFolder);
        if (CudaApi.LibraryNames.All(name => !NativeLibrary.TryLoad(name, out _)))
            CudaApi.Software = SoftwareLibrary.Build(SourceCompilers.Clang);

        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            try
            {
                if (Directory.Exists(CacheFolder))
                    Directory.Delete(CacheFolder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // On Windows a file that a compiler still writes cannot go; it is among temporary files.
            }
        };
    }

    private static void SetDefault(string variable, string value)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable)))
            Environment.SetEnvironmentVariable(variable, value);
    }
}
