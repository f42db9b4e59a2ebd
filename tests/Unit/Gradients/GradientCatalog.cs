namespace KernelEngine.Tests;

/// <summary>The functions whose derivatives are checked, by family. Pointwise operators check themselves.</summary>
public static class GradientCatalog
{
    /// <summary>All cases.</summary>
    public static IReadOnlyDictionary<string, GradientCase> All { get; } = new[]
    {
        StructuralGradients.Cases,
        LinalgGradients.Cases,
        NormGradients.Cases,
        PoolingGradients.Cases,
        SortingGradients.Cases,
        ConvolutionGradients.Cases,
        LossGradients.Cases,
    }.SelectMany(family => family).ToDictionary(c => c.Name);
}
