namespace KernelEngine.Nn;

/// <summary>The output of an <see cref="RNN"/> or <see cref="GRU"/>: its last layer's, and the states at the end.</summary>
/// <param name="Output">(length, sequences, directions · hiddenSize), in the layout of the input.</param>
/// <param name="State">(layers · directions, sequences, hiddenSize).</param>
public sealed record RecurrentOutput(Tensor Output, Tensor State);

/// <summary>The output of an <see cref="RNN"/> or <see cref="GRU"/> for packed sequences.</summary>
/// <param name="Output">The last layer's, packed as the input.</param>
/// <param name="State">(layers · directions, sequences, hiddenSize).</param>
public sealed record PackedRecurrentOutput(PackedSequence Output, Tensor State);

/// <summary>The states of an <see cref="LSTM"/>.</summary>
/// <param name="H">The hidden state, (layers · directions, sequences, projSize or hiddenSize).</param>
/// <param name="C">The cells, (layers · directions, sequences, hiddenSize).</param>
public sealed record LstmState(Tensor H, Tensor C)
{
    /// <summary>Two tensors as states: <c>lstm.Call(x, (h, c))</c>.</summary>
    public static implicit operator LstmState((Tensor H, Tensor C) pair) => new(pair.H, pair.C);
}

/// <summary>The output of an <see cref="LSTM"/>: <c>var (y, (h, c)) = lstm.Call(x)</c>.</summary>
/// <param name="Output">(length, sequences, directions · size), in the layout of the input.</param>
/// <param name="State">The states at the end.</param>
public sealed record LstmOutput(Tensor Output, LstmState State);

/// <summary>The output of an <see cref="LSTM"/> for packed sequences.</summary>
/// <param name="Output">The last layer's, packed as the input.</param>
/// <param name="State">The states at the end.</param>
public sealed record PackedLstmOutput(PackedSequence Output, LstmState State);

/// <summary>
/// A recurrent network, h' = tanh(W x + b + U h + c) or with ReLU, as <c>torch.nn.RNN</c>. Input (length, sequences,
/// inputSize), (sequences, length, inputSize) where batchFirst, or (length, inputSize) for a single sequence.
/// </summary>
/// <inheritdoc cref="LSTM"/>
public sealed class RNN : RecurrentModule<Tensor, RecurrentOutput>
{
    private readonly bool isRelu;

    /// <summary>A network with PyTorch's first values: uniform within one over the root of hiddenSize.</summary>
    /// <param name="inputSize">How many numbers an element of a sequence has.</param>
    /// <param name="hiddenSize">How many numbers a state has.</param>
    /// <param name="numLayers">How many layers there are, each on the output of the one before.</param>
    /// <param name="nonlinearity"><c>tanh</c> or <c>relu</c>.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="batchFirst">Whether the first dimension of input and output is that of the sequences.</param>
    /// <param name="dropout">The probability of a zero in the output of each layer but the last.</param>
    /// <param name="bidirectional">Whether a second network runs backwards through the sequences.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="dtype">A floating-point dtype; the default float where null.</param>
    /// <exception cref="TensorValueException">A setting cannot be.</exception>
    public RNN(
        long inputSize, long hiddenSize, int numLayers = 1, string nonlinearity = "tanh", bool bias = true,
        bool batchFirst = false, double dropout = 0, bool bidirectional = false, ComputeDevice? device = null,
        DType? dtype = null)
        : base(
            nonlinearity is "tanh" or "relu" ? 1
                : throw new TensorValueException($"Unknown nonlinearity '{nonlinearity}'"),
            inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, 0, device, dtype) =>
        isRelu = nonlinearity == "relu";

    /// <summary>The output for packed sequences. Hooks see calls with tensors only.</summary>
    public PackedRecurrentOutput Call(PackedSequence input, Tensor? state = null)
    {
        var results = RunPacked(input, state is null ? null : [state]);
        return new(input with { Data = results[0] }, results[1]);
    }

    /// <inheritdoc/>
    protected override RecurrentOutput Forward(Tensor first, Tensor? second)
    {
        var results = RunPadded(first, second is null ? null : [second]);
        return new(results[0], results[1]);
    }

    private protected override Recurrence Layer(TimeSteps steps, bool isReverse) =>
        new ElmanRecurrence(steps, HasBias, isReverse, isRelu);

    private protected override void CheckRanks(Tensor[]? states, bool isBatched) =>
        GRU.CheckRank(states?[0], isBatched);

    private protected override Tensor[] CheckStates(Tensor[]? states, long batch, Tensor input) => states is null
        ? [Zeros(batch, HiddenSize, input)]
        : [CheckState(states[0], "hidden", batch, HiddenSize)];
}

