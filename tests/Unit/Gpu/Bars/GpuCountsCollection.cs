namespace KernelEngine.Tests.Gpu;

/// <summary>Tests that count what a device does, or draw from default generators: nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class GpuCountsCollection
{
    /// <summary>The collection's name.</summary>
    public const string Name = "counts of GPU devices";
}
