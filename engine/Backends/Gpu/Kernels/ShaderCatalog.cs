using System.Collections.Concurrent;

namespace KernelEngine.Gpu;

/// <summary>All kernels of the library, by family: what is compiled ahead of time and tested.</summary>
internal static class ShaderCatalog
{
    /// <summary>Every kernel: those that the files of <see cref="GpuKernels"/> list. Nothing is found by reflection.
    /// </summary>
    public static IReadOnlyList<ShaderKernel> All { get; } = Check([.. GpuKernels.Shaders]);

    /// <summary>Where compiled kernels are found: the backends that take them bring them.</summary>
    public static ConcurrentDictionary<KernelLanguage, CompiledShaders> Compiled { get; } = new();

    /// <summary>What a variant was compiled to.</summary>
    /// <exception cref="TensorRuntimeException">It was not compiled.</exception>
    public static ReadOnlyMemory<uint> FindWords(ShaderVariant variant, KernelLanguage language) =>
        (Compiled.TryGetValue(language, out var shaders) ? shaders.Find(variant) : null)
        ?? throw new TensorRuntimeException(
            $"kernel '{variant.Name}' is not compiled to {language}", "scripts/build-shaders.sh compiles the library's");

    private static ShaderKernel[] Check(ShaderKernel[] kernels)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var kernel in kernels)
        {
            if (!names.Add(kernel.Name))
                throw new InvalidOperationException($"two kernels are called '{kernel.Name}'");
        }

        return kernels;
    }
}
