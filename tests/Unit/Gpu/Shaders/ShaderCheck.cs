using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using KernelEngine.Gpu;

namespace KernelEngine.Tests.Gpu;

/// <summary>
/// Compiles sources or checks modules, all of the library's variants at once, and remembers in the user's temporary
/// folder which have passed, by their hash: a run of the tests compiles what has changed since the last one.
/// </summary>
/// <param name="name">What is checked, and how: another name forgets what passed.</param>
internal sealed class ShaderCheck(string name)
{
    /// <summary>Where what passed is remembered.</summary>
    public static string Folder { get; } =
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "kernel-shader-checks")).FullName;

    /// <summary>Every variant of the library that is there in a language.</summary>
    public static IEnumerable<ShaderVariant> VariantsIn(KernelLanguage language) =>
        ShaderCatalog.All.Where(k => k.IsIn(language)).SelectMany(k => k.AllVariants.ToArray());

    /// <summary>Checks variants; fails with what was said of those that did not pass.</summary>
    /// <param name="checks">Each with its hash, and what checks it: it returns null or a message.</param>
    public void Run(IEnumerable<(string Variant, UInt128 Hash, Func<string?> Check)> checks)
    {
        var file = Path.Combine(Folder, name);
        var known = File.Exists(file) ? File.ReadLines(file).ToHashSet() : [];
        var failed = new ConcurrentDictionary<string, string>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Min(4, Environment.ProcessorCount) };

        // One at a time: they differ a hundredfold in what they take.
        var left = Partitioner.Create(
            checks.Where(c => !known.Contains(Text(c.Hash))), EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(left, options, check =>
        {
            if (check.Check() is { } message)
            {
                failed[check.Variant] = message;
                return;
            }

            lock (failed)
                File.AppendAllLines(file, [Text(check.Hash)]);
        });

        // What is wrong with one variant of a kernel mostly is with others.
        var kernels = failed.OrderBy(f => f.Key, StringComparer.Ordinal).GroupBy(f => f.Key.Split('.')[0]);
        Assert.True(failed.IsEmpty, string.Join('\n', kernels.Select(kernel =>
            $"{string.Join(", ", kernel.Select(f => f.Key))}: {kernel.First().Value}")));
    }

    /// <summary>Checks every variant's source in a language.</summary>
    public void RunSources(KernelLanguage language, Func<string, string?> check) => Run(VariantsIn(language).Select(variant =>
    {
        var source = variant.Source(language);
        return (variant.Name, ShaderVariant.Hash(source), (Func<string?>)(() => check(source)));
    }));

    /// <summary>Runs a program on a file with some content.</summary>
    /// <returns>What it said, if it failed.</returns>
    public static string? RunProgram(string program, string arguments, string extension, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(Folder, Path.GetRandomFileName() + extension);
        try
        {
            File.WriteAllBytes(path, content);
            using var process = Process.Start(new ProcessStartInfo(program, $"{arguments} \"{path}\"")
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : errors.Result + output;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Text(UInt128 hash) => hash.ToString("x32", CultureInfo.InvariantCulture);
}
