using System.Globalization;
using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>Pictures in files. They are there whole or not at all.</summary>
internal static class Screenshots
{
    /// <summary>The folder for pictures unless the user chose another.</summary>
    public const string DefaultDirectory = "viewer-pictures";

    /// <summary>
    /// Saves what the user sees, under a name of its own: <c>digits-step-000120.png</c>, and with a number behind it
    /// where there is one already.
    /// </summary>
    /// <returns>The file's full path.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written.</exception>
    public static string Save(SKBitmap picture, string? directory, string name, long step)
    {
        var stem = string.Create(CultureInfo.InvariantCulture, $"{Plain(name)}-step-{step:D6}");
        var folder = directory ?? DefaultDirectory;
        var path = Path.Combine(folder, stem + ".png");
        for (var i = 2; File.Exists(path); i++)
            path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{stem}-{i}.png"));
        return Write(picture, path);
    }

    /// <summary>Writes a picture, in place of one of the same name.</summary>
    /// <returns>The file's full path.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written.</exception>
    public static string Write(SKBitmap picture, string path)
    {
        path = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var data = picture.Encode(SKEncodedImageFormat.Png, 100)
            ?? throw new IOException($"The picture {path} could not be made a PNG.");
        var temporary = $"{path}.{Environment.ProcessId}.part";
        try
        {
            using (var file = File.Create(temporary))
                data.SaveTo(file);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        return path;
    }

    private static string Plain(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? char.ToLowerInvariant(c) : '-'));
}
