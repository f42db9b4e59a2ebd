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
        { "nn.utils.parameters_to_vector", a => ParameterVector.From(Several(a)) },
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
