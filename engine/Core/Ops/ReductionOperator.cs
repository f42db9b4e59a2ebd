using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace KernelEngine;

/// <summary>The dtypes in which a reduction works.</summary>
/// <param name="State">The dtypes of the state's values.</param>
/// <param name="Results">The dtypes of the results.</param>
internal readonly record struct ReductionTypes(ImmutableArray<DType> State, ImmutableArray<DType> Results);

/// <summary>
/// An operator that reduces dimensions: each element is lifted to a state, states are combined, the last one is
/// finished to the results.
/// </summary>
public sealed class ReductionOperator : Operator
{
    private readonly ConcurrentDictionary<(DType Input, DType? Wanted), ReductionProgram> programs = new();
    private CacheEntry? last;

    internal ReductionOperator(string name, bool isDifferentiable = true)
        : base(name, OperatorKind.Reduction, isDifferentiable) => (NodeOfAll, NodeOfSome) = (NodeName, NodeName);

    /// <summary>The dtypes for an input, and a dtype asked for.</summary>
    internal Func<DType, DType?, ReductionTypes> Types { get; init; } = null!;

    /// <summary>The state that changes nothing, by the dtypes of the state.</summary>
    internal Func<ImmutableArray<DType>, Scalar[]> Identity { get; init; } = null!;

    /// <summary>The state of an element: from its value, the number given, and its place.</summary>
    internal Func<Expr, Expr, Expr, Expr[]> Lift { get; init; } = null!;

    /// <summary>Whether the lift sees an element as it is, not in the kind of the first value of the state.</summary>
    internal bool LiftsAsIs { get; init; }

    /// <summary>The state of two.</summary>
    internal Func<Expr[], Expr[], Expr[]> Combine { get; init; } = null!;

    /// <summary>The results: from the state, the number given, and how many elements there are.</summary>
    internal Func<Expr[], Expr, Expr, Expr[]> Finish { get; init; } = (s, _, _) => s;

    /// <summary>Whether it is given a number (an exponent, a correction).</summary>
    internal bool TakesNumber { get; init; }

    /// <summary>The gradient.</summary>
    internal ReductionBackward? Gradient { get; init; }

    /// <summary>Whether the gradient needs the input.</summary>
    internal bool SavesInput { get; init; }

    /// <summary>Whether the gradient needs the results.</summary>
    internal bool SavesResults { get; init; }

    /// <summary>
    /// For an operator without a result for no elements, what its errors begin with (<c>amax()</c>).
    /// </summary>
    internal string? NeedsElementsAs { get; init; }

    /// <summary>PyTorch's name of the node where all dimensions are reduced, none being named.</summary>
    internal string NodeOfAll { get; init; }

    /// <summary>PyTorch's name of the node where dimensions are named.</summary>
    internal string NodeOfSome { get; init; }

    /// <summary>Reduces, and returns the first result.</summary>
    /// <param name="input">The input.</param>
    /// <param name="dimensions">The dimensions, negative from the end; all where empty.</param>
    /// <param name="keepDimensions">Whether they stay, with size 1.</param>
    /// <param name="dtype">The dtype asked for.</param>
    /// <param name="number">The number that it is given.</param>
    /// <param name="nodeName">The name of the node, where it is not the operator's own.</param>
    internal Tensor Apply(
        Tensor input, ReadOnlySpan<int> dimensions = default, bool keepDimensions = false, DType? dtype = null,
        Scalar number = default, string? nodeName = null)
    {
        var program = ProgramFor(input.DType, dtype);
        var form = new ReductionForm(input.Layout, dimensions, keepDimensions);
        if (input.ElementCount == 0)
            CheckElements(input, form);
        var result = Tensor.Allocate(input.Device, form.Result, program.Outputs[0]);
        if (form.Result.ElementCount > 0)
            Launch(program, input, form, dimensions, number,
                new Operand(result.Storage.Resolve(), form.Kept, program.Outputs[0]));
        if (IsDifferentiable && Tensor.ShouldRecord(input) && program.Outputs[0].IsFloatingPoint)
        {
            var node = new ReductionNode(
                this, nodeName ?? (dimensions.IsEmpty ? NodeOfAll : NodeOfSome), input, form, dimensions, number, 1);
            node.Save(input, result, null);
            result.SetHistory(node, 0);
        }

        return result;
    }

