namespace KernelEngine;

/// <summary>
/// Automatic differentiation: the modes that record operators or do not, and gradients as a function.
/// </summary>
public static partial class Autograd
{
    [ThreadStatic]
    private static GradMode mode;

    [ThreadStatic]
    private static Tensor? one;

    [ThreadStatic]
    private static int anomalyDepth;

    internal enum GradMode : byte
    {
        Enabled,
        Disabled,
        Inference,
    }

    /// <summary>Whether operators are recorded on this thread.</summary>
    public static bool IsEnabled => mode == GradMode.Enabled;

    /// <summary>Whether tensors made on this thread are inference tensors.</summary>
    public static bool IsInferenceMode => mode == GradMode.Inference;

    /// <summary>Whether backward on this thread looks for NaN and says which operator made it.</summary>
    public static bool IsAnomalyDetectionEnabled => anomalyDepth > 0;

    /// <summary>
    /// Records nothing until disposed: <c>using (Autograd.NoGrad()) w -= 0.1 * w.Grad!;</c>. As
    /// <c>torch.no_grad</c>.
    /// </summary>
    public static ModeScope NoGrad() => new(mode == GradMode.Inference ? mode : GradMode.Disabled);

    /// <summary>Records again within <see cref="NoGrad"/>, until disposed. As <c>torch.enable_grad</c>.</summary>
    public static ModeScope EnableGrad() => new(mode == GradMode.Inference ? mode : GradMode.Enabled);

    /// <summary>
    /// Records nothing until disposed, and what is made can never be part of a graph. As
    /// <c>torch.inference_mode</c>.
    /// </summary>
    public static ModeScope InferenceMode() => new(GradMode.Inference);

    /// <summary>
    /// Until disposed, backward throws at the first NaN and names the operator that made it and where it was
    /// recorded. As <c>torch.autograd.detect_anomaly</c>; it slows everything down.
    /// </summary>
    public static AnomalyScope DetectAnomaly()
    {
        anomalyDepth++;
        return default;
    }

    /// <summary>The gradient of outputs with respect to inputs, returned instead of accumulated.</summary>
    /// <inheritdoc cref="Grad(IReadOnlyList{Tensor}, IReadOnlyList{Tensor}, IReadOnlyList{Tensor?}?, bool?, bool, bool)"/>
    public static Tensor Grad(
        Tensor output, Tensor input, Tensor? gradOutput = null, bool? retainGraph = null, bool createGraph = false) =>
        Grad([output], [input], gradOutput is null ? null : [gradOutput], retainGraph, createGraph)[0]!;

    /// <summary>The gradients of outputs with respect to inputs, returned instead of accumulated.</summary>
    /// <param name="outputs">What is differentiated.</param>
    /// <param name="inputs">With respect to what.</param>
    /// <param name="gradOutputs">The gradients of the outputs; 1 for those of one element where null.</param>
    /// <param name="retainGraph">Whether the graph is kept for another run; as createGraph unless given.</param>
    /// <param name="createGraph">Whether the gradients are recorded, so that they can be differentiated again.</param>
    /// <param name="allowUnused">Whether an input that no output depends on gives null instead of an error.</param>
    /// <exception cref="TensorRuntimeException">An output has no history, an input is not part of it.</exception>
    public static IReadOnlyList<Tensor?> Grad(
        IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?>? gradOutputs = null,
        bool? retainGraph = null, bool createGraph = false, bool allowUnused = false)
    {
        var (roots, gradients) = Roots(outputs, gradOutputs);
        var targets = new Edge[inputs.Count];
        for (var i = 0; i < targets.Length; i++)
        {
            if (!inputs[i].RequiresGrad)
                throw new TensorRuntimeException("One of the differentiated Tensors does not require grad");
            targets[i] = inputs[i].GradientEdge;
        }

        var results = BackwardPass.Run(roots, gradients, retainGraph ?? createGraph, createGraph, targets);
        for (var i = 0; i < targets.Length; i++)
        {
            // The same input twice is captured once.
            for (var j = 0; results[i] is null && j < i; j++)
                results[i] = targets[j] == targets[i] ? results[j] : null;
            if (results[i] is null && !allowUnused)
            {
                throw new TensorRuntimeException(
                    "One of the differentiated Tensors appears to not have been used in the graph. Set " +
                    "allow_unused=True if this is the desired behavior.", "in C#: allowUnused: true");
            }
        }

        return results;
    }

    /// <summary>Accumulates the gradients of several outputs into the leaves.</summary>
    /// <inheritdoc cref="Tensor.Backward"/>
    public static void Backward(
        IReadOnlyList<Tensor> tensors, IReadOnlyList<Tensor?>? gradTensors = null, bool? retainGraph = null,
        bool createGraph = false)
    {
        var (roots, gradients) = Roots(tensors, gradTensors);
        BackwardPass.Run(roots, gradients, retainGraph ?? createGraph, createGraph, null);
    }

    /// <summary>Accumulates the gradients of one output into the leaves.</summary>
    internal static void Backward(Tensor output, Tensor? gradient, bool retainGraph, bool createGraph)
    {
        var start = Start(0, output, gradient);
        var edge = output.GradientEdge;
        BackwardPass.Run(new(ref edge), new(ref start), retainGraph, createGraph, null);
    }

    private static (Edge[] Roots, Tensor[] Gradients) Roots(
        IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor?>? gradients)
    {
        var roots = new Edge[outputs.Count];
        var starts = new Tensor[outputs.Count];
        for (var i = 0; i < roots.Length; i++)
        {
            starts[i] = Start(i, outputs[i], gradients?[i]);
            roots[i] = outputs[i].GradientEdge;
        }

        return (roots, starts);
    }

    /// <summary>A 0-dimensional 1: the same one again, unless somebody has written to it.</summary>
    private static Tensor One(Tensor like)
    {
        if (one is { Storage: { Version: 0, IsFreed: false }, IsPlain: true } kept && kept.DType == like.DType &&
            ReferenceEquals(kept.Device, like.Device))
        {
            return kept;
        }

        return one = Tensor.OnesLike(like);
    }

    /// <summary>The gradient that an output starts with.</summary>
    private static Tensor Start(int index, Tensor output, Tensor? gradient)
    {
        if (!output.RequiresGrad)
        {
            throw new TensorRuntimeException(
                $"element {index} of tensors does not require grad and does not have a grad_fn");
        }

        if (gradient is null)
        {
            return output.Rank == 0 ? One(output) : output.ElementCount == 1
                ? Tensor.OnesLike(output)
                : throw new TensorRuntimeException("grad can be implicitly created only for scalar outputs");
        }

        if (gradient.Shape != output.Shape)
        {
            throw new TensorRuntimeException(
                $"Mismatch in shape: grad_output[{index}] has a shape of {gradient.Shape} and output[{index}] has a " +
                $"shape of {output.Shape}.");
        }

        return gradient.DType == output.DType ? gradient : gradient.To(output.DType);
    }

    /// <summary>A mode that holds until disposed. A ref struct: the compiler refuses it across an await.</summary>
    public readonly ref struct ModeScope
    {
        private readonly GradMode before;

        internal ModeScope(GradMode entered)
        {
            before = mode;
            mode = entered;
        }

        /// <summary>Goes back to the mode before.</summary>
        public void Dispose() => mode = before;
    }

    /// <summary>Anomaly detection that holds until disposed.</summary>
    public readonly ref struct AnomalyScope
    {
        /// <summary>Ends it.</summary>
        public void Dispose() => anomalyDepth--;
    }
}
