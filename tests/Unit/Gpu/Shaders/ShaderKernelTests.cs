using KernelEngine.Gpu;

namespace KernelEngine.Tests.Gpu;

/// <summary>Definitions of kernels that come as texts.</summary>
public class ShaderKernelTests
{
    private const string Text = "KERNEL { FOR_EACH(i, n) { STORE(dst, i, C_CONST(SIDE)); } }";

    [Fact]
    public void A_variant_for_each_dtype_and_option()
    {
        var kernel = Define().Variants(DType.Float32, DType.Int64).Option("SIDE", 3, 5).Option("FLAG", 0, 1);
        Assert.Equal(8, kernel.AllVariants.Length);
        Assert.Equal("fill.i64.SIDE5.FLAG1", kernel.Find(DType.Int64, 5, 1).Name);
        Assert.Same(kernel.AllVariants[2], kernel.Find(DType.Float32, 5, 0));
        Assert.False(kernel.Has(DType.Float64));
        Assert.Throws<ArgumentException>(() => kernel.Find(DType.Float64, 3, 0));
        Assert.Throws<ArgumentException>(() => kernel.Find(DType.Float32, 4, 0));
        Assert.Throws<ArgumentException>(() => kernel.Find(DType.Float32, 3));
    }

    [Fact]
    public void Widths_serve_every_dtype_of_the_width()
    {
        var kernel = Define().Constant("SIDE", 1).Widths(1, 4, 8);
        Assert.Same(kernel.Find(DType.Float64), kernel.Find(DType.Int64));
        Assert.Same(kernel.Find(DType.Bool), kernel.Find(DType.UInt8));
        Assert.False(kernel.Has(DType.Float16));
    }

    [Fact]
    public void The_interface_is_fixed_once_it_is_used()
    {
        var kernel = Define().Variants(DType.Float32);
        kernel.Find(DType.Float32);
        Assert.Throws<InvalidOperationException>(() => kernel.Int("more"));
    }

    [Theory]
    [InlineData("input")]
    [InlineData("kernel")]
    [InlineData("half")]
    [InlineData("k_n")]
    public void Words_of_a_language_are_no_names(string name) =>
        Assert.Throws<ArgumentException>(() => ShaderKernel.DefineText("bad", Text).Reads(name));

    [Fact]
    public void No_more_buffers_than_every_language_has()
    {
        var kernel = ShaderKernel.DefineText("wide", Text).Faults();
        for (var i = 0; i < 8; i++)
            kernel.Reads($"buffer{i}");
        Assert.Throws<InvalidOperationException>(() => kernel.Find());
    }

    [Fact]
    public void Finding_a_variant_costs_no_memory()
    {
        var kernel = Define().Variants(DType.Float32, DType.Float64).Option("SIDE", 3, 5);
        kernel.Find(DType.Float64, 5);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            kernel.Find(DType.Float64, 5);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Files_of_compiled_kernels_give_back_what_went_in()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var kernel = Define().Variants(DType.Float32, DType.Float64).Constant("SIDE", 1);
            var packed = CompiledShaders.Pack(
            [
                new("fill.f64", new(UInt128.MaxValue - 5, new uint[] { 1, 2, 3 })),
                new("fill.f32", new(7, Array.Empty<uint>())),
            ]);
            File.WriteAllBytes(Path.Combine(folder.FullName, "fill" + CompiledShaders.ExtensionOf(KernelLanguage.SpirV)), packed);
            var compiled = CompiledShaders.In(folder.FullName, KernelLanguage.SpirV);
            Assert.Equal([1u, 2u, 3u], compiled.Find(kernel.Find(DType.Float64))!.Value.ToArray());
            Assert.Equal(UInt128.MaxValue - 5, compiled.Entry(kernel.Find(DType.Float64))!.Hash);
            Assert.Null(compiled.Find(ShaderKernel.DefineText("other", Text).Find()));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static ShaderKernel Define() => ShaderKernel.DefineText("fill", Text).Writes("dst").Int("n");
}
