using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using KernelEngine.Gpu;
using KernelEngine.Tests.Cpu;
using KernelEngine.Tests.Recipes;

namespace KernelEngine.Tests.Gpu;

/// <summary>
/// What is written in OpenCL C computes what the definitions say, on the device that is here; HLSL, said in OpenCL C,
/// too.
/// </summary>
public class SourceOnDeviceTests
{
    private static readonly double[] Reals =
    [
        0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3, 7, -7, 1e-3, 0.1, -0.3, 1e9, -3e9, 2147483647, 2147483648,
        -2147483648, -2147483649, 4e18, 9.3e18, -1e19, 1e30, 3.4e38, 1e-40, -1e-45, 1e-38, 65504, 65520, 1e-7, 6e-8,
        5.9604644775390625e-8, 1e300, 1e-310, double.NaN, double.PositiveInfinity, double.NegativeInfinity,
    ];

    private static readonly long[] Whole =
    [
        0, 1, -1, 2, -2, 3, 5, 7, -7, 31, 32, 33, 63, 64, 65, -31, 100, 255, 256, -129, 40000, 65535, 1 << 24,
        (1 << 24) + 1, int.MaxValue, int.MinValue, int.MinValue + 1, (1L << 32) + 5, (1L << 40) + 1, (1L << 53) + 1,
        long.MaxValue, long.MinValue, long.MinValue + 1, -(1L << 33), 0x7FFFFF4000000001, 0x7FFFFFBFFFFFFFFF,
    ];

    private static readonly KernelDialect[] Dialects = [Dialect.OpenCl, Dialect.Hlsl];

    public static TheoryData<KernelLanguage, ValueKind> Kinds =>
        [.. from d in Dialects from k in Enum.GetValues<ValueKind>() select (d.Language, k)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_primitive_is_as_defined(KernelLanguage language, ValueKind kind)
    {
        using var bench = new OpenClBench(shares: true);
        var values = Values(kind);
        var pairs = (from a in values from b in values select (a, b)).ToArray();
        Check(bench, language, KernelPrograms.AllOf(kind),
            [.. pairs.Select((p, i) => new[] { p.a, p.b, values[i * 7 % values.Length] })], []);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_conversion_is_as_defined(KernelLanguage language, ValueKind kind)
    {
        using var bench = new OpenClBench(shares: true);
        Check(bench, language, KernelPrograms.ConversionsOf(kind), [.. Values(kind).Select(v => new[] { v })], []);
    }

    [Theory]
    [InlineData(KernelLanguage.OpenCl)]
    [InlineData(KernelLanguage.Hlsl)]
    public void Every_dtype_is_read_and_written(KernelLanguage language)
    {
        using var bench = new OpenClBench(shares: true);
        var program = KernelPrograms.Memory();
        var rows = new long[65536][];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] =
            [
                .. program.Inputs.Select(d =>
                {
                    var values = Values(d.Register);
                    return d.Size < 4 && d != DType.Bool
                        ? NaiveProgram.Load(i, d.Code)
                        : values[i * 31 % values.Length];
                }),
            ];

            // Every float32 that a narrower one could be made of.
            rows[i][program.Inputs.IndexOf(DType.Float32)] = (uint)(i << 16 | (i * 40503 & 0xFFFF));
        }

        Check(bench, language, program, rows,
            [1, -5 & 0xFFFFFFFF, long.MinValue + 3, BitConverter.SingleToUInt32Bits(-0.3f),
            BitConverter.DoubleToInt64Bits(1e300 / 3)]);
    }

