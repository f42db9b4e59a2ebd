using System.Runtime.InteropServices;
using System.Text;
using KernelEngine.Gpu;

namespace KernelEngine.Tests.Gpu;

/// <summary>
/// Every kernel of the library, in every language: it compiles, or what was compiled ahead of time is not stale.
/// </summary>
public class ShaderSourceTests
{
    private static string CompiledFolder => Path.Combine(Repository.Root, "shaders", "compiled");

    [Fact]
    public void What_was_compiled_is_not_stale()
    {
        var names = new HashSet<string>();
        foreach (var language in CompiledShaders.Languages)
        {
            var compiled = CompiledShaders.In(CompiledFolder, language);
            var stale = ShaderCheck.VariantsIn(language).Where(variant => compiled.Entry(variant) is not { } entry ||
                entry.Hash != ShaderVariant.Hash(variant.Source(language))).Select(v => v.Name).ToList();
            Assert.True(stale.Count == 0, $"run scripts/build-shaders.sh: {language}: {string.Join(", ", stale)}");
            names.UnionWith(ShaderCatalog.All.Where(k => k.IsIn(language)).Select(k =>
                k.Name + CompiledShaders.ExtensionOf(language)));
        }

        Assert.Empty(Directory.GetFiles(CompiledFolder).Select(f => Path.GetFileName(f)).Except(names));
    }

    [Fact]
    public void Compiled_modules_are_valid()
    {
        var program = SourceCompilers.Find("spirv-val");
        Assert.SkipWhen(program is null, "spirv-val is not installed");
        var compiled = CompiledShaders.In(CompiledFolder, KernelLanguage.SpirV);
        new ShaderCheck("spirv-val").Run(ShaderCatalog.All.SelectMany(k => compiled.Entries(k.Name)).Select(entry =>
        {
            var bytes = MemoryMarshal.AsBytes(entry.Value.Words.Span).ToArray();
            return (entry.Key, ShaderVariant.Hash(Convert.ToHexString(bytes)), (Func<string?>)(() =>
                ShaderCheck.RunProgram(program, "--target-env vulkan1.2", ".spv", bytes)));
        }));
    }

    [Fact]
    public void Sources_compile_as_OpenCL_C()
    {
        var program = SourceCompilers.Clang;
        Assert.SkipWhen(program is null, "clang is not installed");
        new ShaderCheck("opencl-clang").RunSources(KernelLanguage.OpenCl, source => ShaderCheck.RunProgram(
            program, SourceCompilers.OpenClOptions, ".cl", Encoding.UTF8.GetBytes(source)));
    }
}