/// <summary>
/// A network of gated recurrent units, as <c>torch.nn.GRU</c>. Input (length, sequences, inputSize), (sequences,
/// length, inputSize) where batchFirst, or (length, inputSize) for a single sequence.
/// </summary>
/// <inheritdoc cref="LSTM"/>
public sealed class GRU : RecurrentModule<Tensor, RecurrentOutput>
{
    /// <inheritdoc cref="LSTM(long, long, int, bool, bool, double, bool, long, ComputeDevice?, DType?)"/>
    public GRU(
        long inputSize, long hiddenSize, int numLayers = 1, bool bias = true, bool batchFirst = false,
        double dropout = 0, bool bidirectional = false, ComputeDevice? device = null, DType? dtype = null)
        : base(3, inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, 0, device, dtype)
    {
    }

    /// <summary>The output for packed sequences. Hooks see calls with tensors only.</summary>
    public PackedRecurrentOutput Call(PackedSequence input, Tensor? state = null)
    {
        var results = RunPacked(input, state is null ? null : [state]);
        return new(input with { Data = results[0] }, results[1]);
    }

    internal static void CheckRank(Tensor? state, bool isBatched)
    {
        if (state is null || state.Rank == (isBatched ? 3 : 2))
            return;
        throw new TensorRuntimeException(isBatched
            ? $"For batched 3-D input, hx should also be 3-D but got {state.Rank}-D tensor"
            : $"For unbatched 2-D input, hx should also be 2-D but got {state.Rank}-D tensor");
    }

    /// <inheritdoc/>
    protected override RecurrentOutput Forward(Tensor first, Tensor? second)
    {
        var results = RunPadded(first, second is null ? null : [second]);
        return new(results[0], results[1]);
    }

    private protected override Recurrence Layer(TimeSteps steps, bool isReverse) =>
        new GruRecurrence(steps, HasBias, isReverse);

    private protected override void CheckRanks(Tensor[]? states, bool isBatched) => CheckRank(states?[0], isBatched);

    private protected override Tensor[] CheckStates(Tensor[]? states, long batch, Tensor input) => states is null
        ? [Zeros(batch, HiddenSize, input)]
        : [CheckState(states[0], "hidden", batch, HiddenSize)];
}

/// <summary>
/// A network of long short-term memory, as <c>torch.nn.LSTM</c>. Input (length, sequences, inputSize), (sequences,
/// length, inputSize) where batchFirst, or (length, inputSize) for a single sequence.
/// </summary>
/// <exception cref="TensorException">A shape or dtype of a call does not fit.</exception>
public sealed class LSTM : RecurrentModule<LstmState, LstmOutput>
{
    /// <summary>A network with PyTorch's first values: uniform within one over the root of hiddenSize.</summary>
    /// <param name="inputSize">How many numbers an element of a sequence has.</param>
    /// <param name="hiddenSize">How many numbers a state has.</param>
    /// <param name="numLayers">How many layers there are, each on the output of the one before.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="batchFirst">Whether the first dimension of input and output is that of the sequences.</param>
    /// <param name="dropout">The probability of a zero in the output of each layer but the last.</param>
    /// <param name="bidirectional">Whether a second network runs backwards through the sequences.</param>
    /// <param name="projSize">How many numbers an output is projected to; 0 for no projection.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="dtype">A floating-point dtype; the default float where null.</param>
    /// <exception cref="TensorValueException">A setting cannot be.</exception>
    public LSTM(
        long inputSize, long hiddenSize, int numLayers = 1, bool bias = true, bool batchFirst = false,
        double dropout = 0, bool bidirectional = false, long projSize = 0, ComputeDevice? device = null,
        DType? dtype = null)
        : base(4, inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, projSize, device, dtype)
    {
    }

    /// <summary>The output for packed sequences. Hooks see calls with tensors only.</summary>
    public PackedLstmOutput Call(PackedSequence input, LstmState? state = null)
    {
        var results = RunPacked(input, state is null ? null : [state.H, state.C]);
        return new(input with { Data = results[0] }, new(results[1], results[2]));
    }

    /// <inheritdoc/>
    protected override LstmOutput Forward(Tensor first, LstmState? second)
    {
        var results = RunPadded(first, second is null ? null : [second.H, second.C]);
        return new(results[0], new(results[1], results[2]));
    }

    private protected override Recurrence Layer(TimeSteps steps, bool isReverse) =>
        new LstmRecurrence(steps, HasBias, isReverse, ProjSize > 0);

    private protected override void CheckRanks(Tensor[]? states, bool isBatched)
    {
        if (states is not [var h, var c] || (h.Rank, c.Rank) == (isBatched ? (3, 3) : (2, 2)))
            return;
        throw new TensorRuntimeException(isBatched
            ? $"For batched 3-D input, hx and cx should also be 3-D but got ({h.Rank}-D, {c.Rank}-D) tensors"
            : $"For unbatched 2-D input, hx and cx should also be 2-D but got ({h.Rank}-D, {c.Rank}-D) tensors");
    }

    private protected override Tensor[] CheckStates(Tensor[]? states, long batch, Tensor input) => states is null
        ? [Zeros(batch, OutputSize, input), Zeros(batch, HiddenSize, input)]
        :
        [
            CheckState(states[0], "hidden[0]", batch, OutputSize),
            CheckState(states[1], "hidden[1]", batch, HiddenSize),
        ];
}
