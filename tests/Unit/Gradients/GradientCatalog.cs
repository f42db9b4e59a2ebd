namespace KernelEngine.Tests;

/// <summary>The functions whose derivatives are checked, by family. Pointwise operators check themselves.</summary>
public static class GradientCatalog
{
    /// <summary>All cases.</summary>
    public static IReadOnlyDictionary<string, GradientCase> All { get; } = new[]
    {
        ActivationGradients.Cases,
        IndexGradients.Cases,
        LinearGradients.Cases,
        ReductionGradients.Cases,
        ShapeGradients.Cases,
    }.SelectMany(family => family).ToDictionary(c => c.Name);
}
