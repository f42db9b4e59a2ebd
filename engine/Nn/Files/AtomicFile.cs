namespace KernelEngine.Nn;

/// <summary>
/// Writes files so that nothing is ever lost: whatever happens, there is the old file or the new one.
/// </summary>
internal static class AtomicFile
{
    /// <summary>
    /// Writes under a temporary name in the same folder, waits until it is on the disk, and gives it the file's name.
    /// </summary>
    /// <param name="path">The file; where it is a link, what it leads to is replaced.</param>
    /// <param name="write">Writes the contents.</param>
    /// <exception cref="IOException">It cannot be written; the old file is still there.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = Path.GetFullPath(path);
        if (new FileInfo(path) is { LinkTarget: not null } link)
            path = link.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
        var folder = Path.GetDirectoryName(path) ?? throw new IOException($"{path} is a folder");
        RegularFile.Check(path);

        // Not made of the file's own name, which may be as long as names can be.
        var temporary = Path.Combine(folder, $".{Path.GetRandomFileName()}.tmp");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite };

            // Who may read the old file may read the new one, and nobody else.
            if (!OperatingSystem.IsWindows() && File.Exists(path))
                options.UnixCreateMode = File.GetUnixFileMode(path);
            using (var stream = new FileStream(temporary, options))
            {
                // The system takes from a mode what the process masks out.
                if (!OperatingSystem.IsWindows() && options.UnixCreateMode is { } mode)
                    File.SetUnixFileMode(stream.SafeFileHandle, mode);
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e)
        {
            if (File.Exists(temporary))
                File.Delete(temporary);
            if (e is UnauthorizedAccessException)
                throw new IOException(e.Message, e);
            throw;
        }
    }
}
