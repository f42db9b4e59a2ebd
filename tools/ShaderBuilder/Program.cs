using System.CommandLine;
using KernelEngine.Gpu;
using KernelEngine.ShaderBuilder;

var compiledFolder = new Option<DirectoryInfo>("--output")
{
    Description = "where the compiled kernels are written",
    DefaultValueFactory = _ => new DirectoryInfo("shaders/compiled"),
};
var viewer = new Option<DirectoryInfo>("--viewer")
{
    Description = "the shaders of the viewer",
    DefaultValueFactory = _ => new DirectoryInfo("viewer/Library/Rendering/Vulkan/Shaders"),
};
var only = new Option<string?>("--kernel") { Description = "only kernels whose name begins so" };
var all = new Option<bool>("--all") { Description = "also those whose source has not changed" };

var build = new RootCommand("Compiles the kernels of shaders/ to SPIR-V, DXBC and PTX, and the viewer's shaders to SPIR-V.")
{
    compiledFolder, viewer, only, all,
};
build.SetAction(parsed =>
{
    var library = new LibraryBuild(
        parsed.GetRequiredValue(compiledFolder), parsed.GetValue(only) ?? "", parsed.GetValue(all));
    using var glsl = new GlslCompiler();
    using var cuda = new CudaCompiler();
    using var hlsl = new HlslCompiler();
    var shaders = new FolderBuild(parsed.GetRequiredValue(viewer), parsed.GetValue(all));
    return library.Run(glsl) + library.Run(hlsl) + library.Run(cuda) + shaders.Run(glsl) == 0 ? 0 : 1;
});

var language = new Argument<KernelLanguage>("language")
{
    Description = "SpirV (shows GLSL), OpenCl, Hlsl or Ptx (shows CUDA C)",
};
var name = new Argument<string>("name") { Description = "variants whose name begins so" };
var show = new Command("show", "Writes what a variant is rendered to.") { language, name };
show.SetAction(parsed =>
{
    foreach (var variant in LibraryBuild.Variants(parsed.GetRequiredValue(name)))
        Console.WriteLine(variant.Source(parsed.GetValue(language)));
});
build.Add(show);

var target = new Argument<DirectoryInfo>("folder") { Description = "where they are written" };
var texts = new Command("ptx", "Writes the compiled PTX of each variant of the library, for an assembler to check.")
{
    target, compiledFolder,
};
texts.SetAction(parsed =>
{
    var folder = parsed.GetRequiredValue(target);
    folder.Create();
    var compiled = CompiledShaders.In(parsed.GetRequiredValue(compiledFolder).FullName, KernelLanguage.Ptx);
    foreach (var (name, shader) in ShaderCatalog.All.SelectMany(kernel => compiled.Entries(kernel.Name)))
    {
        File.WriteAllText(
            Path.Combine(folder.FullName, $"library-{name}.ptx"), ShaderVariant.TextOf(shader.Words.Span));
    }
});
build.Add(texts);
return build.Parse(args).Invoke();
