using System.Runtime.InteropServices;

namespace KernelEngine.DirectCompute;

/// <summary>
/// Microsoft's compiler of HLSL, in this process: part of Windows as d3dcompiler_47.dll, and of the runtime of .NET's
/// desktop programs as D3DCompiler_47_cor3.dll. tools/HlslCompiler has this file too, and runs it under Wine.
/// </summary>
/// <param name="library">The name of its library.</param>
internal sealed unsafe class HlslCompiler(string library)
{
    /// <summary>Arithmetic as it is written: else the compiler takes it that no number is NaN.</summary>
    public const int Exact = 1 << 13;

    /// <summary>As the library is compiled: warnings are errors.</summary>
    public const int Strict = Exact | (1 << 18);

    /// <summary>Without optimization, which takes three times as long as the rest.</summary>
    public const int Quick = Exact | (1 << 2);

    private readonly nint compile =
        NativeLibrary.TryLoad(library, out var loaded) ? NativeLibrary.GetExport(loaded, "D3DCompile") : 0;

    /// <summary>Whether the library is there.</summary>
    public bool IsThere => compile != 0;

    /// <summary>Compiles a compute shader for cs_5_0.</summary>
    /// <param name="source">The text in UTF-8.</param>
    /// <param name="flags">How.</param>
    /// <returns>What Direct3D is given, or what the compiler says is wrong.</returns>
    public (byte[] Bytes, bool IsCompiled) Compile(ReadOnlySpan<byte> source, int flags)
    {
        nint code = 0, messages = 0;
        fixed (byte* text = source, name = "kernel\0"u8, entry = "k_main\0"u8, target = "cs_5_0\0"u8)
        {
            var answer = ((delegate* unmanaged<
                byte*, nuint, byte*, nint, nint, byte*, byte*, uint, uint, nint*, nint*, int>)compile)(
                text, (nuint)source.Length, name, 0, 0, entry, target, (uint)flags, 0, &code, &messages);
            var (compiled, said) = (new ComObject(code).TakeBytes(), new ComObject(messages).TakeBytes());
            return answer >= 0 ? (compiled, true) : (said, false);
        }
    }
}
