namespace KernelEngine.Nn;

/// <summary>x W^T + b, as <c>torch.nn.Linear</c>: from (…, inFeatures) to (…, outFeatures).</summary>
public class Linear : Module
{
    /// <summary>A linear layer with PyTorch's first values: uniform within one over the root of inFeatures.</summary>
    /// <param name="inFeatures">The size of the input's last dimension.</param>
    /// <param name="outFeatures">The size of the output's last dimension.</param>
    /// <param name="bias">Whether something is added.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="dtype">A floating-point dtype; the default float where null.</param>
    public Linear(
        long inFeatures, long outFeatures, bool bias = true, ComputeDevice? device = null, DType? dtype = null)
    {
        (InFeatures, OutFeatures) = (inFeatures, outFeatures);
        Weight = new(Tensor.Empty([outFeatures, inFeatures], dtype, device));
        if (bias)
            Bias = new(Tensor.Empty([outFeatures], dtype, device));
        ResetParameters();
    }

    /// <summary>The size of the input's last dimension.</summary>
    public long InFeatures { get; }

    /// <summary>The size of the output's last dimension.</summary>
    public long OutFeatures { get; }

    /// <summary>
    /// The weight, (outFeatures, inFeatures). One that another module has may be given, and is then shared:
    /// <c>new Linear(width, words, bias: false) { Weight = embedding.Weight }</c>.
    /// </summary>
    /// <exception cref="TensorValueException">What is given has another shape.</exception>
    public Parameter Weight
    {
        get;
        init => field = SharedParameter.Of(value, [OutFeatures, InFeatures], "Weight");
    }

    /// <summary>What is added, (outFeatures); null without bias.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    protected override string Settings =>
        $"in_features={PythonNumber.Of(InFeatures)}, out_features={PythonNumber.Of(OutFeatures)}, " +
        $"bias={PythonNumber.Of(Bias is not null)}";

    /// <summary>Draws new first values.</summary>
    public void ResetParameters(Generator? generator = null)
    {
        Init.KaimingUniform_(Weight, Math.Sqrt(5), generator: generator);
        if (Bias is not null)
        {
            var bound = InFeatures > 0 ? 1 / Math.Sqrt(InFeatures) : 0;
            Init.Uniform_(Bias, -bound, bound, generator);
        }
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.Linear(Weight, Bias);
}

/// <summary>x1^T A x2 + b, as <c>torch.nn.Bilinear</c>: from (…, in1) and (…, in2) to (…, out).</summary>
public sealed class Bilinear : Module<Tensor, Tensor, Tensor>
{
    private readonly long in1Features, in2Features, outFeatures;

    /// <summary>A bilinear layer with PyTorch's first values.</summary>
    public Bilinear(
        long in1Features, long in2Features, long outFeatures, bool bias = true, ComputeDevice? device = null,
        DType? dtype = null)
    {
        (this.in1Features, this.in2Features, this.outFeatures) = (in1Features, in2Features, outFeatures);
        var bound = 1 / Math.Sqrt(in1Features);
        Weight = new(Tensor.Empty([outFeatures, in1Features, in2Features], dtype, device).Uniform_(-bound, bound));
        if (bias)
            Bias = new(Tensor.Empty([outFeatures], dtype, device).Uniform_(-bound, bound));
    }

    /// <summary>The weight, (out, in1, in2).</summary>
    public Parameter Weight { get; }

    /// <summary>What is added, (out); null without bias.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    protected override string Settings =>
        $"in1_features={PythonNumber.Of(in1Features)}, in2_features={PythonNumber.Of(in2Features)}, " +
        $"out_features={PythonNumber.Of(outFeatures)}, bias={PythonNumber.Of(Bias is not null)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) =>
        Functional.Bilinear(first, second, Weight, Bias);
}
