namespace KernelEngine.Gpu;

/// <summary>Where drivers keep what they have compiled, from one run of a program to the next.</summary>
internal static class CacheFolder
{
    /// <summary>The variable that names the folder.</summary>
    public const string Variable = "KERNEL_CACHE";

    /// <summary>The folder; null where the user has none. It need not exist yet.</summary>
    public static string? Location
    {
        get
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
                return named;
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            var folder = OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : OperatingSystem.IsMacOS() && home.Length > 0 ? Path.Combine(home, "Library", "Caches")
                : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg
                : home.Length > 0 ? Path.Combine(home, ".cache") : "";
            return folder.Length == 0 ? null : Path.Combine(folder, "kernel-engine");
        }
    }

    /// <summary>A file of a backend in the folder; null where there is no folder.</summary>
    public static string? FileFor(string backend, string name) =>
        Location is { } folder ? Path.Combine(folder, backend, name) : null;

    /// <summary>
    /// Writes a file as a whole: readers see what was there before, or all of this. Where it cannot be written, nothing
    /// happens: it is a cache.
    /// </summary>
    public static void Write(string path, ReadOnlySpan<byte> data)
    {
        var temporary = $"{path}.{Environment.ProcessId}-{Guid.NewGuid():n}.new";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(temporary, data);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDelete(temporary);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Left behind; nobody reads it.
        }
    }
}
