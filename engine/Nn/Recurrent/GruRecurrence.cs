using static KernelEngine.Pointwise;

namespace KernelEngine.Nn;

/// <summary>A layer of a GRU in one direction; see <see cref="Recurrence"/>.</summary>
/// <param name="steps">The time steps.</param>
/// <param name="hasBias">Whether there are biases.</param>
/// <param name="isReverse">Whether it runs from the last step to the first.</param>
internal sealed class GruRecurrence(TimeSteps steps, bool hasBias, bool isReverse)
    : Recurrence(steps, 1, hasBias, isReverse)
{
    // Of the input: reset, update, candidate; the same of the state; the state.
    private static readonly PointwiseFunction Cell = Define("gru_cell", 7, x =>
    {
        var (reset, update) = (Sigmoid(x[0] + x[3]), Sigmoid(x[1] + x[4]));
        var candidate = Tanh(x[2] + (reset * x[5]));
        return [candidate + (update * (x[6] - candidate))];
    });

    // Reset, update, candidate; the candidate's part of the state; the output; the state; all three of the state.
    private static readonly PointwiseUpdate Advance = PointwiseUpdate.Define("gru_step", 9, 0, (t, _) =>
    {
        var (reset, update) = (Sigmoid(t[0] + t[6]), Sigmoid(t[1] + t[7]));
        var candidate = Tanh(t[2] + (reset * t[8]));
        return [reset, update, candidate, t[8], candidate + (update * (t[5] - candidate))];
    });

    // Gradients of reset, update, the candidate's part of the state, the candidate, the state; reset, update,
    // candidate, its part of the state; the state before; the other part of the output's gradient.
    private static readonly PointwiseUpdate Retreat = PointwiseUpdate.Define("gru_step_backward", 11, 0, (t, _) =>
    {
        var (reset, update, candidate, ofState, before) = (t[5], t[6], t[7], t[8], t[9]);
        var all = t[4] + t[10];
        var inner = all * (1 - update) * (1 - (candidate * candidate));
        return
        [
            inner * ofState * reset * (1 - reset), all * (before - candidate) * update * (1 - update), inner * reset,
            inner, all * update,
        ];
    });

    protected override Tensor[] Forward(FunctionContext context, Tensor[] inputs)
    {
        var weight = WeightHh(inputs);
        var size = weight.Shape[1];
        var gates = Rows(inputs).Linear(WeightIh(inputs), BiasIh(inputs));
        var (output, ofState) = (Empty(size, gates), Empty(size, gates));
        var before = context.IsRecording ? Empty(size, gates) : null;
        var hidden = Copy(Hidden(inputs));
        foreach (var step in Order())
        {
            var h = Steps.Active(hidden, step);
            var (reset, update, candidate) = Parts(Steps.Of(gates, step), size);
            var (r, u, c) = Parts(h.Linear(weight, BiasHh(inputs)), size);
            var after = Steps.Of(output, step);
            if (before is not null)
                Steps.Of(before, step).Copy_(h);
            Advance.Apply([reset, update, candidate, Steps.Of(ofState, step), after, h, r, u, c]);
            h.Copy_(after);
        }

        if (before is not null)
            context.SaveForBackward([.. inputs, gates, ofState, before]);
        return [output, hidden];
    }

    protected override Tensor?[] Differentiate(FunctionContext context, Tensor[] gradients)
    {
        var inputs = context.Saved;
        var results = new Tensor?[context.NeedsInputGrad.Count];
        var (gates, ofState, before) = (inputs[^3], inputs[^2], inputs[^1]);
        var weight = WeightHh(inputs);
        var size = weight.Shape[1];
        var (ofStates, ofCandidates) = (Empty(3 * size, gates), Empty(size, gates));
        var ofHidden = Copy(gradients[1]);
        foreach (var step in BackwardOrder())
        {
            var h = Steps.Active(ofHidden, step);
            var (reset, update, candidate) = Parts(Steps.Of(gates, step), size);
            var gradient = Steps.Of(ofStates, step);
            var (r, u, c) = Parts(gradient, size);
            Retreat.Apply(
            [
                r, u, c, Steps.Of(ofCandidates, step), h, reset, update, candidate, Steps.Of(ofState, step),
                Steps.Of(before, step), Steps.Of(gradients[0], step),
            ]);
            h.Addmm_(gradient, weight);
        }

        var ofInputs = Tensor.Cat([ofStates.Narrow(1, 0, 2 * size), ofCandidates], 1);
        DifferentiateProjections(context, inputs, before, ofInputs, ofStates, results);
        results[1] = ofHidden;
        return results;
    }

    protected override Tensor[] Step(Tensor projected, Tensor[] before, Tensor[] inputs) =>
        [Step(projected, before[0], WeightHh(inputs), BiasHh(inputs))];

    /// <summary>One step of recorded operators.</summary>
    public static Tensor Step(Tensor projected, Tensor hidden, Tensor weight, Tensor? bias)
    {
        var (x, h) = (projected.Chunk(3, 1), hidden.Linear(weight, bias).Chunk(3, 1));
        return Cell(x[0], x[1], x[2], h[0], h[1], h[2], hidden)[0];
    }

    private static (Tensor, Tensor, Tensor) Parts(Tensor gates, long size) =>
        (gates.Narrow(1, 0, size), gates.Narrow(1, size, size), gates.Narrow(1, 2 * size, size));
}
