namespace KernelEngine.Conformance;

/// <summary>Family.</summary>
internal static class IndexingBindings
{
    public static readonly BindingTable Table = new()
    {
    };
}
