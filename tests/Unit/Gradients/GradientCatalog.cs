namespace KernelEngine.Tests;

/// <summary>The functions whose derivatives are checked, by family. Pointwise operators check themselves.</summary>
public static class GradientCatalog
{
    /// <summary>All cases.</summary>
    public static IReadOnlyDictionary<string, GradientCase> All { get; } = new[]
    {
        ActivationGradients.Cases,
        ConvolutionGradients.Cases,
        IndexGradients.Cases,
        LinalgGradients.Cases,
        LinearGradients.Cases,
        LossGradients.Cases,
        NormGradients.Cases,
        PoolingGradients.Cases,
        ReductionGradients.Cases,
        ShapeGradients.Cases,
        SortingGradients.Cases,
    }.SelectMany(family => family).ToDictionary(c => c.Name);
}
