using System.Runtime.InteropServices;
using System.Text;
using KernelEngine.Gpu;

namespace KernelEngine.ShaderBuilder;

/// <summary>
/// Compiles CUDA C to PTX with clang, which needs nothing of CUDA's toolkit for it. What is not needed to run it is
/// left out of the text: comments, and the spaces before lines.
/// </summary>
internal sealed class CudaCompiler() : ShaderCompiler(KernelLanguage.Ptx)
{
    private static readonly string Program = Environment.GetEnvironmentVariable("KERNEL_CLANG") is { Length: > 0 } named
        ? named
        : "clang-15";

    /// <inheritdoc/>
    public override (uint[]? Words, string Messages) Compile(ShaderVariant variant, string source)
    {
        var (text, ptx) = (At(variant.Name, "cu"), At(variant.Name, "ptx"));
        File.WriteAllText(text, source);
        string[] target = variant.Kernel.UsesMatrixUnits
            ? ["--cuda-gpu-arch=sm_80", "--cuda-feature=+ptx70"]
            : ["--cuda-gpu-arch=sm_60"];
        var (failed, messages) = Run(
            Program,
            [
                "-x", "cuda", "--cuda-device-only", .. target, "-ffp-contract=off", "-nocudainc", "-nocudalib", "-O3",
                "-Wno-unknown-cuda-version", "-S", "-o", ptx, text,
            ]);
        return failed ? (null, messages) : (WordsOf(File.ReadLines(ptx)), "");
    }

    private static uint[] WordsOf(IEnumerable<string> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            var end = line.IndexOf("//", StringComparison.Ordinal);
            var kept = (end < 0 ? line : line[..end]).Trim();
            if (kept.Length > 0)
                text.Append(kept).Append('\n');
        }

        while (text.Length % sizeof(uint) != 0)
            text.Append('\n');
        return MemoryMarshal.Cast<byte, uint>(Encoding.ASCII.GetBytes(text.ToString())).ToArray();
    }
}
