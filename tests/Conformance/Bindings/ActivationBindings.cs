namespace KernelEngine.Conformance;

/// <summary>Family.</summary>
internal static class ActivationBindings
{
    public static readonly BindingTable Table = new()
    {
    };
}
