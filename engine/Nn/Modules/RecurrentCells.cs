namespace KernelEngine.Nn;

/// <summary>What single steps of recurrent networks have in common: their parameters.</summary>
/// <typeparam name="TState">The state.</typeparam>
public abstract class RecurrentCell<TState> : Module<Tensor, TState?, TState> where TState : class
{
    private protected RecurrentCell(
        int gates, long inputSize, long hiddenSize, bool bias, ComputeDevice? device, DType? dtype)
    {
        (InputSize, HiddenSize) = (inputSize, hiddenSize);
        WeightIh = new(Tensor.Empty([gates * hiddenSize, inputSize], dtype, device));
        WeightHh = new(Tensor.Empty([gates * hiddenSize, hiddenSize], dtype, device));
        if (bias)
        {
            BiasIh = new(Tensor.Empty([gates * hiddenSize], dtype, device));
            BiasHh = new(Tensor.Empty([gates * hiddenSize], dtype, device));
        }

        ResetParameters();
    }

    /// <summary>How many numbers an input has.</summary>
    public long InputSize { get; }

    /// <summary>How many numbers a state has.</summary>
    public long HiddenSize { get; }

    /// <summary>The weight of the input, (gates · hiddenSize, inputSize).</summary>
    public Parameter WeightIh { get; }

    /// <summary>The weight of the state, (gates · hiddenSize, hiddenSize).</summary>
    public Parameter WeightHh { get; }

    /// <summary>What is added for the input, (gates · hiddenSize); null without bias.</summary>
    public Parameter? BiasIh { get; }

    /// <summary>What is added for the state, (gates · hiddenSize); null without bias.</summary>
    public Parameter? BiasHh { get; }

    /// <inheritdoc/>
    protected override string Settings =>
        $"{PythonNumber.Of(InputSize)}, {PythonNumber.Of(HiddenSize)}{(BiasIh is null ? ", bias=False" : "")}";

    /// <summary>Draws new first values: uniform within one over the root of hiddenSize.</summary>
    public void ResetParameters(Generator? generator = null)
    {
        var bound = HiddenSize > 0 ? 1 / Math.Sqrt(HiddenSize) : 0;
        foreach (var parameter in Parameters())
            Init.Uniform_(parameter, -bound, bound, generator);
    }

    /// <summary>The state after an input to a state of zeros. Hooks run.</summary>
    /// <inheritdoc cref="Module{T1, T2, TOutput}.Call"/>
    public new TState Call(Tensor input) => Call(input, null);

    /// <summary>The states after an input: with the batch of one that is not batched, and without it again.</summary>
    /// <param name="input">(batch, inputSize) or (inputSize).</param>
    /// <param name="states">The states, (batch, hiddenSize) or (hiddenSize); zeros where null.</param>
    /// <param name="count">How many states there are.</param>
    /// <param name="step">From the projected input and the states before to the states after.</param>
    private protected Tensor[] Run(Tensor input, Tensor[]? states, int count, Func<Tensor, Tensor[], Tensor[]> step)
    {
        if (input.Rank is not (1 or 2))
        {
            throw new TensorValueException(
                $"{TypeName}: Expected input to be 1-D or 2-D but received {input.Rank}-D tensor");
        }

        var isBatched = input.Rank == 2;
        if (!isBatched)
        {
            input = input.Unsqueeze(0);
            states = states is null ? null : Array.ConvertAll(states, s => s.Unsqueeze(0));
        }

        if (input.Shape[1] != InputSize)
        {
            throw new TensorRuntimeException(
                $"input has inconsistent input_size: got {input.Shape[1]} expected {InputSize}");
        }

        states ??= [.. Enumerable.Repeat(
            Tensor.Zeros([input.Shape[0], HiddenSize], input.DType, input.Device), count)];
        foreach (var state in states)
        {
            if (state.Shape[0] != input.Shape[0])
            {
                throw new TensorRuntimeException(
                    $"Input batch size {input.Shape[0]} doesn't match hidden0 batch size {state.Shape[0]}");
            }

            if (state.Shape[1] != HiddenSize)
            {
                throw new TensorRuntimeException(
                    $"hidden0 has inconsistent hidden_size: got {state.Shape[1]}, expected {HiddenSize}");
            }
        }

        var after = step(input.Linear(WeightIh, BiasIh), states);
        return isBatched ? after : Array.ConvertAll(after, s => s.Squeeze(0));
    }
}

