using System.Diagnostics;
using KernelEngine.Gpu;

namespace KernelEngine.ShaderBuilder;

/// <summary>Compiles the sources of a language with programs of this machine, in a folder of its own.</summary>
internal abstract class ShaderCompiler(KernelLanguage language) : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("shaders-");

    /// <summary>What it compiles to.</summary>
    public KernelLanguage Language { get; } = language;

    /// <summary>Compiles a source.</summary>
    /// <returns>The words, or what the programs said.</returns>
    public abstract (uint[]? Words, string Messages) Compile(ShaderVariant variant, string source);

    /// <inheritdoc/>
    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>A file of the folder.</summary>
    protected string At(string name, string extension) => Path.Combine(folder.FullName, name + "." + extension);

    /// <summary>Runs a program, and says whether it failed, and what it said.</summary>
    protected static (bool Failed, string Messages) Run(string program, params ReadOnlySpan<string> arguments)
    {
        var start = new ProcessStartInfo(program, [.. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode != 0, output + errors.Result);
    }
}
