namespace KernelEngine.Conformance;

/// <summary>Family.</summary>
internal static class BinaryBindings
{
    public static readonly BindingTable Table = new()
    {
    };
}
