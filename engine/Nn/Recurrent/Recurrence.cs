namespace KernelEngine.Nn;

/// <summary>
/// One layer of a recurrent network in one direction, over all time steps. The inputs of all steps are projected by
/// one product; each step is then a product with its own part of them, and one pointwise kernel. Backward, the
/// gradients of the weights are products over all steps again.
/// </summary>
/// <remarks>
/// Inputs: rows (all steps, inputs), states at the start (sequences, size) each, weight_ih, weight_hh, bias_ih and
/// bias_hh where there are biases, weight_hr where outputs are projected. Results: the output's rows, the states at
/// the end.
/// </remarks>
/// <param name="steps">The time steps.</param>
/// <param name="states">How many states there are: the output's, and cells.</param>
/// <param name="hasBias">Whether there are biases.</param>
/// <param name="isReverse">Whether it runs from the last step to the first.</param>
internal abstract class Recurrence(TimeSteps steps, int states, bool hasBias, bool isReverse) : FusedFunction
{
    protected TimeSteps Steps => steps;

    protected bool HasBias => hasBias;

    /// <summary>How many inputs there are but weight_hr.</summary>
    protected int InputCount => states + (hasBias ? 5 : 3);

    protected static Tensor Rows(IReadOnlyList<Tensor> inputs) => inputs[0];

    protected static Tensor Hidden(IReadOnlyList<Tensor> inputs) => inputs[1];

    protected Tensor WeightIh(IReadOnlyList<Tensor> inputs) => inputs[1 + states];

    protected Tensor WeightHh(IReadOnlyList<Tensor> inputs) => inputs[2 + states];

    protected Tensor? BiasIh(IReadOnlyList<Tensor> inputs) => hasBias ? inputs[3 + states] : null;

    protected Tensor? BiasHh(IReadOnlyList<Tensor> inputs) => hasBias ? inputs[4 + states] : null;

    /// <summary>The steps in the order in which they are computed.</summary>
    protected IEnumerable<int> Order()
    {
        for (var i = 0; i < steps.Count; i++)
            yield return isReverse ? steps.Count - 1 - i : i;
    }

    /// <summary>The steps in the order in which gradients flow.</summary>
    protected IEnumerable<int> BackwardOrder()
    {
        for (var i = 0; i < steps.Count; i++)
            yield return isReverse ? i : steps.Count - 1 - i;
    }

    /// <summary>One step of recorded operators.</summary>
    /// <param name="projected">The step's projected inputs.</param>
    /// <param name="before">The states before it.</param>
    /// <param name="inputs">The inputs of the whole.</param>
    /// <returns>The states after it.</returns>
    protected abstract Tensor[] Step(Tensor projected, Tensor[] before, Tensor[] inputs);

    /// <inheritdoc/>
    protected sealed override Tensor[] Compose(Tensor[] inputs)
    {
        var projected = Rows(inputs).Linear(WeightIh(inputs), BiasIh(inputs));
        var current = inputs[1..(1 + states)];
        var outputs = new Tensor[steps.Count];
        foreach (var step in Order())
        {
            var before = Array.ConvertAll(current, s => steps.Active(s, step));
            var after = Step(steps.Of(projected, step), before, inputs);
            outputs[step] = after[0];
            for (var i = 0; i < states; i++)
            {
                var ended = current[i].Narrow(0, after[i].Shape[0], steps.Batch - after[i].Shape[0]);
                current[i] = ended.ElementCount == 0 ? after[i] : Tensor.Cat([after[i], ended]);
            }
        }

        return [Tensor.Cat(outputs), .. current];
    }

    /// <summary>Puts the gradients of rows, weights and biases into their places.</summary>
    /// <param name="context">Says which are wanted.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="before">The output's state before each step.</param>
    /// <param name="ofInput">The gradients of the projected inputs.</param>
    /// <param name="ofHidden">The gradients of the projected states.</param>
    /// <param name="results">The gradients of the inputs.</param>
    protected void DifferentiateProjections(
        FunctionContext context, IReadOnlyList<Tensor> inputs, Tensor before, Tensor ofInput, Tensor ofHidden,
        Tensor?[] results)
    {
        var needs = context.NeedsInputGrad;
        var at = 1 + states;
        if (needs[0])
            results[0] = ofInput.Matmul(WeightIh(inputs));
        if (needs[at])
            results[at] = ofInput.Transpose(0, 1).Matmul(Rows(inputs));
        if (needs[at + 1])
            results[at + 1] = ofHidden.Transpose(0, 1).Matmul(before);
        if (!hasBias)
            return;
        if (needs[at + 2])
            results[at + 2] = ofInput.Sum(0);
        if (needs[at + 3])
            results[at + 3] = ReferenceEquals(ofInput, ofHidden) && results[at + 2] is { } same ? same : ofHidden.Sum(0);
    }

    /// <summary>A tensor for all steps.</summary>
    protected Tensor Empty(long columns, Tensor like) => Tensor.Empty([steps.Rows, columns], like.DType, like.Device);

    /// <summary>A copy without gaps, to be written step by step.</summary>
    protected static Tensor Copy(Tensor state) => state.Contiguous().Clone();
}
