using System.Diagnostics;

namespace KernelEngine;

/// <summary>
/// A multi-dimensional array of one dtype on one device, with PyTorch's semantics: views share storage, operators
/// broadcast and promote, and gradients are recorded where wanted. Needs no disposal: forgetting a tensor is safe,
/// <see cref="Free"/> gives its memory back at once.
/// </summary>
[DebuggerDisplay("{DebugText,nq}")]
public partial class Tensor
{
    private Node? node;

    internal Tensor(Storage storage, Layout layout, DType dtype)
    {
        (Storage, Layout, DType) = (storage, layout, dtype);
        IsInference = Autograd.IsInferenceMode;
    }

    /// <summary>The same storage without history, for <see cref="Parameter"/>.</summary>
    private protected Tensor(Tensor source)
        : this(source.Storage, source.Layout, source.DType)
    {
    }

    /// <summary>The memory, shared with views.</summary>
    public Storage Storage { get; private set; }

    /// <summary>Where the elements lie in the storage.</summary>
    public Layout Layout { get; private set; }

    /// <summary>The type of the elements.</summary>
    public DType DType { get; private set; }

    /// <summary>The sizes of the dimensions.</summary>
    public Shape Shape => Layout.Shape;

    /// <summary>The step in the storage for each dimension, in elements.</summary>
    public ReadOnlySpan<long> Strides => Layout.Strides;

    /// <summary>The place of the first element in the storage.</summary>
    public long StorageOffset => Layout.Offset;

    /// <summary>The number of dimensions.</summary>
    public int Rank => Layout.Rank;

    /// <summary>The number of elements.</summary>
    public long ElementCount => Layout.ElementCount;

    /// <summary>The device that it lies on.</summary>
    public ComputeDevice Device => Storage.Device;

    /// <summary>Whether the elements lie one after the other in row-major order.</summary>
    public bool IsContiguous => Layout.IsContiguous;

    /// <summary>How many times its storage has been written in place.</summary>
    public int Version => Storage.Version;

    /// <summary>Whether it was made in inference mode.</summary>
    public bool IsInference { get; private init; }

    /// <summary>Whether gradients flow to it: it is a leaf that wants one, or was computed from one.</summary>
    public bool RequiresGrad
    {
        get
        {
            if (node is not null)
                return true;
            if (State is not { } state)
                return false;
            return state.RequiresGrad || (state.Base is not null && GradientFunction is not null);
        }
    }

    /// <summary>Whether no recorded operator made it.</summary>
    public bool IsLeaf => GradientFunction is null;

    /// <summary>The recorded operator that made it; null for leaves.</summary>
    public Node? GradientFunction
    {
        get
        {
            if (State is { Base: { } root } state && state.ViewVersion != Storage.Version)
                RegenerateView(root, state);
            return node;
        }
    }

    /// <summary>
    /// The gradient that backward accumulated; may be set. Null before the first backward and after
    /// <c>ZeroGrad</c>.
    /// </summary>
    /// <exception cref="TensorRuntimeException">The value's shape, dtype or device is not the tensor's.</exception>
    public Tensor? Grad
    {
        get => State?.Grad;
        set
        {
            if (value is not null)
            {
                if (ReferenceEquals(value, this))
                    throw new TensorRuntimeException("can't assign Variable as its own grad");
                if (value.Shape != Shape)
                {
                    throw new TensorRuntimeException(
                        "assigned grad has data of a different size", $"{value.Shape} for a tensor of {Shape}");
                }

                if (value.DType != DType)
                {
                    throw new TensorRuntimeException(
                        "assigned grad has data of a different type", $"{value.DType} for a tensor of {DType}");
                }

                if (!ReferenceEquals(value.Device, Device))
                    throw new DeviceMismatchException(Device, value.Device);
            }
            else if (State is null)
                return;
            EnsureState().Grad = value;
        }
    }

    internal AutogradState? State { get; private set; }

    /// <summary>Whether autograd knows nothing of it: no history, no gradient, no base.</summary>
    internal bool IsPlain => node is null && State is null && !IsInference;

    /// <summary>Which result of its operator it is.</summary>
    internal int OutputIndex { get; private set; }

    /// <summary>Where its gradient goes.</summary>
    internal Edge GradientEdge
    {
        get
        {
            if (GradientFunction is { } function)
                return new(function, OutputIndex);
            return State is { RequiresGrad: true } state
                ? new(state.Accumulator ??= new AccumulateGrad(this), 0)
                : default;
        }
    }

    private string DebugText => $"{DType} {Shape.ToListText()} on {Device}";

    /// <summary>
    /// Gives the memory back at once. The tensor, its views and whatever shares its storage cannot be used any more.
    /// </summary>
    public void Free() => Storage.Free();

    /// <summary>
    /// Takes over another tensor's storage, shape, dtype and device, sharing it; history, gradient and whatever holds
    /// this tensor stay. As assigning to <c>torch.Tensor.data</c>: how a module moves its parameters.
    /// </summary>
    /// <exception cref="TensorRuntimeException">
    /// This requires a gradient, and the other's dtype has none.
    /// </exception>
    public void SetData(Tensor data)
    {
        if (RequiresGrad && !data.DType.IsFloatingPoint)
        {
            throw new TensorRuntimeException(
                "data set to a tensor that requires gradients must be floating point or complex dtype");
        }

        (Storage, Layout, DType) = (data.Storage, data.Layout, data.DType);
    }

