namespace KernelEngine;

/// <summary>The record of a pointwise operator.</summary>
internal sealed class PointwiseNode : Node
{
    private readonly PointwiseBackwardPlan plan;
    private readonly Layout?[]? broadcast;
    private readonly PointwiseInstance instance;
    private readonly SavedTensor[] saved;
    private readonly Scalar[] numbers;
    private SavedTensor savedResult;
    private bool released;

    public PointwiseNode(
        PointwiseOperator op, PointwiseInstance instance, uint needed, ReadOnlySpan<Argument> arguments,
        Tensor? result, Tensor? overwritten = null)
        : base(instance.NodeName, arguments.Length)
    {
        OutputCount = instance.Results.Length;
        plan = instance.PlanFor(needed);
        this.instance = instance;
        var used = plan.UsedArguments;
        saved = used.Length == 0 ? [] : new SavedTensor[used.Length];
        numbers = [];
        for (var i = 0; i < used.Length; i++)
        {
            var argument = arguments[used[i]];
            if (argument.Tensor is { } tensor)
                saved[i] = new(IsSame(tensor, overwritten) ? tensor.Clone() : tensor);
            else
                (numbers.Length == 0 ? numbers = new Scalar[used.Length] : numbers)[i] = argument.Scalar;
        }

        Shape? shape = null;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Tensor is not { } tensor)
                continue;
            if (plan.Sources[i].Kind != GradientSource.What.None)
                NextEdges[i] = tensor.GradientEdge;
            shape = shape is { } s && s != tensor.Shape ? Shape.Broadcast(s, tensor.Shape) : tensor.Shape;
        }

        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Tensor is { } tensor &&
                (tensor.Shape != shape!.Value || tensor.DType != instance.Results[0]))
            {
                (broadcast ??= new Layout?[arguments.Length])[i] = tensor.Layout;
            }
        }

        if (result is not null)
            SaveResult(result);
    }

    internal override bool ReturnsFresh => true;

    // What is about to be overwritten is kept as it was.
    private static bool IsSame(Tensor tensor, Tensor? overwritten) =>
        overwritten is not null && ReferenceEquals(tensor.Storage, overwritten.Storage) &&
        tensor.Layout.SameAs(overwritten.Layout);

    /// <summary>Saves the result, if it is used: after it has been written.</summary>
    public void SaveResult(Tensor result)
    {
        if (plan.UsesResult)
            savedResult = new(result, isResult: true);
    }

    internal override Tensor?[] Backward(Tensor?[] gradients)
    {
        if (released && (saved.Length > 0 || plan.UsesResult))
            throw Released();
        var arguments = saved.Length == 0 ? [] : new Argument[saved.Length];
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = numbers.Length == 0 || saved[i].HasValue ? saved[i].Unpack(this) : numbers[i];
        var computed = plan.Compute(gradients, plan.UsesResult ? savedResult.Unpack(this) : null, arguments);
        var results = new Tensor?[NextEdges.Length];
        for (var i = 0; i < results.Length; i++)
        {
            if (NextEdges[i].Node is null)
                continue;
            var source = plan.Sources[i];
            var gradient = source.Kind == GradientSource.What.Passed ? gradients[source.Index] : computed[source.Index];
            if (gradient is not null && broadcast?[i] is { } layout)
                gradient = gradient.SumToSize(layout.Shape).To(instance.DTypeOf(i));
            results[i] = gradient;
        }

        return results;
    }

    internal override void Release()
    {
        released = true;
        Array.Clear(saved);
        savedResult = default;
    }
}
