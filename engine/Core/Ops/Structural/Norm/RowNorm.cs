namespace KernelEngine;

/// <summary>Normalization of rows: layer and group normalization.</summary>
internal static class RowNorm
{
    /// <summary>
    /// [rows, channels, inner] → (in - mean) · rstd · weight + bias for each row, and the mean and the reciprocal
    /// deviation [rows]. Row r belongs to group r mod groups; weight and bias are [groups · channels], a row's own
    /// channels one after the other. Float32 or float64. What is absent (affine: 1 weight, 2 bias) repeats the input
    /// and is not looked at.
    /// </summary>
    public static readonly StructuralKernel Forward = new(
        "row_norm",
        [
            ("in", Access.Read), ("weight", Access.Read), ("bias", Access.Read), ("out", Access.Write),
            ("mean", Access.Write), ("rstd", Access.Write),
        ],
        ["groups", "affine"], ["eps"]);

    /// <summary>
    /// Gradients of input (where wanted), weight and bias, from that of the result and what the forward direction has
    /// found.
    /// </summary>
    public static readonly StructuralKernel Backward = new(
        "row_norm_backward",
        [
            ("gradient", Access.Read), ("in", Access.Read), ("weight", Access.Read), ("mean", Access.Read),
            ("rstd", Access.Read), ("out", Access.Write), ("weight_gradient", Access.Write),
            ("bias_gradient", Access.Write),
        ],
        ["groups", "affine", "wanted"]);

    /// <summary>The rows that a tensor is seen as.</summary>
    /// <param name="Samples">How many rows there are of each group.</param>
    /// <param name="Groups">How many groups.</param>
    /// <param name="Channels">The channels of a group.</param>
    /// <param name="Inner">The elements of a channel.</param>
    public readonly record struct Form(long Samples, long Groups, long Channels, long Inner)
    {
        /// <summary>The number of rows.</summary>
        public long Rows => Samples * Groups;
    }

    /// <summary>Normalizes; all has been checked.</summary>
    public static Tensor Apply(
        string name, Tensor input, in Form form, Tensor? weight, Tensor? bias, double eps)
    {
        var wide = NormTypes.Wide(input.DType);
        Tensor result, mean, rstd;
        using (Autograd.NoGrad())
        {
            var x = input.To(wide).Contiguous();
            var (w, b) = (Flat(weight, wide), Flat(bias, wide));
            result = Tensor.Allocate(x.Device, Layout.Contiguous(x.Shape), wide);
            var rows = Layout.Contiguous([form.Rows]);
            mean = Tensor.Allocate(x.Device, rows, wide);
            rstd = Tensor.Allocate(x.Device, rows, wide);
            if (x.ElementCount > 0)
            {
                var whole = Rows(x, form);
                x.Device.Backend.Run(new StructuralLaunch
                {
                    Kernel = Forward,
                    Operands =
                    [
                        whole, w?.Operand() ?? whole, b?.Operand() ?? whole, Rows(result, form), mean.Operand(),
                        rstd.Operand(),
                    ],
                    Integers = [form.Groups, BatchNorm.Present(w, b)],
                    Reals = [eps],
                });
            }

            result = result.To(input.DType);
        }

        if (BatchNorm.Recording(input, weight, bias))
        {
            var (wanted, seen) = (input.RequiresGrad, form);
            result.SetHistory(NormTypes.Record(name, input, weight, bias, mean, rstd,
                (g, x, w, m, r) => Differentiate(g, x, w, bias, m, r, seen, eps, wanted)), 0);
        }

        return result;
    }

    private static Tensor?[] Differentiate(
        Tensor gradient, Tensor input, Tensor? weight, Tensor? bias, Tensor mean, Tensor rstd, in Form form,
        double eps, bool wanted)
    {
        // Where this is to be differentiated again, of operators that are.
        if (Tensor.ShouldRecord(gradient, input, weight ?? input))
            return Compose(gradient, input, weight, bias, form, eps);
        if (input.ElementCount == 0)
            return [Zeros(input), Zeros(weight), Zeros(bias)];
        var wide = mean.DType;
        var x = input.To(wide).Contiguous();
        var w = Flat(weight, wide);
        var target = wanted ? Tensor.Allocate(x.Device, Layout.Contiguous(x.Shape), wide) : x;
        var channels = Layout.Contiguous([form.Groups * form.Channels]);
        var ofWeight = Tensor.Allocate(x.Device, channels, wide);
        var ofBias = Tensor.Allocate(x.Device, channels, wide);
        var whole = Rows(x, form);
        x.Device.Backend.Run(new StructuralLaunch
        {
            Kernel = Backward,
            Operands =
            [
                Rows(gradient.To(wide).Contiguous(), form), whole, w?.Operand() ?? whole, mean.Operand(),
                rstd.Operand(), Rows(target, form), ofWeight.Operand(), ofBias.Operand(),
            ],
            Integers = [form.Groups, BatchNorm.Present(w, bias), wanted ? 1 : 0],
        });
        return
        [
            wanted ? target.To(input.DType) : null,
            weight is null ? null : ofWeight.View(weight.Shape).To(weight.DType),
            bias is null ? null : ofBias.View(bias.Shape).To(bias.DType),
        ];
    }

    private static Tensor?[] Compose(
        Tensor gradient, Tensor input, Tensor? weight, Tensor? bias, in Form form, double eps)
    {
        var wide = NormTypes.Wide(input.DType);
        Shape split = [form.Samples, form.Groups, form.Channels, form.Inner];
        var x = input.To(wide).Reshape(split);
        var g = gradient.To(wide).Reshape(split);
        var (variance, mean) = x.VarMean([2, 3], 0, true);
        var rstd = (variance + eps).Rsqrt();
        var normal = (x - mean) * rstd;
        var scaled = weight is null ? g : g * weight.To(wide).Reshape([form.Groups, form.Channels, 1]);
        var ofInput =
            rstd * (scaled - scaled.Mean([2, 3], true) - (normal * (scaled * normal).Mean([2, 3], true)));
        return
        [
            ofInput.Reshape(input.Shape).To(input.DType),
            weight is null ? null : (g * normal).Sum([0, 3]).Reshape(weight.Shape).To(weight.DType),
            bias is null ? null : g.Sum([0, 3]).Reshape(bias.Shape).To(bias.DType),
        ];
    }

    private static Tensor? Zeros(Tensor? like) => like is null ? null : Tensor.ZerosLike(like);

    private static Tensor? Flat(Tensor? parameter, DType wide) => parameter?.To(wide).Reshape([-1]);

    private static Operand Rows(Tensor tensor, in Form form) => new(
        tensor.Storage.Resolve(), tensor.Layout.TryView([form.Rows, form.Channels, form.Inner])!, tensor.DType);
}
