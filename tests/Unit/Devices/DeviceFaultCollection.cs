namespace KernelEngine.Tests;

/// <summary>
/// Tests that give a GPU wrong data: the exception is thrown by whoever waits next, so that nobody else may meanwhile.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class DeviceFaultCollection
{
    /// <summary>The collection's name.</summary>
    public const string Name = "faults of devices";
}
