using System.Runtime.InteropServices;
using System.Text;

// Compiles HLSL with Microsoft's compiler, kept running between kernels: under Wine a start costs more than most of
// them. Requests come on the standard input: the length of the entry point's name, the name, the length of the source,
// the source. The answer is a length, below 0 where it failed, and the compiled bytes or what the compiler said.
using var input = new BinaryReader(Console.OpenStandardInput());
using var output = new BinaryWriter(Console.OpenStandardOutput());
while (true)
{
    int length;
    try
    {
        length = input.ReadInt32();
    }
    catch (EndOfStreamException)
    {
        return;
    }

    var entry = Encoding.ASCII.GetString(input.ReadBytes(length));
    var source = input.ReadBytes(input.ReadInt32());
    var (code, isCompiled) = Direct3D.Compile(source, entry);
    output.Write(isCompiled ? code.Length : -code.Length - 1);
    output.Write(code);
    output.Flush();
}

/// <summary>The compiler.</summary>
internal static unsafe partial class Direct3D
{
    private const uint IeeeStrictness = 1 << 13;
    private const uint OptimizationLevel1 = 0;
    private const uint WarningsAreErrors = 1 << 18;

    [LibraryImport("D3DCompiler_47_cor3.dll", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int D3DCompile(
        byte* source, nuint length, string? name, nint defines, nint include, string entry, string target, uint flags1,
        uint flags2, out nint code, out nint messages);

    /// <summary>Compiles a compute shader for cs_5_0.</summary>
    public static (byte[] Bytes, bool IsCompiled) Compile(byte[] source, string entry)
    {
        fixed (byte* text = source)
        {
            var result = D3DCompile(
                text, (nuint)source.Length, "kernel", 0, 0, entry, "cs_5_0",
                IeeeStrictness | OptimizationLevel1 | WarningsAreErrors, 0, out var code, out var messages);
            var (compiled, said) = (Take(code), Take(messages));
            return result >= 0 ? (compiled, true) : (said, false);
        }
    }

    // The contents of an ID3DBlob, which is let go.
    private static byte[] Take(nint blob)
    {
        if (blob == 0)
            return [];
        var methods = *(nint**)blob;
        var data = ((delegate* unmanaged[Stdcall]<nint, byte*>)methods[3])(blob);
        var size = ((delegate* unmanaged[Stdcall]<nint, nuint>)methods[4])(blob);
        var bytes = new ReadOnlySpan<byte>(data, (int)size).ToArray();
        ((delegate* unmanaged[Stdcall]<nint, uint>)methods[2])(blob);
        return bytes;
    }
}
