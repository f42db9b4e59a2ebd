namespace KernelEngine.Conformance;

/// <summary>Family.</summary>
internal static class NnBindings
{
    public static readonly BindingTable Table = new()
    {
    };
}
