using static KernelEngine.Pointwise;

namespace KernelEngine.Nn;

/// <summary>A layer of a plain recurrent network in one direction; see <see cref="Recurrence"/>.</summary>
/// <param name="steps">The time steps.</param>
/// <param name="hasBias">Whether there are biases.</param>
/// <param name="isReverse">Whether it runs from the last step to the first.</param>
/// <param name="isRelu">Whether the activation is ReLU, not tanh.</param>
internal sealed class ElmanRecurrence(TimeSteps steps, bool hasBias, bool isReverse, bool isRelu)
    : Recurrence(steps, 1, hasBias, isReverse)
{
    // Gradient of the sum; output; the parts of its gradient.
    private static readonly PointwiseUpdate RetreatTanh = PointwiseUpdate.Define(
        "rnn_tanh_step_backward", 4, 0, (t, _) => [(t[2] + t[3]) * (1 - (t[1] * t[1]))]);

    private static readonly PointwiseUpdate RetreatRelu = PointwiseUpdate.Define(
        "rnn_relu_step_backward", 4, 0, (t, _) => [Select(t[1] > 0, t[2] + t[3], 0)]);

    protected override Tensor[] Forward(FunctionContext context, Tensor[] inputs)
    {
        // Each step's output takes the place of its projected input.
        var output = Rows(inputs).Linear(WeightIh(inputs), HasBias ? BiasIh(inputs)! + BiasHh(inputs)! : null);
        var before = context.IsRecording ? Empty(output.Shape[1], output) : null;
        var hidden = Copy(Hidden(inputs));
        var turned = WeightHh(inputs).Transpose(0, 1).Contiguous();
        foreach (var step in Order())
        {
            var h = Steps.Active(hidden, step);
            if (before is not null)
                Steps.Of(before, step).Copy_(h);
            var after = Steps.Of(output, step).Addmm_(h, turned);
            h.Copy_(isRelu ? after.Relu_() : after.Tanh_());
        }

        if (before is not null)
            context.SaveForBackward([.. inputs, output, before]);
        return [output, hidden];
    }

    protected override Tensor?[] Differentiate(FunctionContext context, Tensor[] gradients)
    {
        var inputs = context.Saved;
        var results = new Tensor?[context.NeedsInputGrad.Count];
        var (output, before) = (inputs[^2], inputs[^1]);
        var weight = WeightHh(inputs);
        var ofSums = Empty(weight.Shape[1], output);
        var ofHidden = Copy(gradients[1]);
        var retreat = isRelu ? RetreatRelu : RetreatTanh;
        foreach (var step in BackwardOrder())
        {
            var h = Steps.Active(ofHidden, step);
            var gradient = Steps.Of(ofSums, step);
            retreat.Apply([gradient, Steps.Of(output, step), Steps.Of(gradients[0], step), h]);
            h.Addmm_(gradient, weight, beta: 0);
        }

        DifferentiateProjections(context, inputs, before, ofSums, ofSums, results);
        results[1] = ofHidden;
        return results;
    }

    protected override Tensor[] Step(Tensor projected, Tensor[] before, Tensor[] inputs) =>
        [Step(projected, before[0], WeightHh(inputs), BiasHh(inputs), isRelu)];

    /// <summary>One step of recorded operators.</summary>
    public static Tensor Step(Tensor projected, Tensor hidden, Tensor weight, Tensor? bias, bool isRelu)
    {
        var sum = projected + hidden.Linear(weight, bias);
        return isRelu ? sum.Relu() : sum.Tanh();
    }
}
