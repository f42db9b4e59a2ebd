namespace KernelEngine.Nn;

/// <summary>
/// What batch and instance normalization share: a factor and a summand for each channel, and running statistics.
/// </summary>
public abstract class RunningNorm : Module
{
    private readonly long numFeatures;
    private readonly double? momentum;
    private readonly double eps;

    private protected RunningNorm(
        long numFeatures, double eps, double? momentum, bool affine, bool trackRunningStats, ComputeDevice? device,
        DType? dtype)
    {
        (this.numFeatures, this.eps, this.momentum) = (numFeatures, eps, momentum);
        if (affine)
        {
            Weight = new(Tensor.Ones([numFeatures], dtype, device));
            Bias = new(Tensor.Zeros([numFeatures], dtype, device));
        }

        if (trackRunningStats)
        {
            RunningMean = Tensor.Zeros([numFeatures], dtype, device);
            RunningVar = Tensor.Ones([numFeatures], dtype, device);
            NumBatchesTracked = Tensor.Zeros([], DType.Int64, device);
        }
    }

    /// <summary>A factor for each channel, (C); null without affine.</summary>
    public Parameter? Weight { get; }

    /// <summary>What is added to each channel, (C); null without affine.</summary>
    public Parameter? Bias { get; }

    /// <summary>The running mean of each channel, (C); null where nothing is tracked.</summary>
    [field: Persistent]
    public Tensor? RunningMean { get; }

    /// <summary>The running variance of each channel, (C); null where nothing is tracked.</summary>
    [field: Persistent]
    public Tensor? RunningVar { get; }

    /// <summary>How many batches have been seen in training, int64; null where nothing is tracked.</summary>
    [field: Persistent]
    public Tensor? NumBatchesTracked { get; }

    /// <inheritdoc/>
    protected override string Settings =>
        $"{PythonNumber.Of(numFeatures)}, eps={PythonNumber.Of(eps)}, " +
        $"momentum={(momentum is { } part ? PythonNumber.Of(part) : "None")}, " +
        $"affine={PythonNumber.Of(Weight is not null)}, " +
        $"track_running_stats={PythonNumber.Of(RunningMean is not null)}";

    /// <summary>Forgets the running statistics.</summary>
    public void ResetRunningStats()
    {
        if (RunningMean is null)
            return;
        RunningMean.Zero_();
        RunningVar!.Fill_(1);
        NumBatchesTracked!.Zero_();
    }

    /// <summary>Forgets the running statistics and what has been learned.</summary>
    public void ResetParameters()
    {
        ResetRunningStats();
        if (Weight is null)
            return;
        Init.Ones_(Weight);
        Init.Zeros_(Bias!);
    }

    private protected double Eps => eps;

    private protected double? Momentum => momentum;

    private protected static TensorValueException WrongRank(string wanted, Tensor input) =>
        new($"expected {wanted} input (got {input.Rank}D input)");
}
