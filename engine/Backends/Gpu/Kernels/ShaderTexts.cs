using System.Collections.Concurrent;

namespace KernelEngine.Gpu;

/// <summary>The texts of <c>shaders/</c>, embedded.</summary>
internal static class ShaderTexts
{
    private static readonly ConcurrentDictionary<string, string> Known = new();

    /// <summary>The text of a file, by its path below <c>shaders/</c>; lines end with a line feed.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static string Read(string path) => Known.GetOrAdd(path, Load);

    private static string Load(string path)
    {
        using var stream = typeof(ShaderTexts).Assembly.GetManifestResourceStream(path)
            ?? throw new FileNotFoundException($"shaders/{path} is not embedded");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
