using KernelEngine.Gpu;

namespace KernelEngine.Tests.Viewing;

/// <summary>The viewer's shaders, as they are compiled in the repository.</summary>
public class ViewerShaderTests
{
    [Fact]
    public void What_was_compiled_is_not_stale()
    {
        var folder = Path.Combine(Repository.Root, "viewer", "Library", "Rendering", "Vulkan", "Shaders");
        var compiled = Path.Combine(folder, "compiled");
        var sources = Directory.GetFiles(folder, "*.comp").ToDictionary(f => Path.GetFileNameWithoutExtension(f)!);
        var stale = sources.Where(s => File.ReadAllText(Path.Combine(compiled, s.Key + ".hash"))
            != ShaderVariant.Hash(File.ReadAllText(s.Value)).ToString("x32")).Select(s => s.Key).ToList();
        Assert.True(stale.Count == 0, $"run scripts/build-shaders.sh: {string.Join(", ", stale)}");
        Assert.Equal(sources.Keys.Order(), Directory.GetFiles(compiled, "*.spv")
            .Select(f => Path.GetFileNameWithoutExtension(f)!).Order());
    }
}
