using static KernelEngine.Pointwise;

namespace KernelEngine.Nn;

/// <summary>A layer of an LSTM in one direction; see <see cref="Recurrence"/>.</summary>
/// <param name="steps">The time steps.</param>
/// <param name="hasBias">Whether there are biases.</param>
/// <param name="isReverse">Whether it runs from the last step to the first.</param>
/// <param name="isProjected">Whether outputs are projected by weight_hr.</param>
internal sealed class LstmRecurrence(TimeSteps steps, bool hasBias, bool isReverse, bool isProjected)
    : Recurrence(steps, 2, hasBias, isReverse)
{
    /// <summary>From four gates' values before their activation, and the cell: the output and the next cell.</summary>
    public static readonly PointwiseFunction Cell = Define("lstm_cell", 5, x =>
    {
        var cell = (Sigmoid(x[1]) * x[4]) + (Sigmoid(x[0]) * Tanh(x[2]));
        return [Sigmoid(x[3]) * Tanh(cell), cell];
    });

    // Input gate, forget gate, candidate, output gate, cell; the output; the cell before.
    private static readonly PointwiseUpdate Advance = PointwiseUpdate.Define("lstm_step", 7, 0, (t, _) =>
        [.. Gates(t), t[4]]);

    // The same where nothing will be differentiated.
    private static readonly PointwiseUpdate AdvanceOnly = PointwiseUpdate.Define("lstm_step", 6, 0, (t, _) =>
        Gates(t));

    // Gradients of the four gates and of the cell; the gates, the cell before; the parts of the output's gradient.
    private static readonly PointwiseUpdate Retreat = PointwiseUpdate.Define("lstm_step_backward", 12, 0, (t, _) =>
        Gradients(t, t[10] + t[11]));

    private static readonly PointwiseUpdate RetreatProjected = PointwiseUpdate.Define(
        "lstm_step_backward", 11, 0, (t, _) => Gradients(t, t[10]));

    protected override Tensor[] Forward(FunctionContext context, Tensor[] inputs)
    {
        var weight = WeightHh(inputs);
        var size = weight.Shape[0] / 4;
        var gates = Rows(inputs).Linear(WeightIh(inputs), HasBias ? BiasIh(inputs)! + BiasHh(inputs)! : null);
        var output = Empty(Hidden(inputs).Shape[1], gates);
        var raw = isProjected ? Empty(size, gates) : output;
        var saves = context.IsRecording;
        var (before, cells) = saves ? (Empty(output.Shape[1], gates), Empty(size, gates)) : (null, null);
        var (hidden, cell) = (Copy(Hidden(inputs)), Copy(inputs[2]));
        var turned = weight.Transpose(0, 1).Contiguous();
        foreach (var step in Order())
        {
            var (h, c) = (Steps.Active(hidden, step), Steps.Active(cell, step));
            var gate = Steps.Of(gates, step).Addmm_(h, turned);
            var (i, f, g, o) = Parts(gate, size);
            var out_ = Steps.Of(output, step);
            if (saves)
            {
                Steps.Of(before!, step).Copy_(h);
                Advance.Apply([i, f, g, o, c, Steps.Of(raw, step), Steps.Of(cells!, step)]);
            }
            else
                AdvanceOnly.Apply([i, f, g, o, c, Steps.Of(raw, step)]);
            if (isProjected)
                out_.Addmm_(Steps.Of(raw, step), inputs[^1].Transpose(0, 1), beta: 0);
            h.Copy_(out_);
        }

        if (saves)
            context.SaveForBackward([.. inputs, gates, before!, cells!, raw]);
        return [output, hidden, cell];
    }

    protected override Tensor?[] Differentiate(FunctionContext context, Tensor[] gradients)
    {
        var inputs = context.Saved;
        var results = new Tensor?[context.NeedsInputGrad.Count];
        var (gates, before, cells, raw) = (inputs[^4], inputs[^3], inputs[^2], inputs[^1]);
        var weight = WeightHh(inputs);
        var size = weight.Shape[0] / 4;
        var ofGates = Empty(4 * size, gates);
        var (ofHidden, ofCell) = (Copy(gradients[1]), Copy(gradients[2]));
        var projection = isProjected ? inputs[InputCount] : null;
        var ofOutput = isProjected ? Empty(gradients[0].Shape[1], gates) : null;
        foreach (var step in BackwardOrder())
        {
            var (h, c) = (Steps.Active(ofHidden, step), Steps.Active(ofCell, step));
            var (i, f, g, o) = Parts(Steps.Of(gates, step), size);
            var gradient = Steps.Of(ofGates, step);
            var (di, df, dg, dout) = Parts(gradient, size);
            var cell = Steps.Of(cells, step);
            if (projection is null)
                Retreat.Apply([di, df, dg, dout, c, i, f, g, o, cell, Steps.Of(gradients[0], step), h]);
            else
            {
                var sum = Steps.Of(ofOutput!, step).Copy_(h).Add_(Steps.Of(gradients[0], step));
                RetreatProjected.Apply([di, df, dg, dout, c, i, f, g, o, cell, sum.Matmul(projection)]);
            }

            h.Addmm_(gradient, weight, beta: 0);
        }

        DifferentiateProjections(context, inputs, before, ofGates, ofGates, results);
        (results[1], results[2]) = (ofHidden, ofCell);
        if (isProjected)
            results[InputCount] = ofOutput!.Transpose(0, 1).Matmul(raw);
        return results;
    }

    protected override Tensor[] Step(Tensor projected, Tensor[] before, Tensor[] inputs) => Step(
        projected, before[0], before[1], WeightHh(inputs), BiasHh(inputs), isProjected ? inputs[^1] : null);

    /// <summary>One step of recorded operators.</summary>
    public static Tensor[] Step(
        Tensor projected, Tensor hidden, Tensor cell, Tensor weight, Tensor? bias, Tensor? projection = null)
    {
        var gates = (projected + hidden.Linear(weight, bias)).Chunk(4, 1);
        var after = Cell(gates[0], gates[1], gates[2], gates[3], cell);
        return projection is null ? after : [after[0].Linear(projection), after[1]];
    }

    private static (Tensor, Tensor, Tensor, Tensor) Parts(Tensor gates, long size) => (
        gates.Narrow(1, 0, size), gates.Narrow(1, size, size), gates.Narrow(1, 2 * size, size),
        gates.Narrow(1, 3 * size, size));

    private static Expr[] Gates(Expr[] t)
    {
        var (i, f, g, o) = (Sigmoid(t[0]), Sigmoid(t[1]), Tanh(t[2]), Sigmoid(t[3]));
        var cell = (f * t[4]) + (i * g);
        return [i, f, g, o, cell, o * Tanh(cell)];
    }

    private static Expr[] Gradients(Expr[] t, Expr ofOutput)
    {
        var (ofCell, i, f, g, o, before) = (t[4], t[5], t[6], t[7], t[8], t[9]);
        var squashed = Tanh((f * before) + (i * g));
        var all = ofCell + (ofOutput * o * (1 - (squashed * squashed)));
        return
        [
            all * g * i * (1 - i), all * before * f * (1 - f), all * i * (1 - (g * g)),
            ofOutput * squashed * o * (1 - o), all * f,
        ];
    }
}
