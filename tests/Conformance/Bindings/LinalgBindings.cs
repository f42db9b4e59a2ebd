namespace KernelEngine.Conformance;

/// <summary>Family.</summary>
internal static class LinalgBindings
{
    public static readonly BindingTable Table = new()
    {
    };
}
