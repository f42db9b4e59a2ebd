namespace KernelEngine;

/// <summary>
/// An operator with a gradient of one's own. As <c>torch.autograd.Function</c>: derive, give both directions, and
/// call <see cref="Apply"/>. What is no tensor goes through the constructor.
/// </summary>
/// <example>
/// <code>
/// sealed class Cube : AutogradFunction
/// {
///     protected override Tensor[] Forward(FunctionContext context, Tensor[] inputs)
///     {
///         context.SaveForBackward(inputs[0]);
///         return [inputs[0] * inputs[0] * inputs[0]];
///     }
///
///     protected override Tensor?[] Backward(FunctionContext context, Tensor?[] gradients) =>
///         [gradients[0] * 3 * context.Saved[0] * context.Saved[0]];
/// }
///
/// var y = new Cube().Apply(x);
/// </code>
/// </example>
public abstract class AutogradFunction
{
    /// <summary>The name of its nodes in graphs.</summary>
    private protected virtual string NodeName => GetType().Name + "Backward";

    /// <summary>Computes the results; nothing in it is recorded.</summary>
    /// <param name="context">Takes what backward needs.</param>
    /// <param name="inputs">The inputs.</param>
    protected abstract Tensor[] Forward(FunctionContext context, Tensor[] inputs);

    /// <summary>
    /// Computes the gradients of the inputs, one for each, null where there is none. Written with operators, it can be
    /// differentiated again.
    /// </summary>
    /// <param name="context">Gives back what forward saved.</param>
    /// <param name="gradients">
    /// The gradients of the results: zeros where there is none, null if <see cref="FunctionContext.MaterializeGrads"/>
    /// is off.
    /// </param>
    protected abstract Tensor?[] Backward(FunctionContext context, Tensor?[] gradients);

    /// <summary>Applies it, and returns the first result.</summary>
    public Tensor Apply(params ReadOnlySpan<Tensor> inputs) => ApplyAll(inputs)[0];

    /// <summary>Applies it, and returns all results.</summary>
    /// <exception cref="TensorRuntimeException">It gave no result.</exception>
    public Tensor[] ApplyAll(params ReadOnlySpan<Tensor> inputs)
    {
        var own = inputs.ToArray();
        var context = new FunctionContext(Array.ConvertAll(own, i => i.RequiresGrad), Tensor.ShouldRecord(inputs));
        Tensor[] results;
        using (Autograd.NoGrad())
        {
            results = [.. Forward(context, own)];
        }

        if (results.Length == 0)
            throw new TensorRuntimeException($"{GetType().Name}: forward gave no result");
        if (!context.IsRecording)
            return results;
        var node = new CustomNode(this, context, own, results);
        for (var i = 0; i < results.Length; i++)
        {
            // An input that is passed on is another tensor from here on.
            if (Array.Exists(own, t => ReferenceEquals(t, results[i])))
                results[i] = results[i].Detach();
            if (results[i].DType.IsFloatingPoint && !context.IsNonDifferentiable(results[i]))
                results[i].SetHistory(node, i);
        }

        return results;
    }

    private Tensor?[] RunBackward(FunctionContext context, Tensor?[] gradients) => Backward(context, gradients);

    /// <summary>The record of a function.</summary>
    private sealed class CustomNode : Node
    {
        private readonly AutogradFunction function;
        private readonly FunctionContext context;
        private readonly Shape[] inputs;
        private readonly (Layout Layout, DType DType, ComputeDevice Device)[] outputs;

        public CustomNode(AutogradFunction function, FunctionContext context, Tensor[] inputs, Tensor[] results)
            : base(function.NodeName, inputs.Length)
        {
            (this.function, this.context) = (function, context);
            this.inputs = Array.ConvertAll(inputs, i => i.Shape);
            outputs = Array.ConvertAll(results, r => (r.Layout, r.DType, r.Device));
            OutputCount = results.Length;
            for (var i = 0; i < inputs.Length; i++)
                NextEdges[i] = inputs[i].GradientEdge;
            context.Attach(this, results);
        }