    /// <summary>Reduces, and returns both results.</summary>
    /// <inheritdoc cref="Apply"/>
    internal (Tensor First, Tensor Second) ApplyBoth(
        Tensor input, ReadOnlySpan<int> dimensions = default, bool keepDimensions = false, Scalar number = default)
    {
        var program = ProgramFor(input.DType, null);
        var form = new ReductionForm(input.Layout, dimensions, keepDimensions);
        if (input.ElementCount == 0)
            CheckElements(input, form);
        var first = Tensor.Allocate(input.Device, form.Result, program.Outputs[0]);
        var second = Tensor.Allocate(input.Device, form.Result, program.Outputs[1]);
        if (form.Result.ElementCount > 0)
        {
            Launch(program, input, form, dimensions, number,
                new(first.Storage.Resolve(), form.Kept, program.Outputs[0]),
                new(second.Storage.Resolve(), form.Kept, program.Outputs[1]));
        }

        if (IsDifferentiable && Tensor.ShouldRecord(input) && program.Outputs[0].IsFloatingPoint)
        {
            var node = new ReductionNode(
                this, dimensions.IsEmpty ? NodeOfAll : NodeOfSome, input, form, dimensions, number, 2);
            node.Save(input, first, second);
            first.SetHistory(node, 0);
            if (program.Outputs[1].IsFloatingPoint)
                second.SetHistory(node, 1);
        }

        return (first, second);
    }

    private static void Launch(
        ReductionProgram program, Tensor input, in ReductionForm form, ReadOnlySpan<int> dimensions, Scalar number,
        params ReadOnlySpan<Operand> outputs)
    {
        var lift = program.LiftParameters.Length;
        Span<long> parameters = stackalloc long[lift + program.FinishParameters.Length];
        if (lift > 0)
            parameters[0] = number.ToRegister(program.LiftParameters[0]);
        parameters[lift] = number.ToRegister(program.FinishParameters[0]);
        parameters[lift + 1] = ((Scalar)form.Count).ToRegister(program.FinishParameters[1]);
        if (input.Storage.Pending is { } pending && ReferenceEquals(pending.DType, input.DType) &&
            input.Layout.SameAs(pending.Call.Layout) &&
            input.Device.Pending.TryReduce(pending, program, dimensions, parameters, outputs))
        {
            return;
        }

        var operand = new Operand(input.Storage.Resolve(), form.Ordered, input.DType);
        input.Device.Backend.Run(new ReductionLaunch
        {
            Program = program,
            Inputs = new(in operand),
            Outputs = outputs,
            ReducedRank = form.ReducedRank,
            Parameters = parameters,
        });
    }

    private void CheckElements(Tensor input, in ReductionForm form)
    {
        if (NeedsElementsAs is not { } label)
            return;
        if (form.IsAll)
        {
            var message = $"{label}: Expected reduction dim to be specified for input.numel() == 0. Specify the " +
                "reduction dim with the 'dim' argument.";
            // PyTorch has an index error where a place was asked for.
            throw label.StartsWith("arg", StringComparison.Ordinal)
                ? new TensorIndexException(message)
                : new TensorRuntimeException(message);
        }

        for (var i = 0; i < input.Rank; i++)
        {
            if (form.IsReduced(i) && input.Shape[i] == 0)
                throw new TensorIndexException($"{label}: Expected reduction dim {i} to have non-zero size.");
        }
    }

    /// <summary>The program for an input's dtype, and one asked for.</summary>
    internal ReductionProgram ProgramFor(DType input, DType? wanted)
    {
        if (last is { } entry && ReferenceEquals(entry.Input, input) && ReferenceEquals(entry.Wanted, wanted))
            return entry.Program;
        if (!programs.TryGetValue((input, wanted), out var program))
            program = programs.GetOrAdd((input, wanted), Compile(input, wanted));
        last = new(input, wanted, program);
        return program;
    }

    private ReductionProgram Compile(DType input, DType? wanted)
    {
        var types = Types(input, wanted);
        var register = types.State[0].Register;
        return new(
            Name, [input], types.State, [.. Identity(types.State)], types.Results, TakesNumber ? [register] : [],
            [register, register],
            (x, p, place) => Lift(
                LiftsAsIs ? x[0] : Pointwise.Convert(x[0], register), p.Length > 0 ? p[0] : 0, place),
            Combine, (s, p) => Finish(s, p[0], p[1]));
    }

    private sealed record CacheEntry(DType Input, DType? Wanted, ReductionProgram Program);
}
