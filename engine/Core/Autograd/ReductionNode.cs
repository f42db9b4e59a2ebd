namespace KernelEngine;

/// <summary>The gradient of the input of a reduction.</summary>
internal delegate Tensor? ReductionBackward(in ReductionGradient context);

/// <summary>What a reduction's gradient is computed from.</summary>
internal readonly ref struct ReductionGradient
{
    /// <summary>The gradients of the results, broadcasting to the input; null where there is none.</summary>
    public required Tensor?[] Gradients { get; init; }

    /// <summary>The gradient of the only result.</summary>
    public Tensor Gradient => Gradients[0]!;

    /// <summary>The input, if the row saves it.</summary>
    public Tensor Input { get; init; }

    /// <summary>The first result, broadcasting to the input, if the row saves it.</summary>
    public Tensor Result { get; init; }

    /// <summary>The second result, broadcasting to the input, if there is one and the row saves it.</summary>
    public Tensor SecondResult { get; init; }

    /// <summary>The shape of the input.</summary>
    public required Shape Shape { get; init; }

    /// <summary>The reduced dimensions; none where all are.</summary>
    public required int[] Dimensions { get; init; }

    /// <summary>How many elements go into each result.</summary>
    public required long Count { get; init; }

    /// <summary>The number given to the reduction.</summary>
    public required Scalar Number { get; init; }
}

/// <summary>The record of a reduction.</summary>
internal sealed class ReductionNode : Node
{
    private readonly ReductionOperator op;
    private readonly Shape shape;
    private readonly Shape broadcast;
    private readonly DType dtype;
    private readonly int[] dimensions;
    private readonly long count;
    private readonly Scalar number;
    private SavedTensor input;
    private SavedTensor first;
    private SavedTensor second;
    private bool released;

    public ReductionNode(
        ReductionOperator op, string name, Tensor input, in ReductionForm form, ReadOnlySpan<int> dimensions,
        Scalar number, int outputs)
        : base(name, 1)
    {
        (this.op, shape, dtype) = (op, input.Shape, input.DType);
        (broadcast, count, this.number) = (form.Broadcast, form.Count, number);
        this.dimensions = dimensions.IsEmpty ? [] : dimensions.ToArray();
        OutputCount = outputs;
        NextEdges[0] = input.GradientEdge;
    }

    /// <summary>Keeps what the row says that its gradient needs.</summary>
    public void Save(Tensor source, Tensor result, Tensor? other)
    {
        if (op.SavesInput)
            input = new(source);
        if (!op.SavesResults)
            return;
        first = new(result, isResult: true);
        if (other is not null)
            second = new(other, isResult: true);
    }

    internal override Tensor?[] Backward(Tensor?[] gradients)
    {
        if (released && (op.SavesInput || op.SavesResults))
            throw Released();
        var wide = gradients;
        for (var i = 0; i < gradients.Length; i++)
        {
            if (gradients[i] is not { } gradient || gradient.Shape == broadcast)
                continue;
            if (ReferenceEquals(wide, gradients))
                wide = (Tensor?[])gradients.Clone();
            wide[i] = gradient.Reshape(broadcast);
        }

        var result = op.Gradient!(new()
        {
            Gradients = wide,
            Input = op.SavesInput ? input.Unpack(this) : null!,
            Result = op.SavesResults ? Wide(first) : null!,
            SecondResult = second.HasValue ? Wide(second) : null!,
            Shape = shape,
            Dimensions = dimensions,
            Count = count,
            Number = number,
        });
        return [result is null || ReferenceEquals(result.DType, dtype) ? result : result.To(dtype)];
    }

    internal override void Release()
    {
        released = true;
        (input, first, second) = (default, default, default);
    }

    private Tensor Wide(SavedTensor saved)
    {
        var tensor = saved.Unpack(this);
        return tensor.Shape == broadcast ? tensor : tensor.Reshape(broadcast);
    }
}
