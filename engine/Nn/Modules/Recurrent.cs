namespace KernelEngine.Nn;

/// <summary>What recurrent networks have in common: layers, directions, and their parameters.</summary>
/// <typeparam name="TState">The states that it starts with.</typeparam>
/// <typeparam name="TOutput">The output and the states that it ends with.</typeparam>
public abstract class RecurrentModule<TState, TOutput> : Module<Tensor, TState?, TOutput> where TState : class
{
    private readonly OrderedDictionary<string, Parameter> parameters = [];

    private protected RecurrentModule(
        int gates, long inputSize, long hiddenSize, int numLayers, bool bias, bool batchFirst, double dropout,
        bool bidirectional, long projSize, ComputeDevice? device, DType? dtype)
    {
        if (dropout is not (>= 0 and <= 1))
        {
            throw new TensorValueException(
                "dropout should be a number in range [0, 1] representing the probability of an element being zeroed");
        }

        if (projSize < 0)
        {
            throw new TensorValueException(
                "proj_size should be a positive integer or zero to disable projections");
        }

        if (projSize >= hiddenSize)
            throw new TensorValueException("proj_size has to be smaller than hidden_size");
        ArgumentOutOfRangeException.ThrowIfLessThan(numLayers, 1);
        (InputSize, HiddenSize, NumLayers, HasBias) = (inputSize, hiddenSize, numLayers, bias);
        (BatchFirst, Dropout, Bidirectional, ProjSize) = (batchFirst, dropout, bidirectional, projSize);
        for (var layer = 0; layer < numLayers; layer++)
        {
            for (var direction = 0; direction < Directions; direction++)
            {
                var suffix = $"_l{PythonNumber.Of(layer)}{(direction == 1 ? "_reverse" : "")}";
                Add("weight_ih" + suffix, gates * hiddenSize, layer == 0 ? inputSize : OutputSize * Directions);
                Add("weight_hh" + suffix, gates * hiddenSize, OutputSize);
                if (bias)
                {
                    Add("bias_ih" + suffix, gates * hiddenSize);
                    Add("bias_hh" + suffix, gates * hiddenSize);
                }

                if (projSize > 0)
                    Add("weight_hr" + suffix, projSize, hiddenSize);
            }
        }

        ResetParameters();

        void Add(string name, params ReadOnlySpan<long> sizes) =>
            parameters.Add(name, new(Tensor.Empty(Shape.Create(sizes), dtype, device)));
    }

    /// <summary>How many numbers an element of a sequence has.</summary>
    public long InputSize { get; }

    /// <summary>How many numbers a state has.</summary>
    public long HiddenSize { get; }

    /// <summary>How many layers there are, each on the output of the one before.</summary>
    public int NumLayers { get; }

    /// <summary>Whether there are biases.</summary>
    public bool HasBias { get; }

    /// <summary>Whether the first dimension of input and output is that of the sequences.</summary>
    public bool BatchFirst { get; }

    /// <summary>The probability of a zero in the output of each layer but the last, while training.</summary>
    public double Dropout { get; }

    /// <summary>Whether a second network runs backwards through the sequences.</summary>
    public bool Bidirectional { get; }

    /// <summary>How many numbers an output is projected to; 0 where it is not.</summary>
    public long ProjSize { get; }

    /// <summary>The parameters of each layer and direction.</summary>
    public IReadOnlyList<IReadOnlyList<Parameter>> AllWeights =>
        [.. parameters.Values.Chunk(parameters.Count / (NumLayers * Directions))];

    /// <inheritdoc/>
    protected override string Settings
    {
        get
        {
            var text = $"{PythonNumber.Of(InputSize)}, {PythonNumber.Of(HiddenSize)}";
            if (ProjSize != 0)
                text += $", proj_size={PythonNumber.Of(ProjSize)}";
            if (NumLayers != 1)
                text += $", num_layers={PythonNumber.Of(NumLayers)}";
            if (!HasBias)
                text += ", bias=False";
            if (BatchFirst)
                text += ", batch_first=True";
            if (Dropout != 0)
                text += $", dropout={PythonNumber.Of(Dropout)}";
            if (Bidirectional)
                text += ", bidirectional=True";
            return text;
        }
    }

    private protected int Directions => Bidirectional ? 2 : 1;

    private protected long OutputSize => ProjSize > 0 ? ProjSize : HiddenSize;

    /// <summary>Draws new first values: uniform within one over the root of hiddenSize.</summary>
    public void ResetParameters(Generator? generator = null)
    {
        var bound = HiddenSize > 0 ? 1 / Math.Sqrt(HiddenSize) : 0;
        foreach (var parameter in parameters.Values)
            Init.Uniform_(parameter, -bound, bound, generator);
    }

    /// <summary>The output for sequences that start with states of zeros. Hooks run.</summary>
    /// <inheritdoc cref="Module{T1, T2, TOutput}.Call"/>
    public new TOutput Call(Tensor input) => Call(input, null);

