namespace KernelEngine.Tests.Gpu;

/// <summary>OpenCL programs that an earlier run compiled.</summary>
[Collection(CacheFolderCollection.Name)]
public class OpenClCacheTests
{
    private static string Source(int number) => $$"""
        __kernel __attribute__((reqd_work_group_size(1, 1, 1)))
        void k_main(__global uchar* b0, __global const uint* params, uint first)
        {
            ((__global int*)b0)[0] = {{number}};
        }
        """;

    [Fact]
    public void A_program_is_compiled_once()
    {
        using var folder = new CacheFolder();
        Assert.Equal((7, false), Run(7));
        Assert.Equal((7, true), Run(7));
        Assert.Equal((8, false), Run(8));
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public void A_file_that_was_damaged_is_written_again()
    {
        using var folder = new CacheFolder();
        Run(7);
        var path = Assert.Single(Directory.GetFiles(folder.Path));
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..1000]);
        Assert.Equal((7, false), Run(7));
        Assert.Equal((7, true), Run(7));
    }

    [Fact]
    public void A_program_that_the_driver_does_not_take_is_compiled_again()
    {
        using var folder = new CacheFolder();
        Run(7);
        var name = Path.GetFileName(Assert.Single(Directory.GetFiles(folder.Path)));
        using (var bench = new OpenClBench(shares: true))
            KernelEngine.Gpu.DiskCache.Write(name, bench.Driver.Limits.Identity, "no program at all"u8);
        Assert.Equal((7, false), Run(7));
        Assert.Equal((7, true), Run(7));
    }

    private static (int Written, bool WasCached) Run(int number)
    {
        using var bench = new OpenClBench(shares: true);
        var kernel = bench.Build("constant", Source(number), buffers: 1, threads: 1);
        var memory = bench.Driver.Allocate(4, KernelEngine.Gpu.MemoryKind.Device);
        bench.Launch(kernel, 1, [0], memory);
        bench.Run();
        return (bench.Read<int>(memory, 1)[0], kernel.WasCached);
    }
}
