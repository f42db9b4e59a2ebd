using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>Layers as functions, and what works on the parameters of a network.</summary>
internal static class NnBindings
{
    public static readonly BindingTable Table = new()
    {
        { "nn.functional.linear", a => Functional.Linear(a.Self, a.Tensor(1, "weight"), a.TensorOrNull(2, "bias")) },
        {
            "nn.functional.dropout",
            a => Functional.Dropout(a.Self, a.Real(1, "p", 0.5), a.Flag(2, "training", true), a.Flag(3, "inplace"))
        },
        {
            "nn.Parameter nn.parameter.Parameter",
            a => new Parameter(a.Tensor(0, "data"), a.Flag(1, "requires_grad", true))
        },
        {
            "nn.utils.clip_grad_norm_",
            a => Gradients.ClipNorm_(Several(a), a.Real(1, "max_norm"), a.Real(2, "norm_type", 2),
                a.Flag(3, "error_if_nonfinite"))
        },
        { "nn.utils.clip_grad_value_", ClipValue },
        { "nn.init.uniform_", a => Init.Uniform_(a.Self, a.Real(1, "a", 0), a.Real(2, "b", 1)) },
        { "nn.init.normal_", a => Init.Normal_(a.Self, a.Real(1, "mean", 0), a.Real(2, "std", 1)) },
        { "nn.init.constant_", a => Init.Constant_(a.Self, a.Scalar(1, "val")) },
        { "nn.init.ones_", a => Init.Ones_(a.Self) },
        { "nn.init.zeros_", a => Init.Zeros_(a.Self) },
    };

    private static object? ClipValue(Arguments a)
    {
        Gradients.ClipValue_(Several(a), a.Real(1, "clip_value"));
        return null;
    }

    private static Tensor[] Several(Arguments a) => a.IsTensor(0, "parameters")
        ? [a.Tensor(0, "parameters")]
        : a.Tensors(0, "parameters");
}
