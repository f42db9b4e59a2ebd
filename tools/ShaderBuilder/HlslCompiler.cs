using System.Runtime.InteropServices;
using System.Text;
using KernelEngine.Gpu;
using Dxbc = KernelEngine.DirectCompute.ShaderCompiler;

namespace KernelEngine.ShaderBuilder;

/// <summary>Compiles HLSL to DXBC as the DirectCompute backend does at run time: under Wine on Linux.</summary>
internal sealed class HlslCompiler() : ShaderCompiler(KernelLanguage.Hlsl)
{
    /// <inheritdoc/>
    public override (uint[]? Words, string Messages) Compile(ShaderVariant variant, string source)
    {
        if (Dxbc.WhyNone is { } reason)
            return (null, reason);
        var (bytes, isCompiled) = Dxbc.Compile(source, DirectCompute.HlslCompiler.Strict);
        return isCompiled
            ? (MemoryMarshal.Cast<byte, uint>(bytes).ToArray(), "")
            : (null, Encoding.UTF8.GetString(bytes));
    }
}
