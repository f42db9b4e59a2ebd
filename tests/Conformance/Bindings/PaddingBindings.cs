using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>Padding, resampling, and what else moves elements of images.</summary>
internal static class PaddingBindings
{
    public static readonly BindingTable Table = new()
    {
        {
            "nn.functional.pad",
            a => Functional.Pad(a.Self, a.Longs(1, "pad"), a.Text(2, "mode", "constant"), a.ScalarOrNull(3, "value"))
        },
    };
}
