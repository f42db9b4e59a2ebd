namespace KernelEngine.Conformance;

/// <summary>Family.</summary>
internal static class LossBindings
{
    public static readonly BindingTable Table = new()
    {
    };
}
