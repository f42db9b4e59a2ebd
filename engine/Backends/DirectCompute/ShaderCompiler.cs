using System.Text;
using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>Makes what Direct3D takes of HLSL, and keeps it on disk: it is the same for every device.</summary>
internal static class ShaderCompiler
{
    /// <summary>What was compiled on disk is for this compiler and these options.</summary>
    public const string Owner = "d3dcompiler_47 cs_5_0 ieee";

    private static readonly Lazy<HlslCompiler> OfWindows = new(() => new("d3dcompiler_47.dll"));

    /// <summary>Why there is no compiler on this machine, in one line; null where there is one.</summary>
    public static string? WhyNone => !OperatingSystem.IsWindows() ? CompileServer.WhyNone
        : OfWindows.Value.IsThere ? null
        : "d3dcompiler_47.dll was not found";

    /// <summary>Compiles a kernel, unless that was done on an earlier run.</summary>
    /// <param name="name">The kernel's name, for messages.</param>
    /// <param name="source">HLSL, whose entry point is k_main.</param>
    /// <param name="isCached">Whether it was found on disk.</param>
    /// <exception cref="TensorNotImplementedException">There is no compiler here.</exception>
    /// <exception cref="TensorRuntimeException">The compiler refuses it.</exception>
    public static byte[] Compile(string name, string source, out bool isCached)
    {
        var file = DiskCache.NameOf("dxbc", source);
        isCached = true;
        if (DiskCache.Read(file, Owner) is { } kept && DxbcModule.IsWhole(kept))
            return kept;
        isCached = false;
        if (WhyNone is { } reason)
        {
            throw new TensorNotImplementedException(
                $"the kernel {name} must be compiled, and {reason}", "compute on another device, or on Windows");
        }

        var flags = OperatingSystem.IsWindows() ? HlslCompiler.Exact : HlslCompiler.Quick;
        var (bytes, isCompiled) = Compile(source, flags);
        if (!isCompiled)
        {
            throw new TensorRuntimeException(CompilerComplaint.Of(
                $"the compiler of HLSL refuses the kernel {name}:", Encoding.UTF8.GetString(bytes).Trim('\0', '\n'),
                source));
        }

        DiskCache.Write(file, Owner, bytes);
        return bytes;
    }

    /// <summary>Compiles a source now.</summary>
    /// <inheritdoc cref="HlslCompiler.Compile"/>
    public static (byte[] Bytes, bool IsCompiled) Compile(string source, int flags)
    {
        var bytes = Encoding.UTF8.GetBytes(source);
        return OperatingSystem.IsWindows()
            ? OfWindows.Value.Compile(bytes, flags)
            : CompileServer.UnderWine.Compile(bytes, flags);
    }
}
