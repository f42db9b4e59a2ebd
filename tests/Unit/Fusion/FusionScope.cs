namespace KernelEngine.Tests;

/// <summary>Another mode until it is disposed of; for tests that none runs beside.</summary>
internal sealed class FusionScope : IDisposable
{
    private readonly FusionMode before = Fusion.Mode;

    public FusionScope(FusionMode mode) => Fusion.Mode = mode;

    public void Dispose() => Fusion.Mode = before;
}
