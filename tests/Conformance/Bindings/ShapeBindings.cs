namespace KernelEngine.Conformance;

/// <summary>Family.</summary>
internal static class ShapeBindings
{
    public static readonly BindingTable Table = new()
    {
    };
}
