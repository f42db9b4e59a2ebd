using System.Runtime.InteropServices;
using KernelEngine.Gpu;

namespace KernelEngine.ShaderBuilder;

/// <summary>
/// Compiles the GLSL files of a folder (<c>NAME.comp</c>) to SPIR-V: <c>compiled/NAME.spv</c>, and beside it
/// <c>NAME.hash</c>, the hash of what it was compiled from.
/// </summary>
internal sealed class FolderBuild(DirectoryInfo folder, bool compilesAll)
{
    private readonly DirectoryInfo output = new(Path.Combine(folder.FullName, "compiled"));

    /// <summary>Compiles those whose source has changed; returns how many failed.</summary>
    public int Run(GlslCompiler compiler)
    {
        output.Create();
        var sources = folder.GetFiles("*.comp");
        var (compiled, failed) = (0, 0);
        foreach (var file in sources)
        {
            var name = Path.GetFileNameWithoutExtension(file.Name);
            var source = File.ReadAllText(file.FullName);
            var (module, hash) = (At(name + ".spv"), ShaderVariant.Hash(source).ToString("x32"));
            if (!compilesAll && File.Exists(module) && File.ReadAllText(At(name + ".hash")) == hash)
                continue;
            compiled++;
            var (words, messages) = compiler.Compile(name, source);
            if (words is null)
            {
                failed++;
                Console.Error.WriteLine($"{file.Name}\n{messages}");
                continue;
            }

            File.WriteAllBytes(module, MemoryMarshal.AsBytes(words.AsSpan()));
            File.WriteAllText(At(name + ".hash"), hash);
        }

        // What was compiled of shaders that are no more.
        var names = sources.Select(s => Path.GetFileNameWithoutExtension(s.Name)).ToHashSet();
        foreach (var file in output.GetFiles().Where(f => !names.Contains(Path.GetFileNameWithoutExtension(f.Name))))
            file.Delete();
        Console.WriteLine($"{folder.Name}: {sources.Length} shaders, {compiled} compiled, {failed} failed");
        return failed;
    }

    private string At(string file) => Path.Combine(output.FullName, file);
}