        // What a user returns may be held by the user.
        internal override bool ReturnsFresh => false;

        internal override Tensor?[] Backward(Tensor?[] gradients)
        {
            var given = (Tensor?[])gradients.Clone();
            for (var i = 0; context.MaterializeGrads && i < given.Length; i++)
                given[i] ??= Tensor.Zeros(outputs[i].Layout.Shape, outputs[i].DType, outputs[i].Device);
            var results = function.RunBackward(context, given);
            if (results.Length != inputs.Length)
            {
                throw new TensorRuntimeException(
                    $"function {Name} returned an incorrect number of gradients (expected {inputs.Length}, got " +
                    $"{results.Length})");
            }

            results = (Tensor?[])results.Clone();
            for (var i = 0; i < results.Length; i++)
            {
                if (results[i] is not { } result || NextEdges[i].Node is null || result.Shape == inputs[i])
                    continue;
                try
                {
                    results[i] = result.SumToSize(inputs[i]);
                }
                catch (TensorException)
                {
                    throw new TensorRuntimeException(
                        $"Function {Name} returned an invalid gradient at index {i} - got " +
                        $"{result.Shape.ToListText()} but expected shape compatible with {inputs[i].ToListText()}");
                }
            }

            return results;
        }

        internal override void Release() => context.Release();
    }
}

/// <summary>What goes from the forward direction of an <see cref="AutogradFunction"/> to its backward one.</summary>
public sealed class FunctionContext
{
    private readonly bool[] needs;
    private SavedTensor[] saved = [];
    private Tensor[] fixedResults = [];
    private bool released;
    private Node? owner;

    internal FunctionContext(bool[] needs, bool isRecording) => (this.needs, IsRecording) = (needs, isRecording);

    /// <summary>Whether backward may come: not within <see cref="Autograd.NoGrad"/>, nor where no input wants a
    /// gradient. Nothing is saved otherwise.</summary>
    public bool IsRecording { get; }

    /// <summary>Which inputs want a gradient. As <c>ctx.needs_input_grad</c>.</summary>
    public IReadOnlyList<bool> NeedsInputGrad => needs;

    /// <summary>
    /// Whether backward gets zeros for results without a gradient, instead of null. As
    /// <c>ctx.set_materialize_grads</c>.
    /// </summary>
    public bool MaterializeGrads { get; set; } = true;

    /// <summary>What forward saved. As <c>ctx.saved_tensors</c>.</summary>
    /// <exception cref="TensorRuntimeException">
    /// One of them has been written in place since, or the graph has been released.
    /// </exception>
    public IReadOnlyList<Tensor> Saved => released && saved.Length > 0
        ? throw Node.Released()
        : Array.ConvertAll(saved, s => s.Unpack(owner!));

    /// <summary>Keeps tensors for backward: inputs and results. As <c>ctx.save_for_backward</c>.</summary>
    public void SaveForBackward(params ReadOnlySpan<Tensor> tensors)
    {
        if (!IsRecording)
            return;
        saved = new SavedTensor[tensors.Length];
        for (var i = 0; i < saved.Length; i++)
            saved[i] = new(tensors[i]);
    }

    /// <summary>Says that no gradient comes for some results. As <c>ctx.mark_non_differentiable</c>.</summary>
    public void MarkNonDifferentiable(params ReadOnlySpan<Tensor> results) => fixedResults = results.ToArray();

    /// <summary>Notes the node, and which of what it keeps are its own results.</summary>
    internal void Attach(Node node, Tensor[] results)
    {
        owner = node;
        for (var i = 0; i < saved.Length; i++)
        {
            if (Array.Exists(results, saved[i].Is))
                saved[i] = saved[i].AsResult();
        }
    }

    internal bool IsNonDifferentiable(Tensor result) =>
        Array.Exists(fixedResults, f => ReferenceEquals(f, result));

    internal void Release()
    {
        released = true;
        Array.Clear(saved);
    }
}
