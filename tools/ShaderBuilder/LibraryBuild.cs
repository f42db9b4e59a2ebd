using System.Collections.Concurrent;
using KernelEngine.Gpu;

namespace KernelEngine.ShaderBuilder;

/// <summary>Compiles those variants whose source changed, and writes a file for each kernel.</summary>
internal sealed class LibraryBuild(DirectoryInfo output, string prefix, bool compilesAll)
{
    /// <summary>The variants of the library whose name begins so.</summary>
    public static IEnumerable<ShaderVariant> Variants(string prefix) => ShaderCatalog.All
        .SelectMany(kernel => kernel.AllVariants.ToArray())
        .Where(variant => variant.Name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Builds for a language; returns how many variants failed.</summary>
    public int Run(ShaderCompiler compiler)
    {
        output.Create();
        var known = CompiledShaders.In(output.FullName, compiler.Language);
        var extension = CompiledShaders.ExtensionOf(compiler.Language);
        var made = new ConcurrentDictionary<string, CompiledShader>();
        var failures = new ConcurrentDictionary<string, string>();
        var kernels = ShaderCatalog.All.Where(k =>
            k.IsIn(compiler.Language) && k.Name.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        var compiled = 0;
        Parallel.ForEach(kernels.SelectMany(k => k.AllVariants.ToArray()), variant =>
        {
            var source = variant.Source(compiler.Language);
            var hash = ShaderVariant.Hash(source);
            if (!compilesAll && known.Entry(variant) is { } entry && entry.Hash == hash)
            {
                made[variant.Name] = entry;
                return;
            }

            Interlocked.Increment(ref compiled);
            var (words, messages) = compiler.Compile(variant, source);
            if (words is null)
                failures[variant.Name] = messages;
            else
                made[variant.Name] = new(hash, words);
        });

        foreach (var kernel in kernels)
            Write(kernel, extension, known, made);
        if (prefix.Length == 0)
            Sweep(kernels, extension);
        foreach (var (variant, messages) in failures.OrderBy(f => f.Key, StringComparer.Ordinal))
            Console.Error.WriteLine($"{variant}\n{messages}");
        var bytes = output.GetFiles("*" + extension).Sum(f => f.Length);
        Console.WriteLine(
            $"{compiler.Language}: {made.Count} variants of {kernels.Count} kernels, {compiled} compiled, {failures.Count} failed; " +
            $"{bytes / 1024} KiB in all");
        return failures.Count;
    }

    private void Write(
        ShaderKernel kernel, string extension, CompiledShaders known,
        ConcurrentDictionary<string, CompiledShader> made)
    {
        var variants = kernel.AllVariants.ToArray().Where(v => made.ContainsKey(v.Name))
            .ToDictionary(v => v.Name, v => made[v.Name]);
        var old = known.Entries(kernel.Name);
        if (old.Count == variants.Count && variants.All(v => old.TryGetValue(v.Key, out var was) &&
            was.Hash == v.Value.Hash && was.Words.Span.SequenceEqual(v.Value.Words.Span)))
        {
            return;
        }

        var path = Path.Combine(output.FullName, kernel.Name + extension);
        File.WriteAllBytes(path, CompiledShaders.Pack(variants));
    }

    // Files of kernels that are no more.
    private void Sweep(List<ShaderKernel> kernels, string extension)
    {
        var names = kernels.Select(k => k.Name + extension).ToHashSet();
        foreach (var file in output.GetFiles("*" + extension).Where(f => !names.Contains(f.Name)))
            file.Delete();
    }
}
