using System.Collections.Concurrent;
using KernelEngine.Gpu;

namespace KernelEngine.ShaderBuilder;

/// <summary>Compiles those variants whose source changed, and writes a file for each kernel.</summary>
internal sealed class SpirVBuild(DirectoryInfo output, string prefix, bool compilesAll)
{
    /// <summary>The variants of the library whose name begins so.</summary>
    public static IEnumerable<ShaderVariant> Variants(string prefix) => ShaderCatalog.All
        .SelectMany(kernel => kernel.AllVariants.ToArray())
        .Where(variant => variant.Name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Builds; returns the exit code.</summary>
    public int Run()
    {
        output.Create();
        var known = CompiledShaders.In(output.FullName);
        var folder = Directory.CreateTempSubdirectory("shaders-");
        var compiler = new GlslCompiler(folder.FullName);
        var made = new ConcurrentDictionary<string, CompiledShader>();
        var failures = new ConcurrentDictionary<string, string>();
        var kernels = ShaderCatalog.All.Where(k => k.Name.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        var compiled = 0;
        try
        {
            Parallel.ForEach(kernels.SelectMany(k => k.AllVariants.ToArray()), variant =>
            {
                var source = variant.Source(KernelLanguage.SpirV);
                var hash = ShaderVariant.Hash(source);
                if (!compilesAll && known.Entry(variant) is { } entry && entry.Hash == hash)
                {
                    made[variant.Name] = entry;
                    return;
                }

                Interlocked.Increment(ref compiled);
                var (words, messages) = compiler.Compile(variant.Name, source);
                if (words is null)
                    failures[variant.Name] = messages;
                else
                    made[variant.Name] = new(hash, words);
            });
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        foreach (var kernel in kernels)
            Write(kernel, known, made);
        if (prefix.Length == 0)
            Sweep(kernels);
        foreach (var (variant, messages) in failures.OrderBy(f => f.Key, StringComparer.Ordinal))
            Console.Error.WriteLine($"{variant}\n{messages}");
        var bytes = output.GetFiles("*" + CompiledShaders.Extension).Sum(f => f.Length);
        Console.WriteLine(
            $"{made.Count} variants of {kernels.Count} kernels, {compiled} compiled, {failures.Count} failed; " +
            $"{bytes / 1024} KiB in all");
        return failures.IsEmpty ? 0 : 1;
    }

    private void Write(
        ShaderKernel kernel, CompiledShaders known, ConcurrentDictionary<string, CompiledShader> made)
    {
        var variants = kernel.AllVariants.ToArray().Where(v => made.ContainsKey(v.Name))
            .ToDictionary(v => v.Name, v => made[v.Name]);
        var old = known.Entries(kernel.Name);
        if (old.Count == variants.Count && variants.All(v => old.TryGetValue(v.Key, out var was) &&
            was.Hash == v.Value.Hash && was.Words.Span.SequenceEqual(v.Value.Words.Span)))
        {
            return;
        }

        var path = Path.Combine(output.FullName, kernel.Name + CompiledShaders.Extension);
        File.WriteAllBytes(path, CompiledShaders.Pack(variants));
    }

    // Files of kernels that are no more.
    private void Sweep(List<ShaderKernel> kernels)
    {
        var names = kernels.Select(k => k.Name + CompiledShaders.Extension).ToHashSet();
        foreach (var file in output.GetFiles("*" + CompiledShaders.Extension).Where(f => !names.Contains(f.Name)))
            file.Delete();
    }
}
