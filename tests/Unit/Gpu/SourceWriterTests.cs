using KernelEngine.Gpu;
using KernelEngine.Tests.Cpu;
using KernelEngine.Tests.Recipes;

namespace KernelEngine.Tests.Gpu;

/// <summary>What is written as source text compiles, in every dialect that a compiler is here for.</summary>
public class SourceWriterTests
{
    public static TheoryData<string, ValueKind> Kinds =>
        [.. from d in Dialects.Keys from k in Enum.GetValues<ValueKind>() select (d, k)];

    public static TheoryData<string> Names => [.. Dialects.Keys];

    private static Dictionary<string, (KernelDialect Dialect, Action<string> Compile)> Dialects { get; } = new()
    {
        ["OpenCL"] = (Dialect.OpenCl, SourceCompilers.OpenCl),
        ["CUDA"] = (Dialect.Cuda, source => SourceCompilers.Cuda(source)),
        ["HLSL"] = (Dialect.Hlsl, SourceCompilers.Hlsl),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_primitive_compiles(string dialect, ValueKind kind) =>
        Compile(dialect, KernelPrograms.AllOf(kind));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_conversion_compiles(string dialect, ValueKind kind) =>
        Compile(dialect, KernelPrograms.ConversionsOf(kind));

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_dtype_compiles(string dialect) => Compile(dialect, KernelPrograms.Memory());

    [Theory]
    [MemberData(nameof(Names))]
    public void Programs_by_chance_compile(string dialect)
    {
        for (var seed = 0; seed < 3; seed++)
            Compile(dialect, new RandomPrograms(seed).Next(60));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Blocks_compile(string dialect)
    {
        var (language, compile) = Dialects[dialect];
        compile(ReverseGroups(new SourceWriter(language, "reverse", (64, 1, 1), 2)).Source!);
        compile(ListSum(new SourceWriter(language, "lists", (8, 2, 1), ParameterLayout.BoundSlabs)).Source!);
    }

    [Fact]
    public void Only_functions_that_are_used_are_given()
    {
        var program = Reference.ProgramOf("add", DType.Float32, 2, x => x[0] + x[1]);
        var source = Write(Dialect.OpenCl, program).Source!;
        Assert.DoesNotContain("k_min", source, StringComparison.Ordinal);
        Assert.True(source.Length < 1000, source);
    }

    /// <summary>Reverses the elements of each group by shared memory, and sums them up in a variable.</summary>
    internal static KernelCode ReverseGroups(KernelWriter writer)
    {
        var shared = writer.DeclareShared(ValueKind.Float32, 64);
        var wide = writer.DeclareShared(ValueKind.Int64, 64);
        var local = writer.LocalIndex(0);
        var i = writer.GlobalIndex(0);
        var x = writer.Load(0, DType.Float32, i);
        writer.StoreShared(shared, local, x);
        writer.StoreShared(wide, local, writer.Apply(Primitive.Convert, ValueKind.Int64, [local]));
        writer.Barrier();
        var other = writer.Apply(Primitive.Sub, ValueKind.Int32, [writer.Constant(63, ValueKind.Int32), local]);
        var sum = writer.Declare(writer.LoadShared(shared, other));
        var zero = writer.Constant(0, ValueKind.Int32);
        writer.For(zero, local, writer.Constant(1, ValueKind.Int32), k =>
        {
            var odd = writer.Apply(Primitive.And, ValueKind.Int32, [k, writer.Constant(1, ValueKind.Int32)]);
            writer.If(writer.Apply(Primitive.Eq, ValueKind.Bool, [odd, zero]),
                () => Add(writer.LoadShared(shared, k)),
                () => Add(writer.Apply(Primitive.Convert, ValueKind.Float32, [writer.LoadShared(wide, k)])));
        });
        writer.Store(1, DType.Float32, i, writer.Get(sum));
        return writer.Finish(1);

        void Add(Value value) =>
            writer.Set(sum, writer.Apply(Primitive.Add, ValueKind.Float32, [writer.Get(sum), value]));
    }

    /// <summary>Adds 1 to the first numbers of each tensor of a list: one thread row for each.</summary>
    internal static KernelCode ListSum(KernelWriter writer)
    {
        var own = ParameterLayout.Own(ParameterLayout.BoundSlabs);
        var two = writer.Constant(2, ValueKind.Int32);
        var word = writer.Apply(Primitive.Fma, ValueKind.Int32,
            [writer.GroupIndex(1), two, writer.Constant(own, ValueKind.Int32)]);
        var buffer = writer.BufferAt(word);
        var i = writer.LocalIndex(0);
        foreach (var dtype in (DType[])[DType.Float32, DType.Int8, DType.Float64, DType.Bool])
        {
            var x = writer.Load(buffer, dtype, i);
            var one = writer.Constant(((Scalar)1).ToRegister(x.Kind), x.Kind);
            writer.Store(buffer, dtype, i, writer.Apply(Primitive.Add, x.Kind, [x, one]));
        }

        return writer.Finish(2);
    }

    private static KernelCode Write(KernelDialect dialect, PointwiseProgram program) => KernelPrograms.Write(
        new SourceWriter(dialect, program.Name, (64, 1, 1), program.Inputs.Length + program.Outputs.Length),
        program, program.Key);

    private static void Compile(string dialect, PointwiseProgram program)
    {
        var (language, compile) = Dialects[dialect];
        compile(Write(language, program).Source!);
    }
}
