namespace KernelEngine.Conformance;

/// <summary>Family.</summary>
internal static class ReductionBindings
{
    public static readonly BindingTable Table = new()
    {
    };
}