    /// <summary>
    /// The tensors made on this thread until the scope ends are freed then, but for those kept:
    /// <c>using var scope = Tensor.Scope(); … scope.Keep(result);</c>. The gradients of parameters and what optimizers
    /// remember are not.
    /// </summary>
    public static TensorScope Scope() => new();

    /// <summary>A tensor that is not initialised, on memory of its own.</summary>
    internal static Tensor Allocate(ComputeDevice device, Layout layout, DType dtype)
    {
        var extent = layout.IsContiguous ? layout.ElementCount : layout.StorageExtent;
        if (extent > long.MaxValue / 8)
        {
            throw new TensorRuntimeException(
                $"Storage size calculation overflowed with sizes={layout.Shape.ToListText()}");
        }

        var storage = new Storage(device.Backend.Allocate(device, extent * dtype.Size));
        TensorScope.Current?.Add(storage);
        return new(storage, layout, dtype);
    }

    /// <summary>A tensor of a result that is not computed yet.</summary>
    internal static Tensor Of(PendingResult result)
    {
        var storage = new Storage(result);
        TensorScope.Current?.Add(storage);
        return new(storage, result.Call.Layout, result.DType);
    }

    /// <summary>What a backend sees of it, broadcast to a shape.</summary>
    internal Operand Operand(Shape shape) => new(Storage.Resolve(), Layout.Expand(shape), DType);

    /// <summary>What a backend sees of it.</summary>
    internal Operand Operand() => new(Storage.Resolve(), Layout, DType);

    /// <summary>What a backend sees of it, to write every element of it and read none.</summary>
    internal Operand Target() => new(Storage.ResolveForWriting(Layout, DType), Layout, DType);

    /// <summary>Notes which recorded operator made it, or wrote it.</summary>
    internal void SetHistory(Node function, int output)
    {
        (node, OutputIndex) = (function, output);
        if (function is FunctionNode recorded)
            recorded.MarkResult(this);
    }

    internal AutogradState EnsureState() => State ??= new();

    /// <summary>The same storage under another layout, with the view's way back recorded.</summary>
    /// <param name="layout">The new layout.</param>
    /// <param name="name">PyTorch's name of the operator's node.</param>
    /// <param name="backward">The gradient of this tensor from that of the view.</param>
    internal Tensor View(Layout layout, string name, Func<Tensor, Tensor> backward)
    {
        var view = new Tensor(Storage, layout, DType) { IsInference = IsInference };
        view.MakeViewOf(this);
        if (Autograd.IsEnabled && RequiresGrad)
            view.SetHistory(Recorded(name, g => [backward(g[0]!)], this), 0);
        return view;
    }

    internal void MakeViewOf(Tensor source)
    {
        State = new()
        {
            Base = source.State?.Base ?? source,
            ViewVersion = Storage.Version,
            WhyReadOnly = source.State?.WhyReadOnly,
        };
        if (!Autograd.IsEnabled && !Autograd.IsInferenceMode && source.RequiresGrad)
        {
            State.WhyReadOnly =
                "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that " +
                "this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving " +
                "both the view and the inplace either both inside the no_grad block (if you don't want the inplace " +
                "to be tracked) or both outside (if you want the inplace to be tracked).";
        }
    }

    /// <summary>A node with edges to its inputs that saves nothing.</summary>
    internal static FunctionNode Recorded(
        string name, Func<Tensor?[], Tensor?[]> backward, params ReadOnlySpan<Tensor> inputs) =>
        Recorded(name, [], (g, _) => backward(g), inputs);

    /// <summary>A node with edges to its inputs.</summary>
    internal static FunctionNode Recorded(
        string name, ReadOnlySpan<Tensor> save, Func<Tensor?[], SavedTensors, Tensor?[]> backward,
        params ReadOnlySpan<Tensor> inputs)
    {
        var function = new FunctionNode(name, inputs.Length, save, backward);
        for (var i = 0; i < inputs.Length; i++)
            function.NextEdges[i] = inputs[i].GradientEdge;
        return function;
    }

    /// <summary>Whether an operator over these tensors is to be recorded.</summary>
    internal static bool ShouldRecord(params ReadOnlySpan<Tensor> inputs)
    {
        if (!Autograd.IsEnabled)
            return false;
        foreach (var input in inputs)
        {
            if (input.RequiresGrad)
                return true;
        }

        return false;
    }

    /// <summary>
    /// The storage was written through another view or the base: this view's history now leads through the base's.
    /// </summary>
    private void RegenerateView(Tensor root, AutogradState state)
    {
        state.ViewVersion = Storage.Version;
        if (!root.RequiresGrad)
            return;
        var layout = new Layout(Shape, Strides.ToArray(), Layout.Offset);
        var rootLayout = root.Layout;
        SetHistory(Recorded("AsStridedBackward0", g => [AsStridedBackward(g[0]!, layout, rootLayout)], root), 0);
    }
}
