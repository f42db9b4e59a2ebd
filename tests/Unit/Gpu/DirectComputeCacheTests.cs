using KernelEngine.DirectCompute;
using KernelEngine.Gpu;

namespace KernelEngine.Tests.Gpu;

/// <summary>Kernels for Direct3D that an earlier run compiled.</summary>
[Collection(CacheFolderCollection.Name)]
public class DirectComputeCacheTests
{
    private const string Source = "[numthreads(1, 1, 1)] void k_main() {}";

    [Fact]
    public void What_is_no_module_is_compiled_again()
    {
        Assert.SkipWhen(ShaderCompiler.WhyNone is not null, ShaderCompiler.WhyNone ?? "");
        using var folder = new CacheFolder();
        var compiled = ShaderCompiler.Compile("nothing", Source, out var isCached);
        Assert.False(isCached);
        Assert.True(DxbcModule.IsWhole(compiled));
        Assert.Equal(compiled, ShaderCompiler.Compile("nothing", Source, out isCached));
        Assert.True(isCached);
        foreach (var wrong in (byte[][])[[], [1, 2, 3], compiled[..^4], [.. compiled, 0, 0, 0, 0]])
        {
            DiskCache.Write(DiskCache.NameOf("dxbc", Source), ShaderCompiler.Owner, wrong);
            Assert.Equal(compiled, ShaderCompiler.Compile("nothing", Source, out isCached));
            Assert.False(isCached);
        }
    }
}
