using System.Runtime.InteropServices;
using KernelEngine.Gpu;

namespace KernelEngine.ShaderBuilder;

/// <summary>Compiles GLSL to SPIR-V with the programs glslangValidator, spirv-opt and spirv-val.</summary>
internal sealed class GlslCompiler() : ShaderCompiler(KernelLanguage.SpirV)
{
    /// <inheritdoc/>
    public override (uint[]? Words, string Messages) Compile(ShaderVariant variant, string source) =>
        Compile(variant.Name, source);

    /// <summary>Compiles a shader that is no kernel of the library.</summary>
    /// <returns>The words, or what the programs said.</returns>
    public (uint[]? Words, string Messages) Compile(string name, string source)
    {
        var (text, raw, precise, small) =
            (At(name, "comp"), At(name, "raw.spv"), At(name, "precise.spv"), At(name, "spv"));
        File.WriteAllText(text, source);
        var (failed, messages) = Run("glslangValidator", "-V", "--target-env", "vulkan1.2", "-g0", "-o", raw, text);
        if (failed)
            return (null, messages);
        WriteWords(precise, SpirVModule.ForbidContraction(ReadWords(raw)));
        (failed, messages) = Run(
            "spirv-opt", "-O", "--strip-debug", "--target-env=vulkan1.2", precise, "-o", small);
        if (!failed)
            (failed, messages) = Run("spirv-val", "--target-env", "vulkan1.2", "--scalar-block-layout", small);
        return failed ? (null, messages) : (ReadWords(small), "");
    }

    private static uint[] ReadWords(string path) => MemoryMarshal.Cast<byte, uint>(File.ReadAllBytes(path)).ToArray();

    private static void WriteWords(string path, uint[] words) =>
        File.WriteAllBytes(path, MemoryMarshal.AsBytes(words.AsSpan()));
}
