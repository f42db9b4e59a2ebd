using System.Runtime.InteropServices;

namespace KernelEngine.Nn;

/// <summary>
/// Opens files to read: whatever the path leads to, there is a file with a length, or an <see cref="IOException"/>.
/// </summary>
internal static partial class RegularFile
{
    // Of Linux's statx: the mode stands at this place of the structure, and 1 asks for the type in it.
    private const int StatusBytes = 256, ModePlace = 28, CurrentFolder = -100;
    private const int TypeMask = 0xF000, RegularType = 0x8000;
    private const uint AskForType = 1;

    /// <summary>Opens a file to read.</summary>
    /// <exception cref="IOException">
    /// It is not there, may not be read, or is a folder, a pipe or a device.
    /// </exception>
    public static FileStream Open(string path, int bufferSize = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Check(path);
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize);
            if (stream.CanSeek)
                return stream;
            stream.Dispose();
            throw new IOException($"{path} is no file but a pipe or a device");
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    /// <summary>Refuses what is there but is no file: opening a pipe would wait until somebody writes to it.</summary>
    /// <exception cref="IOException">It is a folder, a pipe or a device.</exception>
    public static void Check(string path)
    {
        if (Directory.Exists(path))
            throw new IOException($"{path} is a folder, not a file");
        if (OperatingSystem.IsLinux() && !IsRegularOrMissing(path))
            throw new IOException($"{path} is no file but a pipe or a device");
    }

    private static bool IsRegularOrMissing(string path)
    {
        Span<byte> status = stackalloc byte[StatusBytes];
        try
        {
            return Statx(CurrentFolder, path, 0, AskForType, ref MemoryMarshal.GetReference(status)) != 0 ||
                (MemoryMarshal.Read<ushort>(status[ModePlace..]) & TypeMask) == RegularType;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library: what is opened is still checked to have a length.
            return true;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint wanted, ref byte status);
}
