using System.Runtime.InteropServices;
using KernelEngine.Gpu;
using KernelEngine.SoftwareCuda;

namespace KernelEngine.Tests.Gpu;

/// <summary>What is written as PTX is PTX, and gives the bits of the definitions: an interpreter reads and runs it.
/// </summary>
public class PtxExecutionTests
{
    private const int Groups = 4;

    public static TheoryData<ValueKind> Kinds => [.. Enum.GetValues<ValueKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Primitives(ValueKind kind) => Check(WrittenCase.Primitives(kind));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Conversions(ValueKind kind) => Check(WrittenCase.Conversions(kind));

    [Fact]
    public void Every_number_of_every_narrow_dtype() => Check(WrittenCase.Memory());

    [Fact]
    public void Programs_by_chance_give_what_is_defined()
    {
        for (var seed = 0; seed < 40; seed++)
            Check(WrittenCase.ByChance(seed));
    }

    [Fact]
    public void Blocks_variables_and_shared_memory()
    {
        var code = SourceWriterTests.ReverseGroups(new PtxWriter("reverse", 2, (64, 1, 1)));
        var x = Enumerable.Range(0, 256).Select(i => (float)(i * i % 37)).ToArray();
        byte[][] memory = [MemoryMarshal.AsBytes(x.AsSpan()).ToArray(), new byte[4 * 256]];
        Run(code, memory, addresses => [256, 0, 4, 1, .. addresses.SelectMany(a => new[] { (uint)a, (uint)(a >> 32) })]);
        var expected = x.Select((_, i) =>
        {
            var (first, local) = (i / 64 * 64, i % 64);
            var sum = x[first + 63 - local];
            for (var k = 0; k < local; k++)
                sum += k % 2 == 0 ? x[first + k] : k;
            return sum;
        });
        Assert.Equal(expected, MemoryMarshal.Cast<byte, float>(memory[1]).ToArray());
    }

    [Theory]
    [InlineData("add.s32 %r0, %r0, 1", "%r0 cannot be written")]
    [InlineData(".reg .f32 %f<1>; add.s32 %f0, 1, 1", "is PtxType")]
    [InlineData(".reg .b32 %r<1>; add.u99 %r0, 1, 1", "not known")]
    [InlineData(".reg .b32 %r<1>; mov.u32 %r0, 0f3F800000", "is no PtxType")]
    [InlineData(".reg .b64 %rd<1>; mov.u64 %rd0, %more", "%more is not declared")]
    [InlineData("bra nowhere", "there is no nowhere")]
    public void What_is_no_PTX_is_refused(string statement, string message)
    {
        var head = ".version 5.0\n.target sm_60\n.address_size 64\n.visible .entry k(.param .u64 w)\n";
        var exception = Assert.Throws<PtxException>(() => new PtxModule($"{head}{{\n{statement};\nret;\n}}"));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_library_is_PTX_that_is_known()
    {
        var compiled = CompiledShaders.In(Path.Combine(Repository.Root, "shaders", "compiled"), KernelLanguage.Ptx);
        Parallel.ForEach(ShaderCheck.VariantsIn(KernelLanguage.Ptx), variant =>
        {
            var module = new PtxModule(ShaderVariant.TextOf(compiled.Entry(variant)!.Words.Span));
            Assert.Single(module.Kernels["k_main"].Parameters);
            Assert.Equal(variant.Kernel.UsesMatrixUnits ? "sm_80" : "sm_60", module.Target);
            module.Unload();
        });
    }

    private static void Check(WrittenCase test)
    {
        const int gap = 16;
        var code = test.Write(new PtxWriter(test.Program.Name, test.DTypes.Length, (64, 1, 1)));
        var memory = test.DTypes.Select((_, k) =>
            k < test.Program.Inputs.Length ? test.Input(k, gap) : new byte[test.Bytes(k, gap)]).ToArray();
        Run(code, memory, addresses => test.Words(Groups, addresses.Select(a => a + gap)));
        test.Check(memory, gap);
    }

    // Each buffer with nothing beside it.
    private static unsafe void Run(KernelCode code, byte[][] memory, Func<long[], uint[]> words)
    {
        var module = new PtxModule(code.Source!);
        var addresses = Array.ConvertAll(memory, m => (long)PtxMemory.Allocate((ulong)m.Length));
        for (var k = 0; k < memory.Length; k++)
            memory[k].CopyTo(new Span<byte>((void*)addresses[k], memory[k].Length));
        var parameters = words(addresses);
        var first = PtxMemory.Allocate((ulong)parameters.Length * sizeof(uint));
        parameters.CopyTo(new Span<uint>((void*)first, parameters.Length));
        var block = PtxMemory.Allocate(sizeof(ulong));
        *(ulong*)block = first;
        PtxMachine.Run(module.Kernels["k_main"], (Groups, 1, 1), code.Threads, block);
        for (var k = 0; k < memory.Length; k++)
            new Span<byte>((void*)addresses[k], memory[k].Length).CopyTo(memory[k]);
        foreach (var address in addresses.Append((long)first).Append((long)block))
            PtxMemory.Free((ulong)address);
        module.Unload();
    }
}
