using System.Collections.Immutable;

namespace KernelEngine;

/// <summary>
/// A reduction made ready for a backend: each element is lifted to a state of one or more values, states are combined
/// two by two (an associative and commutative operation), and the last one is finished to the outputs.
/// </summary>
/// <remarks>
/// The order in which states are combined depends on shape and strides alone; it need not be that of the elements.
/// A reduction to the first of equals decides by their places. <see cref="Step"/> is the combination with a
/// lifted element in one program; backends may use either.
/// </remarks>
public sealed class ReductionProgram
{
    private static long count;

    private readonly Func<Expr[], Expr[], Expr, Expr[]> lift;
    private readonly Func<Expr[], Expr[], Expr[]> combine;
    private readonly Func<Expr[], Expr[], Expr[]> finish;

    /// <summary>Makes the programs of a reduction.</summary>
    /// <param name="name">What it is called in profiles.</param>
    /// <param name="inputs">The dtypes of the inputs.</param>
    /// <param name="state">The dtypes of the state's values: those with a register of their own width.</param>
    /// <param name="identity">The state that changes nothing.</param>
    /// <param name="outputs">The dtypes of the outputs.</param>
    /// <param name="liftParameters">The kinds of the lift's parameters.</param>
    /// <param name="finishParameters">The kinds of the finish's parameters.</param>
    /// <param name="lift">
    /// The state of one element, from the inputs, the lift's parameters and the element's place among the reduced
    /// ones, in row-major order (int64).
    /// </param>
    /// <param name="combine">
    /// The state of two. Either's elements may come first; only the first may be the state of none.
    /// </param>
    /// <param name="finish">The outputs, from the state and the finish's parameters.</param>
    public ReductionProgram(
        string name,
        ImmutableArray<DType> inputs,
        ImmutableArray<DType> state,
        ImmutableArray<Scalar> identity,
        ImmutableArray<DType> outputs,
        ImmutableArray<ValueKind> liftParameters,
        ImmutableArray<ValueKind> finishParameters,
        Func<Expr[], Expr[], Expr, Expr[]> lift,
        Func<Expr[], Expr[], Expr[]> combine,
        Func<Expr[], Expr[], Expr[]> finish)
    {
        (Name, Inputs, State, Identity, Outputs) = (name, inputs, state, identity, outputs);
        (LiftParameters, FinishParameters) = (liftParameters, finishParameters);
        (this.lift, this.combine, this.finish) = (lift, combine, finish);
        Id = Interlocked.Increment(ref count);

        // Step: states, inputs, place; a place is wanted only where the lift uses it.
        var states = MakeInputs(state, 0);
        var elements = MakeInputs(inputs, state.Length);
        var place = Expr.Input(state.Length + inputs.Length, ValueKind.Int64);
        var parameters = liftParameters.Select((kind, i) => Expr.Parameter(i, kind)).ToArray();
        var lifted = Typed(lift(elements, parameters, place), state);
        UsesPlace = ExprOrder.Of(lifted).Exists(e => e.Key == place.Key);
        ImmutableArray<DType> stepInputs = UsesPlace ? [.. state, .. inputs, DType.Int64] : [.. state, .. inputs];
        Step = PointwiseProgram.Of(name + ".step", stepInputs, liftParameters, state, combine(states, lifted));
        var others = MakeInputs(state, state.Length);
        Combine = PointwiseProgram.Of(name + ".combine", [.. state, .. state], [], state, combine(states, others));
        var finishing = finishParameters.Select((kind, i) => Expr.Parameter(i, kind)).ToArray();
        Finish = PointwiseProgram.Of(name + ".finish", state, finishParameters, outputs, finish(states, finishing));

        // One element: what the general way does with it, in one program.
        var only = Typed(lift(MakeInputs(inputs, 0), parameters, Expr.Constant(0, ValueKind.Int64)), state);
        Expr[] nothing = [.. identity.Select((value, i) => Expr.Constant(value, state[i].Register))];
        var after = finishParameters.Select((kind, i) => Expr.Parameter(parameters.Length + i, kind)).ToArray();
        Single = PointwiseProgram.Of(
            name + ".single", inputs, [.. liftParameters, .. finishParameters], outputs,
            finish(Typed(combine(nothing, only), state), after));
    }

    /// <summary>What it is called in profiles.</summary>
    public string Name { get; }

    /// <summary>The dtypes of the inputs.</summary>
    public ImmutableArray<DType> Inputs { get; }

    /// <summary>The dtypes of the state's values.</summary>
    public ImmutableArray<DType> State { get; }

    /// <summary>The state that changes nothing: what the reduction of no elements finishes.</summary>
    public ImmutableArray<Scalar> Identity { get; }

    /// <summary>The dtypes of the outputs.</summary>
    public ImmutableArray<DType> Outputs { get; }

    /// <summary>The kinds of the lift's parameters.</summary>
    public ImmutableArray<ValueKind> LiftParameters { get; }

    /// <summary>The kinds of the finish's parameters.</summary>
    public ImmutableArray<ValueKind> FinishParameters { get; }

    /// <summary>Whether the lift looks at the place of an element among the reduced ones.</summary>
    public bool UsesPlace { get; }

    /// <summary>What the host's processor runs for it; compiled at the first run.</summary>
    internal object? HostCode;

    /// <summary>The kernels that GPU devices run for it; declared as they are needed.</summary>
    internal object? DeviceCode;

    /// <summary>(state, inputs, place if used) → state, with the lift's parameters.</summary>
    public PointwiseProgram Step { get; }

    /// <summary>(state, state) → state.</summary>
    public PointwiseProgram Combine { get; }

    /// <summary>(state) → outputs, with the finish's parameters.</summary>
    public PointwiseProgram Finish { get; }

    /// <summary>
    /// (inputs) → outputs, with the lift's and the finish's parameters: the reduction of a single element.
    /// </summary>
    public PointwiseProgram Single { get; }

    /// <summary>Tells it from others, within this process.</summary>
    internal long Id { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The same reduction, of what an expression makes of other inputs.</summary>
    /// <param name="name">What it is called in profiles.</param>
    /// <param name="inputs">The dtypes of the inputs.</param>
    /// <param name="parameters">The kinds of the expression's parameters; they precede those of the lift.</param>
    /// <param name="element">What this reduces, of its only input's kind, from the inputs and the parameters.</param>
    internal ReductionProgram Over(
        string name, ImmutableArray<DType> inputs, ImmutableArray<ValueKind> parameters,
        Func<Expr[], Expr[], Expr> element) => new(
            name, inputs, State, Identity, Outputs, [.. parameters, .. LiftParameters], FinishParameters,
            (x, p, place) => lift([element(x, p[..parameters.Length])], p[parameters.Length..], place),
            combine, finish);

    private static Expr[] MakeInputs(ImmutableArray<DType> dtypes, int first) =>
        [.. dtypes.Select((d, i) => Expr.Input(first + i, d.Register))];

    private static Expr[] Typed(Expr[] values, ImmutableArray<DType> dtypes) =>
        [.. values.Select((v, i) => Pointwise.Convert(v, dtypes[i].Register))];
}