/// <summary>One step of an <see cref="RNN"/>, as <c>torch.nn.RNNCell</c>: (batch, inputSize) and (batch, hiddenSize)
/// give (batch, hiddenSize); without a batch too.</summary>
public sealed class RNNCell : RecurrentCell<Tensor>
{
    private readonly string nonlinearity;

    /// <summary>A cell with PyTorch's first values.</summary>
    /// <param name="inputSize">How many numbers an input has.</param>
    /// <param name="hiddenSize">How many numbers a state has.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="nonlinearity"><c>tanh</c> or <c>relu</c>.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="dtype">A floating-point dtype; the default float where null.</param>
    public RNNCell(
        long inputSize, long hiddenSize, bool bias = true, string nonlinearity = "tanh",
        ComputeDevice? device = null, DType? dtype = null)
        : base(1, inputSize, hiddenSize, bias, device, dtype) => this.nonlinearity = nonlinearity;

    /// <inheritdoc/>
    protected override string Settings =>
        base.Settings + (nonlinearity == "tanh" ? "" : $", nonlinearity={nonlinearity}");

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor? second) => nonlinearity is "tanh" or "relu"
        ? Run(first, second is null ? null : [second], 1, (x, states) =>
            [ElmanRecurrence.Step(x, states[0], WeightHh, BiasHh, nonlinearity == "relu")])[0]
        : throw new TensorRuntimeException($"Unknown nonlinearity: {nonlinearity}");
}

/// <summary>One step of a <see cref="GRU"/>, as <c>torch.nn.GRUCell</c>: (batch, inputSize) and (batch, hiddenSize)
/// give (batch, hiddenSize); without a batch too.</summary>
public sealed class GRUCell : RecurrentCell<Tensor>
{
    /// <summary>A cell with PyTorch's first values.</summary>
    /// <param name="inputSize">How many numbers an input has.</param>
    /// <param name="hiddenSize">How many numbers a state has.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="dtype">A floating-point dtype; the default float where null.</param>
    public GRUCell(
        long inputSize, long hiddenSize, bool bias = true, ComputeDevice? device = null, DType? dtype = null)
        : base(3, inputSize, hiddenSize, bias, device, dtype)
    {
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor? second) =>
        Run(first, second is null ? null : [second], 1, (x, states) =>
            [GruRecurrence.Step(x, states[0], WeightHh, BiasHh)])[0];
}

/// <summary>One step of an <see cref="LSTM"/>, as <c>torch.nn.LSTMCell</c>: (batch, inputSize) and two states of
/// (batch, hiddenSize) give two of (batch, hiddenSize); without a batch too.</summary>
public sealed class LSTMCell : RecurrentCell<LstmState>
{
    /// <summary>A cell with PyTorch's first values.</summary>
    /// <param name="inputSize">How many numbers an input has.</param>
    /// <param name="hiddenSize">How many numbers a state has.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="dtype">A floating-point dtype; the default float where null.</param>
    public LSTMCell(
        long inputSize, long hiddenSize, bool bias = true, ComputeDevice? device = null, DType? dtype = null)
        : base(4, inputSize, hiddenSize, bias, device, dtype)
    {
    }

    /// <inheritdoc/>
    protected override LstmState Forward(Tensor first, LstmState? second)
    {
        var after = Run(first, second is null ? null : [second.H, second.C], 2, (x, states) =>
            LstmRecurrence.Step(x, states[0], states[1], WeightHh, BiasHh));
        return new(after[0], after[1]);
    }
}
