using static KernelEngine.Conformance.UnaryBindings;

namespace KernelEngine.Conformance;

/// <summary>Activations and dropout.</summary>
internal static class ActivationBindings
{
    public static readonly BindingTable Table = new()
    {
        { "softmax nn.functional.softmax special.softmax", Normalized((t, dim, dtype) => t.Softmax(dim, dtype)) },
        {
            "log_softmax nn.functional.log_softmax special.log_softmax",
            Normalized((t, dim, dtype) => t.LogSoftmax(dim, dtype))
        },
        { "nn.functional.softmin", Normalized((t, dim, dtype) => t.Softmin(dim, dtype)) },
        { "relu", Unary(t => t.Relu()), Unary(t => t.Relu_()) },
        { "nn.functional.relu", InPlace(1, (t, _) => t.Relu(), (t, _) => t.Relu_()) },
        { "nn.functional.relu6", InPlace(1, (t, _) => t.Relu6(), (t, _) => t.Relu6_()) },
        {
            "nn.functional.leaky_relu",
            InPlace(2, (t, a) => t.LeakyRelu(a.Real(1, "negative_slope", 0.01)),
                (t, a) => t.LeakyRelu_(a.Real(1, "negative_slope", 0.01)))
        },
        {
            "nn.functional.elu",
            InPlace(2, (t, a) => t.Elu(a.Real(1, "alpha", 1)), (t, a) => t.Elu_(a.Real(1, "alpha", 1)))
        },
        {
            "nn.functional.celu celu",
            InPlace(2, (t, a) => t.Celu(a.Real(1, "alpha", 1)), (t, a) => t.Celu_(a.Real(1, "alpha", 1)))
        },
        { "nn.functional.selu selu", InPlace(1, (t, _) => t.Selu(), (t, _) => t.Selu_()) },
        { "nn.functional.gelu", a => a.Self.Gelu(a.Text(1, "approximate", "none")) },
        { "nn.functional.silu", InPlace(1, (t, _) => t.Silu(), (t, _) => t.Silu_()) },
        { "nn.functional.mish", InPlace(1, (t, _) => t.Mish(), (t, _) => t.Mish_()) },
        { "nn.functional.softplus", a => a.Self.Softplus(a.Real(1, "beta", 1), a.Real(2, "threshold", 20)) },
        { "nn.functional.softsign", Unary(t => t.Softsign()) },
        {
            "nn.functional.hardtanh",
            InPlace(3, (t, a) => t.Hardtanh(a.ScalarOrNull(1, "min_val"), a.ScalarOrNull(2, "max_val")),
                (t, a) => t.Hardtanh_(a.ScalarOrNull(1, "min_val"), a.ScalarOrNull(2, "max_val")))
        },
        { "nn.functional.hardswish", InPlace(1, (t, _) => t.Hardswish(), (t, _) => t.Hardswish_()) },
        { "nn.functional.hardsigmoid", InPlace(1, (t, _) => t.Hardsigmoid(), (t, _) => t.Hardsigmoid_()) },
        { "nn.functional.hardshrink hardshrink", a => a.Self.Hardshrink(a.Real(1, "lambd", 0.5)) },
        { "nn.functional.softshrink", a => a.Self.Softshrink(a.Real(1, "lambd", 0.5)) },
        { "nn.functional.tanhshrink", Unary(t => t.Tanhshrink()) },
        {
            "nn.functional.threshold threshold",
            InPlace(3, (t, a) => t.Threshold(a.Scalar(1, "threshold"), a.Scalar(2, "value")),
                (t, a) => t.Threshold_(a.Scalar(1, "threshold"), a.Scalar(2, "value")))
        },
        { "nn.functional.logsigmoid", Unary(t => t.LogSigmoid()) },
        { "nn.functional.glu", a => a.Self.Glu(a.Int(1, "dim", -1)) },
        {
            "nn.functional.rrelu",
            InPlace(4, (t, a) => t.Rrelu(Lower(a), Upper(a), a.Flag(3, "training")),
                (t, a) => t.Rrelu_(Lower(a), Upper(a), a.Flag(3, "training")))
        },
        {
            "rrelu", a => a.Self.Rrelu(Lower(a), Upper(a), a.Flag(3, "training")),
            a => a.Self.Rrelu_(Lower(a), Upper(a), a.Flag(3, "training"))
        },
        { "nn.functional.prelu prelu", a => a.Self.Prelu(a.Tensor(1, "weight")) },
    };

    private static double Lower(Arguments a) => a.Real(1, "lower", 1.0 / 8);

    private static double Upper(Arguments a) => a.Real(2, "upper", 1.0 / 3);

    /// <summary>A row of <c>softmax(input, dim, dtype=…)</c>; nn.functional has another argument between.</summary>
    private static Binding Normalized(Func<Tensor, int, DType?, Tensor> call) => a =>
    {
        var dim = a.Int(1, "dim");
        if (!a.Name.StartsWith("nn.", StringComparison.Ordinal))
            return call(a.Self, dim, a.DType(2, "dtype"));
        _ = a.Int(2, "_stacklevel", 3);
        return call(a.Self, dim, a.DType(3, "dtype"));
    };

    /// <summary>A row of an activation with an argument <c>inplace</c>.</summary>
    private static Binding InPlace(
        int position, Func<Tensor, Arguments, Tensor> call, Func<Tensor, Arguments, Tensor> inPlace) => a =>
        a.Flag(position, "inplace") ? inPlace(a.Self, a) : call(a.Self, a);
}
