using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace KernelEngine;

/// <summary>What a reduction's gradient is computed from.</summary>
internal readonly ref struct ReductionGradient
{
    /// <summary>The gradients of the results, with the reduced dimensions kept as size 1; null where none.</summary>
    public required Tensor?[] Gradients { get; init; }

    /// <summary>The input, if the row saves it.</summary>
    public Tensor? Input { get; init; }

    /// <summary>The results, with the reduced dimensions kept as size 1, if the row saves them.</summary>
    public Tensor[]? Results { get; init; }

    /// <summary>The shape of the input.</summary>
    public required Shape Shape { get; init; }

    /// <summary>How many elements go into each result.</summary>
    public required long Count { get; init; }

    /// <summary>The numbers given to the reduction.</summary>
    public required Scalar[] Numbers { get; init; }
}

/// <summary>The gradient of the input of a reduction.</summary>
internal delegate Tensor ReductionBackward(ReductionGradient context);

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

    internal ReductionOperator(string name, bool isDifferentiable = true)
        : base(name, OperatorKind.Reduction, isDifferentiable)
    {
    }

    /// <summary>The dtypes for an input, and a dtype asked for.</summary>
    internal Func<DType, DType?, ReductionTypes> Types { get; init; } = null!;

    /// <summary>The state that changes nothing, by the dtypes of the state.</summary>
    internal Func<ImmutableArray<DType>, Scalar[]> Identity { get; init; } = null!;

    /// <summary>The state of an element, from its value (in the first state value's kind), parameters and place.</summary>
    internal Func<Expr, Expr[], Expr, Expr[]> Lift { get; init; } = null!;

    /// <summary>The state of two.</summary>
    internal Func<Expr[], Expr[], Expr[]> Combine { get; init; } = null!;

    /// <summary>The results, from the state and the parameters; the last parameter is the number of elements.</summary>
    internal Func<Expr[], Expr[], Expr[]> Finish { get; init; } = (s, _) => s;

    /// <summary>The number of numbers that it is given (an exponent, a correction).</summary>
    internal int Numbers { get; init; }

    /// <summary>The gradient.</summary>
    internal ReductionBackward? Gradient { get; init; }

    /// <summary>Whether the gradient needs the input.</summary>
    internal bool SavesInput { get; init; }

    /// <summary>Whether the gradient needs the results.</summary>
    internal bool SavesResults { get; init; }

    /// <summary>Whether there is no result for no elements, which is an error then.</summary>
    internal bool NeedsElements { get; init; }

    /// <summary>Reduces some dimensions.</summary>
    /// <param name="input">The input.</param>
    /// <param name="dimensions">The dimensions, negative from the end;</param>
    /// <param name="all">Whether all dimensions are reduced.</param>
    /// <param name="keepDimensions">Whether they stay, with size 1.</param>
    /// <param name="dtype">The dtype asked for.</param>
    /// <param name="numbers">The numbers that it is given.</param>
    /// <returns>The results.</returns>
    internal Tensor[] Apply(
        Tensor input, ReadOnlySpan<int> dimensions, bool all, bool keepDimensions, DType? dtype = null,
        params Scalar[] numbers)
    {
        var reduced = Dimensions.Mask(input.Rank, dimensions, all);
        var program = ProgramFor(input.DType, dtype);
        var (order, keptShape, droppedShape, count) = Dimensions.Split(input.Shape, reduced);
        if (count == 0 && NeedsElements && keptShape.ElementCount > 0)
        {
            throw new TensorIndexException(
                $"{Name}: Expected reduction dim {Array.IndexOf(reduced, true)} to have non-zero size.");
        }

        var permuted = input.Layout.Permute(order);
        var outputs = new Tensor[program.Outputs.Length];
        var outputOperands = new Operand[outputs.Length];
        var kept = Layout.Contiguous(droppedShape);
        for (var i = 0; i < outputs.Length; i++)
        {
            outputs[i] = Tensor.Allocate(
                input.Device, keepDimensions ? Layout.Contiguous(keptShape) : kept, program.Outputs[i]);
            outputOperands[i] = new(outputs[i].Storage.Resolve(), kept, program.Outputs[i]);
        }

        if (kept.ElementCount > 0)
        {
            Span<long> parameters =
                stackalloc long[program.LiftParameters.Length + program.FinishParameters.Length];
            FillParameters(program, numbers, count, parameters);
            var rank = 0;
            foreach (var isReduced in reduced)
                rank += isReduced ? 1 : 0;
            input.Device.Backend.Run(new ReductionLaunch
            {
                Program = program,
                Inputs = [new Operand(input.Storage.Resolve(), permuted, input.DType)],
                Outputs = outputOperands,
                ReducedRank = rank,
                Parameters = parameters,
            });
        }

        if (IsDifferentiable && Tensor.ShouldRecord(input) && outputs[0].DType.IsFloatingPoint)
            Record(input, outputs, keptShape, count, numbers);
        return outputs;
    }

    private static void FillParameters(
        ReductionProgram program, Scalar[] numbers, long count, Span<long> parameters)
    {
        var next = 0;
        for (var i = 0; i < program.LiftParameters.Length; i++)
            parameters[next++] = numbers[i].ToRegister(program.LiftParameters[i]);
        for (var i = 0; i < program.FinishParameters.Length; i++)
        {
            var number = i < numbers.Length ? numbers[i] : count;
            parameters[next++] = number.ToRegister(program.FinishParameters[i]);
        }
    }

    private void Record(Tensor input, Tensor[] outputs, Shape keptShape, long count, Scalar[] numbers)
    {
        Tensor[] save = [.. SavesInput ? [input] : Array.Empty<Tensor>(), .. SavesResults ? outputs : []];
        var (shape, dtype) = (input.Shape, input.DType);
        var node = new FunctionNode(NodeName, 1, save, (g, saved) =>
        {
            var gradients = Array.ConvertAll(g, t => t?.Reshape(keptShape));
            var results = SavesResults ? new Tensor[g.Length] : null;
            for (var i = 0; results is not null && i < results.Length; i++)
                results[i] = saved[i + (SavesInput ? 1 : 0)].Reshape(keptShape);
            var gradient = Gradient!(new ReductionGradient
            {
                Gradients = gradients, Input = SavesInput ? saved[0] : null, Results = results, Shape = shape,
                Count = count, Numbers = numbers,
            });
            return [gradient.To(dtype)];
        })
        {
            OutputCount = outputs.Length,
        };
        node.NextEdges[0] = input.GradientEdge;
        for (var i = 0; i < outputs.Length; i++)
        {
            if (outputs[i].DType.IsFloatingPoint)
                outputs[i].SetHistory(node, i);
        }
    }

    private ReductionProgram ProgramFor(DType input, DType? wanted)
    {
        if (programs.TryGetValue((input, wanted), out var program))
            return program;
        var types = Types(input, wanted);
        var register = types.State[0].Register;
        var liftParameters = Enumerable.Repeat(register, Numbers).ToImmutableArray();
        program = new ReductionProgram(
            Name, [input], types.State, [.. Identity(types.State)], types.Results, liftParameters,
            [.. liftParameters, register],
            (x, p, place) => Lift(Pointwise.Convert(x[0], register), p, place), Combine, Finish);
        return programs.GetOrAdd((input, wanted), program);
    }
}
