namespace KernelEngine.Tests;

/// <summary>Where this repository lies.</summary>
internal static class Repository
{
    /// <summary>Its folder: the one with the solution, above the tests' program.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Kernel.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("no Kernel.sln above");
        return folder;
    }
}
