using System.Diagnostics;
using System.Runtime.InteropServices;
using KernelEngine.Gpu;
using KernelEngine.Tests.Cpu;

namespace KernelEngine.Tests.Gpu;

public class SpirvWriterTests
{
    private static readonly GpuFloats[] Devices = [GpuFloats.None, (GpuFloats)~0, GpuFloats.FusedMultiplyAdd];

    public static TheoryData<ValueKind> Kinds => [.. Enum.GetValues<ValueKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_primitive_is_valid(ValueKind kind) => Validate(
        from floats in Devices select Of(KernelPrograms.AllOf(kind), floats));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_conversion_is_valid(ValueKind kind) =>
        Validate([Of(KernelPrograms.ConversionsOf(kind), GpuFloats.None)]);

    [Fact]
    public void Every_dtype_is_read_and_written() => Validate([Of(KernelPrograms.Memory(), GpuFloats.None)]);

    [Fact]
    public void Programs_made_by_chance_are_valid() => Validate(
        Enumerable.Range(0, 20).Select(i => Of(new RandomPrograms(i).Next(1 + (2 * i)), GpuFloats.None)));

    [Fact]
    public void Blocks_lie_within_blocks()
    {
        var sums = Writer("row sums", 2, GpuFloats.None);
        WriteRowSums(sums);
        Validate([
            sums.Finish(0), SourceWriterTests.ReverseGroups(Writer("reverse", 2, GpuFloats.None)),
            SourceWriterTests.ListSum(Writer("lists", ParameterLayout.BoundSlabs, GpuFloats.None))]);
    }

    [Fact]
    public void The_same_kernel_is_the_same_words()
    {
        var program = new RandomPrograms(3).Next(20);
        var (first, second) = (Of(program, GpuFloats.None), Of(program, GpuFloats.None));
        Assert.Equal(first.Words.ToArray(), second.Words.ToArray());
        Assert.Equal((64, 1, 1), first.Threads);
    }

    // Sums of the rows of a list of float32 matrices, a group for each row: of 64 threads, which share what they have.
    private static void WriteRowSums(KernelWriter writer)
    {
        var own = ParameterLayout.Own(2);
        var (n, first) = (writer.Parameter(own), writer.Parameter(own + 1));
        var zero = writer.Constant(0, ValueKind.Int32);
        var row = writer.Apply(Primitive.Mul, ValueKind.Int32, [writer.GroupIndex(0), n]);
        var shared = writer.DeclareShared(ValueKind.Float32, 64);
        var sum = writer.Declare(writer.Constant(0, ValueKind.Float32));
        var lane = writer.LocalIndex(0);
        var member = writer.BufferAt(first);
        writer.For(lane, n, writer.Constant(64, ValueKind.Int32), i =>
        {
            var place = writer.Apply(Primitive.Add, ValueKind.Int32, [row, i]);
            var x = writer.Load(member, DType.Float32, place);
            var isNegative = writer.Apply(
                Primitive.Lt, ValueKind.Bool, [x, writer.Constant(0, ValueKind.Float32)]);
            writer.If(isNegative,
                () => writer.Set(sum, writer.Apply(Primitive.Sub, ValueKind.Float32, [writer.Get(sum), x])),
                () => writer.Set(sum, writer.Apply(Primitive.Add, ValueKind.Float32, [writer.Get(sum), x])));
        });
        writer.StoreShared(shared, lane, writer.Get(sum));
        writer.Barrier();
        writer.If(writer.Apply(Primitive.Eq, ValueKind.Bool, [lane, zero]), () =>
        {
            var total = writer.Declare(writer.Constant(0, ValueKind.Float32));
            writer.For(zero, writer.Constant(64, ValueKind.Int32), writer.Constant(1, ValueKind.Int32), i =>
                writer.Set(total, writer.Apply(
                    Primitive.Add, ValueKind.Float32, [writer.Get(total), writer.LoadShared(shared, i)])));
            writer.Store(1, DType.Float32, writer.GroupIndex(0), writer.Get(total));
        });
    }

    private static KernelCode Of(PointwiseProgram program, GpuFloats floats) => KernelPrograms.Write(
        Writer(program.Name, program.Inputs.Length + program.Outputs.Length, floats, program.LooksUp), program,
        program.Key);

    private static SpirvWriter Writer(string name, int buffers, GpuFloats floats, bool looksUp = false) => new(
        name, buffers, (64, 1, 1), new()
        {
            MaxGroupThreads = 1024,
            MaxGroups = 65535,
            SharedBytes = 32768,
            SubgroupSize = 8,
            HasFloat64 = true,
            IsProcessor = true,
            TakesAddresses = true,
            ParameterAlignment = 16,
            MaxMemoryBytes = 1 << 30,
            TotalMemoryBytes = 1 << 30,
            Identity = "none",
            Floats = floats,
        }, looksUp);

    private static void Validate(IEnumerable<KernelCode> kernels)
    {
        var directory = Directory.CreateTempSubdirectory("spirv");
        try
        {
            foreach (var kernel in kernels)
            {
                var file = Path.Combine(directory.FullName, "kernel.spv");
                File.WriteAllBytes(file, MemoryMarshal.AsBytes(kernel.Words.Span).ToArray());
                var start = new ProcessStartInfo("spirv-val", ["--target-env", "vulkan1.2", file])
                {
                    RedirectStandardError = true,
                    RedirectStandardOutput = true,
                };
                Process process;
                try
                {
                    process = Process.Start(start)!;
                }
                catch (System.ComponentModel.Win32Exception)
                {
                    Assert.Skip("spirv-val is not installed");
                    return;
                }

                using (process)
                {
                    var said = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
                    process.WaitForExit();
                    Assert.True(process.ExitCode == 0, $"{kernel.Name}: {said}");
                }
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
