using KernelEngine.DirectCompute;

// Compiles HLSL with Microsoft's compiler, kept running between kernels: under Wine a start costs more than most of
// them. Requests come on the standard input: the flags, the length of the source, the source. The
// answer is whether it was compiled, a length, and the compiled bytes or what the compiler said.
var compiler = new HlslCompiler("D3DCompiler_47_cor3.dll");
using var input = new BinaryReader(Console.OpenStandardInput());
using var output = new BinaryWriter(Console.OpenStandardOutput());
while (true)
{
    int flags;
    try
    {
        flags = input.ReadInt32();
    }
    catch (EndOfStreamException)
    {
        return;
    }

    var source = input.ReadBytes(input.ReadInt32());
    var (bytes, isCompiled) = compiler.Compile(source, flags);
    output.Write(isCompiled);
    output.Write(bytes.Length);
    output.Write(bytes);
    output.Flush();
}
