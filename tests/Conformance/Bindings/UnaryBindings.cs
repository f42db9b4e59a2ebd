namespace KernelEngine.Conformance;

/// <summary>Family.</summary>
internal static class UnaryBindings
{
    public static readonly BindingTable Table = new()
    {
    };
}
