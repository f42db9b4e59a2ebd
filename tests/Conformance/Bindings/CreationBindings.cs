namespace KernelEngine.Conformance;

/// <summary>Family.</summary>
internal static class CreationBindings
{
    public static readonly BindingTable Table = new()
    {
    };
}