    /// <inheritdoc/>
    protected internal override IEnumerable<ModuleMember> Members() =>
        parameters.Select(p => new ModuleMember(p.Key, p.Value));

    /// <summary>One layer in one direction.</summary>
    private protected abstract Recurrence Layer(TimeSteps steps, bool isReverse);

    /// <summary>All layers.</summary>
    /// <param name="rows">(all steps, inputSize).</param>
    /// <param name="steps">The steps.</param>
    /// <param name="states">The states that it starts with: (layers · directions, sequences, size) each.</param>
    /// <returns>The output, (all steps, directions · size), and the states that it ends with.</returns>
    private protected Tensor[] Run(Tensor rows, TimeSteps steps, Tensor[] states)
    {
        var perLayer = parameters.Count / (NumLayers * Directions);
        var ends = Array.ConvertAll(states, _ => new Tensor[NumLayers * Directions]);
        for (var layer = 0; layer < NumLayers; layer++)
        {
            var outputs = new Tensor[Directions];
            for (var direction = 0; direction < Directions; direction++)
            {
                var place = (layer * Directions) + direction;
                var weights = parameters.Skip(place * perLayer).Take(perLayer).Select(p => (Tensor)p.Value);
                var results = Layer(steps, direction == 1).ApplyAll(
                    [rows, .. states.Select(s => s.Select(0, place)), .. weights]);
                outputs[direction] = results[0];
                for (var i = 0; i < ends.Length; i++)
                    ends[i][place] = results[1 + i];
            }

            rows = Directions == 1 ? outputs[0] : Tensor.Cat(outputs, 1);
            if (Dropout > 0 && layer + 1 < NumLayers)
                rows = Functional.Dropout(rows, Dropout, IsTraining);
        }

        return [rows, .. ends.Select(e => Tensor.Stack(e))];
    }

    /// <summary>All layers over padded sequences.</summary>
    private protected Tensor[] RunPadded(Tensor input, Tensor[]? states)
    {
        var isBatched = input.Rank == 3;
        var batchDimension = BatchFirst ? 0 : 1;
        CheckRanks(states, isBatched);
        if (!isBatched)
        {
            // As PyTorch, whose message names the dimensions after one has been added.
            input = input.Rank == 0 ? input : input.Unsqueeze(Math.Min(batchDimension, input.Rank));
            states = states is null ? null : Array.ConvertAll(states, s => s.Unsqueeze(1));
        }

        CheckInput(input, 3);
        if (BatchFirst)
            input = input.Transpose(0, 1);
        var (length, batch) = (input.Shape[0], input.Shape[1]);
        states = CheckStates(states, batch, input);
        if (length == 0)
            throw new TensorRuntimeException("Expected sequence length to be larger than 0 in RNN");
        var results = Run(input.Reshape([length * batch, InputSize]), new(length, batch), states);
        results[0] = results[0].View([length, batch, results[0].Shape[1]]);
        if (BatchFirst)
            results[0] = results[0].Transpose(0, 1);
        if (isBatched)
            return results;
        for (var i = 0; i < results.Length; i++)
            results[i] = results[i].Squeeze(i == 0 ? batchDimension : 1);
        return results;
    }

    /// <summary>All layers over packed sequences.</summary>
    private protected Tensor[] RunPacked(PackedSequence input, Tensor[]? states)
    {
        ArgumentNullException.ThrowIfNull(input);
        CheckInput(input.Data, 2);
        var steps = new TimeSteps(input.BatchSizes.ToArray<long>());
        if (states is not null && input.SortedIndices is { } sorted)
            states = Array.ConvertAll(states, s => s.IndexSelect(1, sorted));
        var results = Run(input.Data, steps, CheckStates(states, steps.Batch, input.Data));
        if (input.UnsortedIndices is { } order)
        {
            for (var i = 1; i < results.Length; i++)
                results[i] = results[i].IndexSelect(1, order);
        }

        return results;
    }

    private protected abstract void CheckRanks(Tensor[]? states, bool isBatched);

    private protected abstract Tensor[] CheckStates(Tensor[]? states, long batch, Tensor input);

    private protected Tensor CheckState(Tensor state, string name, long batch, long size)
    {
        Shape expected = [NumLayers * Directions, batch, size];
        return state.Shape == expected ? state : throw new TensorRuntimeException(
            $"Expected {name} size ({expected[0]}, {expected[1]}, {expected[2]}), got {state.Shape.ToListText()}");
    }

    private protected Tensor Zeros(long batch, long size, Tensor input) =>
        Tensor.Zeros([NumLayers * Directions, batch, size], input.DType, input.Device);

    private void CheckInput(Tensor input, int rank)
    {
        if (input.Rank != rank)
            throw new TensorRuntimeException($"input must have {rank} dimensions, got {input.Rank}");
        if (input.Shape[^1] != InputSize)
        {
            throw new TensorRuntimeException(
                $"input.size(-1) must be equal to input_size. Expected {InputSize}, got {input.Shape[^1]}");
        }
    }
}
