namespace KernelEngine;

/// <summary>Batch normalization: statistics and normalization in one kernel, gradients in another.</summary>
internal static class BatchNorm
{
    /// <summary>
    /// [N, C, S] → (in - mean) · rstd · weight + bias for each channel, and the mean and the reciprocal deviation [C].
    /// In training they are those of the input, and the running ones move towards them; else they are the running
    /// ones. Float32 or float64. What is absent (affine: 1 weight, 2 bias; tracks: 1 mean, 2 variance) repeats the
    /// input and is not looked at.
    /// </summary>
    public static readonly StructuralKernel Forward = new(
        "batch_norm",
        [
            ("in", Access.Read), ("weight", Access.Read), ("bias", Access.Read), ("running_mean", Access.ReadWrite),
            ("running_var", Access.ReadWrite), ("out", Access.Write), ("mean", Access.Write), ("rstd", Access.Write),
        ],
        ["training", "affine", "tracks"], ["momentum", "eps"]);

    /// <summary>
    /// Gradients of input (where wanted), weight and bias, from that of the result and what the forward direction has
    /// found. In training the statistics depend on the input, else they do not.
    /// </summary>
    public static readonly StructuralKernel Backward = new(
        "batch_norm_backward",
        [
            ("gradient", Access.Read), ("in", Access.Read), ("weight", Access.Read), ("mean", Access.Read),
            ("rstd", Access.Read), ("out", Access.Write), ("weight_gradient", Access.Write),
            ("bias_gradient", Access.Write),
        ],
        ["training", "affine", "wanted"]);

    /// <summary>Normalizes; all has been checked, and there are elements.</summary>
    public static Tensor Apply(
        Tensor input, Tensor? weight, Tensor? bias, Tensor? runningMean, Tensor? runningVar, bool training,
        double momentum, double eps)
    {
        var wide = NormTypes.Wide(input.DType);
        Tensor result, mean, rstd;
        using (Autograd.NoGrad())
        {
            var x = input.To(wide).Contiguous();
            var (w, b) = (weight?.To(wide), bias?.To(wide));
            var (m, v) = (runningMean?.To(wide), runningVar?.To(wide));
            result = Tensor.Allocate(x.Device, Layout.Contiguous(x.Shape), wide);
            var channels = Layout.Contiguous([x.Shape[1]]);
            mean = Tensor.Allocate(x.Device, channels, wide);
            rstd = Tensor.Allocate(x.Device, channels, wide);
            var planes = Planes(x);
            m?.Storage.ResolveForWriting();
            v?.Storage.ResolveForWriting();
            x.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Forward,
                Operands =
                [
                    planes, w?.Operand() ?? planes, b?.Operand() ?? planes, m?.Operand() ?? mean.Operand(),
                    v?.Operand() ?? rstd.Operand(), Planes(result), mean.Operand(), rstd.Operand(),
                ],
                Integers = [training ? 1 : 0, Present(w, b), Present(m, v)],
                Reals = [momentum, eps],
            });
            if (training)
            {
                Written(runningMean, m);
                Written(runningVar, v);
            }

            result = result.To(input.DType);
        }

        if (Recording(input, weight, bias))
        {
            var wanted = input.RequiresGrad;
            result.SetHistory(NormTypes.Record("NativeBatchNormBackward0", input, weight, bias, mean, rstd,
                (g, x, w, m, r) => Differentiate(g, x, w, bias, m, r, training, eps, wanted)), 0);
        }

        return result;
    }

    /// <summary>1 for the first, 2 for the second.</summary>
    internal static int Present(Tensor? first, Tensor? second) => (first is null ? 0 : 1) | (second is null ? 0 : 2);

    internal static bool Recording(Tensor input, Tensor? weight, Tensor? bias) =>
        Tensor.ShouldRecord(input, weight ?? input, bias ?? input);

    // The kernel wrote the tensor itself, or a copy of another dtype.
    private static void Written(Tensor? running, Tensor? used)
    {
        if (running is null || used is null)
            return;
        if (ReferenceEquals(running.Storage, used.Storage))
            running.Storage.Version++;
        else
            running.Copy_(used);
    }

    private static Tensor?[] Differentiate(
        Tensor gradient, Tensor input, Tensor? weight, Tensor? bias, Tensor mean, Tensor rstd, bool training,
        double eps, bool wanted)
    {
        // Where this is to be differentiated again, of operators that are.
        if (Tensor.ShouldRecord(gradient, input, weight ?? input))
            return Compose(gradient, input, weight, bias, mean, rstd, training, eps);
        var wide = mean.DType;
        var x = input.To(wide).Contiguous();
        var w = weight?.To(wide);
        var target = wanted ? Tensor.Allocate(x.Device, Layout.Contiguous(x.Shape), wide) : x;
        var ofWeight = Tensor.Allocate(x.Device, mean.Layout, wide);
        var ofBias = Tensor.Allocate(x.Device, mean.Layout, wide);
        var planes = Planes(x);
        x.Device.Backend.Run(new StructuralLaunch
        {
            Kernel = Backward,
            Operands =
            [
                Planes(gradient.To(wide).Contiguous()), planes, w?.Operand() ?? planes, mean.Operand(),
                rstd.Operand(), Planes(target), ofWeight.Operand(), ofBias.Operand(),
            ],
            Integers = [training ? 1 : 0, Present(w, bias), wanted ? 1 : 0],
        });
        return
        [
            wanted ? target.To(input.DType) : null, weight is null ? null : ofWeight.To(weight.DType),
            bias is null ? null : ofBias.To(bias.DType),
        ];
    }

    private static Tensor?[] Compose(
        Tensor gradient, Tensor input, Tensor? weight, Tensor? bias, Tensor mean, Tensor rstd, bool training,
        double eps)
    {
        var rank = input.Rank;
        int[] across = [0, .. Enumerable.Range(2, rank - 2)];
        var wide = mean.DType;
        var x = input.To(wide);
        var g = gradient.To(wide);
        Shape along = [1, x.Shape[1], .. Enumerable.Repeat(1L, rank - 2)];
        (mean, rstd) = (mean.Reshape(along), rstd.Reshape(along));
        if (training)
        {
            var (variance, center) = x.VarMean(across, 0, true);
            (mean, rstd) = (center, (variance + eps).Rsqrt());
        }

        var normal = (x - mean) * rstd;
        var scaled = weight is null ? g : g * weight.To(wide).Reshape(along);
        var ofInput = training
            ? rstd * (scaled - scaled.Mean(across, true) - (normal * (scaled * normal).Mean(across, true)))
            : scaled * rstd;
        return
        [
            ofInput.To(input.DType), weight is null ? null : (g * normal).Sum(across).To(weight.DType),
            bias is null ? null : g.Sum(across).To(bias.DType),
        ];
    }

    /// <summary>[N, C, S] of a contiguous tensor.</summary>
    private static Operand Planes(Tensor tensor)
    {
        var shape = tensor.Shape;
        Shape planes = [shape[0], shape[1], tensor.ElementCount / (shape[0] * shape[1])];
        return new(tensor.Storage.Resolve(), tensor.Layout.TryView(planes)!, tensor.DType);
    }
}
