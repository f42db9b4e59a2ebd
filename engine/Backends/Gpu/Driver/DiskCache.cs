using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace KernelEngine.Gpu;

/// <summary>
/// What drivers' compilers made of kernels, kept between runs in the folder that <c>KERNEL_CACHE</c> names, otherwise
/// in the user's cache folder; <c>KERNEL_CACHE=none</c> keeps nothing. A file that was cut off, damaged, or made for
/// something else is as good as none, and a folder that cannot be written is no error. Where there is too much in the
/// folder, what has not been used for longest goes.
/// </summary>
internal static class DiskCache
{
    /// <summary>How many bytes of files there may be.</summary>
    internal static long MostBytes = 256L << 20;

    private const int HashBytes = 32;
    private const int NameBytes = 16;
    private const string Ending = ".bin";
    private static readonly byte[] Magic = "KERNELC1"u8.ToArray();
    private static long unseen = long.MaxValue / 2; // bytes written since the last look into the folder

    /// <summary>The folder; null where nothing is kept, or the system knows none for this user.</summary>
    public static string? Folder => Environment.GetEnvironmentVariable("KERNEL_CACHE") switch
    {
        null or "" => UserFolder(),
        "none" => null,
        var named => named,
    };

    /// <summary>A name for a file that holds what was made of some texts.</summary>
    /// <param name="prefix">What comes first in the name.</param>
    /// <param name="texts">What it was made of: source, options, device and driver.</param>
    public static string NameOf(string prefix, params ReadOnlySpan<string> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var text in texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return $"{prefix}-{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, NameBytes))}{Ending}";
    }

    /// <summary>What was kept under a name and for an owner; null where nothing was, or nothing sound.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="owner">Device and driver with their versions.</param>
    public static byte[]? Read(string name, string owner)
    {
        if (Folder is not { } folder)
            return null;
        try
        {
            var path = Path.Combine(folder, name);
            if (!File.Exists(path))
                return null;
            var file = File.ReadAllBytes(path).AsSpan();
            var head = Magic.Length + HashBytes;
            if (file.Length < head || !file.StartsWith(Magic))
                return null;
            var content = file[head..];
            if (!Hash(name, owner, content).SequenceEqual(file[Magic.Length..head]))
                return null;
            Touch(path);
            return content.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Keeps something under a name, or does nothing where that cannot be.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="owner">Device and driver with their versions.</param>
    /// <param name="content">What to keep.</param>
    public static void Write(string name, string owner, ReadOnlySpan<byte> content)
    {
        if (Folder is not { } folder)
            return;

        // Others may read or write the same file now: it appears as a whole, or not at all.
        var temporary = Path.Combine(folder, $"{name}.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(folder);
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(Magic);
                file.Write(Hash(name, owner, content));
                file.Write(content);
            }

            File.Move(temporary, Path.Combine(folder, name), overwrite: true);
            MakeRoom(folder, content.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            Remove(temporary);
        }
    }

    // It has been used: others go before it.
    private static void Touch(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // A folder that is only read has nothing to make room for.
        }
    }

    // Looks into the folder at the first file that a process writes, and now and then.
    private static void MakeRoom(string folder, long written)
    {
        if (Interlocked.Add(ref unseen, written) < MostBytes / 16)
            return;
        Interlocked.Exchange(ref unseen, 0);
        var files = new DirectoryInfo(folder).EnumerateFiles().Where(IsOurs)
            .OrderByDescending(file => file.LastWriteTimeUtc).ToList();
        var sum = 0L;
        foreach (var file in files)
        {
            sum += file.Length;
            if (sum > MostBytes)
                Remove(file.FullName);
        }
    }

    // The folder is the user's, and may hold other things.
    private static bool IsOurs(FileInfo file)
    {
        var hash = Path.GetFileNameWithoutExtension(file.Name).AsSpan();
        hash = hash[(hash.LastIndexOf('-') + 1)..];
        return file.Extension == Ending && hash.Length == 2 * NameBytes && !hash.ContainsAnyExcept("0123456789abcdef");
    }

    private static byte[] Hash(string name, string owner, ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{name}\n{owner}\n"));
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // It stays behind, and nobody reads it.
        }
    }

    /// <summary>The user's cache folder of the engine; null where the system knows none.</summary>
    public static string? UserFolder()
    {
        if (OperatingSystem.IsWindows())
            return In(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "KernelEngine");
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } caches)
            return In(caches, "kernel-engine");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return OperatingSystem.IsMacOS()
            ? In(home, "Library/Caches/KernelEngine")
            : In(home, ".cache/kernel-engine");
    }

    private static string? In(string folder, string name) => folder.Length == 0 ? null : Path.Combine(folder, name);
}
