using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using KernelEngine.Gpu;
using KernelEngine.Tests.Recipes;

namespace KernelEngine.Tests.Gpu;

/// <summary>
/// What is written in OpenCL C computes what the definitions say, on the device that is here; HLSL, said in OpenCL C,
/// too.
/// </summary>
public class SourceOnDeviceTests
{
    private static readonly KernelDialect[] Dialects = [Dialect.OpenCl, Dialect.Hlsl];

    public static TheoryData<KernelLanguage, ValueKind> Kinds =>
        [.. from d in Dialects from k in Enum.GetValues<ValueKind>() select (d.Language, k)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_primitive_is_as_defined(KernelLanguage language, ValueKind kind)
    {
        using var bench = new OpenClBench(shares: true);
        Check(bench, language, WrittenCase.Primitives(kind));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_conversion_is_as_defined(KernelLanguage language, ValueKind kind)
    {
        using var bench = new OpenClBench(shares: true);
        Check(bench, language, WrittenCase.Conversions(kind));
    }

    [Theory]
    [InlineData(KernelLanguage.OpenCl)]
    [InlineData(KernelLanguage.Hlsl)]
    public void Every_dtype_is_read_and_written(KernelLanguage language)
    {
        using var bench = new OpenClBench(shares: true);
        Check(bench, language, WrittenCase.Memory());
    }

    [Theory]
    [InlineData(KernelLanguage.OpenCl)]
    [InlineData(KernelLanguage.Hlsl)]
    public void Programs_by_chance_give_what_is_defined(KernelLanguage language)
    {
        using var bench = new OpenClBench(shares: true);
        for (var seed = 0; seed < 12; seed++)
            Check(bench, language, WrittenCase.ByChance(seed));
    }

    [Fact]
    public void Fma_is_rounded_once_where_no_instruction_does_it()
    {
        using var bench = new OpenClBench(shares: true);
        var program = Reference.ProgramOf("fma", DType.Float32, 3, x => Primitive.Fma.Of(x));
        var random = new Random(1);
        var rows = new long[100_000][];
        for (var i = 0; i < rows.Length; i++)
        {
            var (a, b) = (Next(random.Next(-12, 30)), Next(random.Next(-12, 30)));

            // What cancels, what is nearly half of the last digit, and anything.
            var c = (i % 3) switch
            {
                0 => -(a * b),
                1 => MathF.ScaleB(a * b, random.Next(20, 28)),
                _ => Next(random.Next(-60, 60)),
            };
            rows[i] = [.. new[] { a, b, c }.Select(v => (long)BitConverter.SingleToUInt32Bits(v))];
        }

        Check(bench, KernelLanguage.Hlsl, new(program, rows, []), isFused: false);

        // Few digits, so that ties are frequent.
        float Next(int power) => MathF.ScaleB(
            (random.Next(2) == 0 ? random.Next(1 << 24) : random.Next(1 << 12)) * (random.Next(2) - 0.5f), power - 24);
    }

    [Fact]
    public void Groups_share_memory()
    {
        using var bench = new OpenClBench(shares: true);
        var code = SourceWriterTests.ReverseGroups(new SourceWriter(Dialect.OpenCl, "reverse", (64, 1, 1), 2));
        var (from, to) = (
            bench.Driver.Allocate(4 * 256, MemoryKind.Device), bench.Driver.Allocate(4 * 256, MemoryKind.Device));
        var x = Enumerable.Range(0, 256).Select(i => (float)(i * i % 37)).ToArray();
        bench.Write<float>(from, x);
        bench.Launch(bench.Build(code.Name, code.Source!, 2, 64), 4, [256, 0, 4, 1, 0, 0, 0, 0], from, to);
        bench.Run();
        var expected = x.Select((_, i) =>
        {
            var (first, local) = (i / 64 * 64, i % 64);
            var sum = x[first + 63 - local];
            for (var k = 0; k < local; k++)
                sum += k % 2 == 0 ? x[first + k] : k;
            return sum;
        });
        Assert.Equal(expected, bench.Read<float>(to, 256));
    }

    [Theory]
    [InlineData(ValueKind.Float32)]
    [InlineData(ValueKind.Float64)]
    public void Recipes_as_functions_give_the_bits_of_the_CPU(ValueKind kind)
    {
        using var bench = new OpenClBench(shares: true);
        foreach (var recipes in SourceFunctionTests.Recipes.Chunk(14))
        {
            if (kind == ValueKind.Float32)
                CheckRecipes(bench, kind, recipes, Reference.AllBinades(step: 1_299_721));
            else
                CheckRecipes(bench, kind, recipes, Array.ConvertAll(Reference.AllBinades(step: 1_299_721), v =>
                    v * (1 + 1e-9)));
        }
    }

    private static void CheckRecipes<T>(OpenClBench bench, ValueKind kind, Primitive[] recipes, T[] x)
        where T : unmanaged
    {
        var type = Dialect.OpenCl.Type(kind);
        var text = new StringBuilder(SourceFunctions.Render(Dialect.OpenCl, recipes, kind));
        text.Append("__kernel __attribute__((reqd_work_group_size(64, 1, 1)))\nvoid k_main(__global uchar* b0, ")
            .Append("__global uchar* b1, __global uchar* b2, __global const uint* params, uint first)\n{\n")
            .Append(CultureInfo.InvariantCulture, $"    __global {type}* x = (__global {type}*)b0;\n")
            .Append(CultureInfo.InvariantCulture, $"    __global {type}* y = (__global {type}*)b1;\n")
            .Append(CultureInfo.InvariantCulture, $"    __global {type}* z = (__global {type}*)b2;\n")
            .Append("    int n = (int)params[first];\n")
            .Append("    for (int i = (int)get_global_id(0); i < n; i += 256)\n    {\n");
        for (var i = 0; i < recipes.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"        z[{i} * n + i] = ")
                .Append(SourceFunctions.NameOf(recipes[i], kind))
                .Append(recipes[i].Arity == 1 ? "(x[i]);\n" : "(x[i], y[i]);\n");
        }

        text.Append("    }\n}\n");
        var kernel = bench.Build(recipes[0].Name, text.ToString(), 3, 64);
        var second = (T[])x.Clone();
        new Random(1).Shuffle(second);
        var size = Marshal.SizeOf<T>();
        var memory = new[] { x.Length, x.Length, x.Length * recipes.Length }
            .Select(count => bench.Driver.Allocate(count * size, MemoryKind.Device)).ToArray();
        bench.Write<T>(memory[0], x);
        bench.Write<T>(memory[1], second);
        bench.Launch(kernel, 4, [(uint)x.Length], memory);
        bench.Run();
        var found = bench.Read<T>(memory[2], x.Length * recipes.Length);
        for (var r = 0; r < recipes.Length; r++)
        {
            var recipe = recipes[r];
            var program = Reference.ProgramOf(recipe.Name, DType.Of<T>(), recipe.Arity, a => recipe.Of(a));
            var expected = recipe.Arity == 1
                ? Reference.Run<T>(program, x)
                : Reference.Run<T>(program, x, second);
            for (var i = 0; i < x.Length; i++)
            {
                var y = found[(r * x.Length) + i];
                Assert.True(y.Equals(expected[i]), $"{recipe.Name}({x[i]}, {second[i]}) = {y}, not {expected[i]}");
            }
        }
    }

    private static void Check(OpenClBench bench, KernelLanguage language, WrittenCase test, bool isFused = true)
    {
        // The first elements of each buffer belong to nobody, so that offsets are used; words are read whole.
        const int gap = 16;
        var dtypes = test.DTypes;
        var code = test.Write(new SourceWriter(
            (KernelDialect)Dialect.Of(language), test.Program.Name, (64, 1, 1), dtypes.Length));
        var source = language == KernelLanguage.OpenCl
            ? code.Source!
            : HlslAsOpenCl.Translate(code.Source!, dtypes.Length, isFused);
        var kernel = bench.Build(code.Name, source, dtypes.Length, 64);
        var memory = dtypes.Select((_, k) => bench.Driver.Allocate(4 + test.Bytes(k, gap), MemoryKind.Device)).ToArray();
        for (var k = 0; k < test.Program.Inputs.Length; k++)
            bench.Write<byte>(memory[k], test.Input(k, gap));
        bench.Launch(kernel, 4, test.Words(groups: 4, dtypes.Select(_ => (long)gap)), memory);
        bench.Run();
        test.Check([.. memory.Select((m, k) => bench.Read<byte>(m, test.Bytes(k, gap)))], gap);
    }
}
