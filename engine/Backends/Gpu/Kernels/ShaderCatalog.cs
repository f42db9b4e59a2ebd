namespace KernelEngine.Gpu;

/// <summary>All kernels of the library, by family: what is compiled ahead of time and tested.</summary>
internal static class ShaderCatalog
{
    /// <summary>Every kernel: those that the files of <see cref="GpuKernels"/> list. Nothing is found by reflection.
    /// </summary>
    public static IReadOnlyList<ShaderKernel> All { get; } = Check([.. GpuKernels.Shaders]);

    /// <summary>Where compiled kernels are found; the Vulkan backend brings them.</summary>
    public static Func<ShaderVariant, ReadOnlyMemory<uint>?>? Compiled { get; set; }

    /// <summary>The SPIR-V words of a variant.</summary>
    /// <exception cref="TensorRuntimeException">None were compiled.</exception>
    public static ReadOnlyMemory<uint> FindWords(ShaderVariant variant) =>
        Compiled?.Invoke(variant) ?? throw new TensorRuntimeException(
            $"kernel '{variant.Name}' has no compiled SPIR-V", "scripts/build-shaders.sh compiles the library's");

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