    [Theory]
    [InlineData(KernelLanguage.OpenCl)]
    [InlineData(KernelLanguage.Hlsl)]
    public void Programs_by_chance_give_what_is_defined(KernelLanguage language)
    {
        using var bench = new OpenClBench(shares: true);
        for (var seed = 0; seed < 12; seed++)
        {
            var random = new RandomPrograms(seed);
            var program = random.Next(40);
            Check(bench, language, program,
                [.. Enumerable.Range(0, 500).Select(_ => program.Inputs.Select(d =>
                    NaiveProgram.Load(NaiveProgram.Store(random.NextBits(d.Register), d.Code), d.Code)).ToArray())],
                [.. program.Parameters.Select(random.NextBits)]);
        }
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

        Check(bench, KernelLanguage.Hlsl, program, rows, [], isFused: false);

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

    // Registers' bits.
    private static long[] Values(ValueKind kind) => kind switch
    {
        ValueKind.Bool => [0, 1],
        ValueKind.Int32 => [.. Whole.Select(v => (long)(uint)v).Distinct()],
        ValueKind.Int64 => Whole,
        ValueKind.Float32 => [.. Reals.Select(v => (long)BitConverter.SingleToUInt32Bits((float)v)).Distinct()],
        _ => [.. Reals.Select(BitConverter.DoubleToInt64Bits)],
    };

    private static void Check(
        OpenClBench bench, KernelLanguage language, PointwiseProgram program, long[][] rows, long[] parameters,
        bool isFused = true)
    {
        var dtypes = program.Inputs.Concat(program.Outputs).ToArray();
        var code = KernelPrograms.Write(
            new SourceWriter((KernelDialect)Dialect.Of(language), program.Name, (64, 1, 1), dtypes.Length), program,
            program.Key);
        var source = language == KernelLanguage.OpenCl
            ? code.Source!
            : HlslAsOpenCl.Translate(code.Source!, dtypes.Length, isFused);
        var kernel = bench.Build(code.Name, source, dtypes.Length, 64);

        // The first elements of each buffer belong to nobody, so that offsets are used; words are read whole.
        const int gap = 16;
        var memory = dtypes
            .Select(d => bench.Driver.Allocate(gap + 4 + (rows.Length * d.Size), MemoryKind.Device)).ToArray();
        for (var k = 0; k < program.Inputs.Length; k++)
        {
            var bytes = new byte[gap + (rows.Length * dtypes[k].Size)];
            for (var i = 0; i < rows.Length; i++)
            {
                var bits = NaiveProgram.Store(rows[i][k], dtypes[k].Code);
                BitConverter.GetBytes(bits).AsSpan(0, dtypes[k].Size)
                    .CopyTo(bytes.AsSpan(gap + (i * dtypes[k].Size)));
            }

            bench.Write<byte>(memory[k], bytes);
        }

        uint[] words =
        [
            256, 0, 4, 1, .. dtypes.SelectMany(_ => new uint[] { gap, 0 }), (uint)rows.Length,
            .. parameters.SelectMany(p => new[] { (uint)p, (uint)(p >> 32) }),
        ];
        bench.Launch(kernel, 4, words, memory);
        bench.Run();
        var found = memory.Select((m, k) => bench.Read<byte>(m, gap + (rows.Length * dtypes[k].Size))).ToArray();
        for (var i = 0; i < rows.Length; i++)
        {
            var expected = NaiveProgram.Run(program, rows[i], parameters);
            for (var k = 0; k < expected.Length; k++)
            {
                var dtype = program.Outputs[k];
                var bytes = new byte[8];
                found[program.Inputs.Length + k].AsSpan(gap + (i * dtype.Size), dtype.Size).CopyTo(bytes);
                var bits = BitConverter.ToInt64(bytes);
                var wanted = NaiveProgram.Store(expected[k], dtype.Code);
                Assert.True(bits == wanted || (IsNaN(bits, dtype) && IsNaN(wanted, dtype)),
                    $"{program.Name}, output {k} ({program.Code[program.Results[k]]}): " +
                    $"{bits:X}, not {wanted:X}, of {string.Join(", ", rows[i].Select(v => v.ToString("X")))}");
            }
        }
    }

    private static bool IsNaN(long bits, DType dtype) => dtype.Code switch
    {
        DTypeCode.Float16 => Half.IsNaN(BitConverter.UInt16BitsToHalf((ushort)bits)),
        DTypeCode.BFloat16 => float.IsNaN(BFloat16.FromBits((ushort)bits)),
        DTypeCode.Float32 => float.IsNaN(BitConverter.Int32BitsToSingle((int)bits)),
        DTypeCode.Float64 => double.IsNaN(BitConverter.Int64BitsToDouble(bits)),
        _ => false,
    };
}
