using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace KernelEngine;

/// <summary>A pointwise operator for some types of arguments, with its programs.</summary>
internal sealed class PointwiseInstance
{
    // Arguments whose every subset has a place in a table.
    private const int MostTabled = 6;

    private readonly PointwiseOperator op;
    private readonly ArgumentType[] types;
    private readonly ValueKind[] kinds;
    private readonly PointwiseBackwardPlan?[] plans = [];
    private readonly ConcurrentDictionary<uint, PointwiseBackwardPlan>? planned;
    private PointwiseInstance? recast;

    public PointwiseInstance(PointwiseOperator op, long key, ArgumentType[] types)
        : this(op, key, types, op.Rule(op.Name, types))
    {
    }

    private PointwiseInstance(PointwiseOperator op, long key, ArgumentType[] types, PointwiseTypes resolved)
    {
        (this.op, Key, this.types) = (op, key, types);
        NodeName = op.NumberNodeName is { } name && Array.Exists(types, t => t.Rank == ArgumentType.Class.Number)
            ? name
            : op.NodeName;
        kinds = resolved.Arguments;
        Results = resolved.Results;
        if (types.Length <= MostTabled)
            plans = new PointwiseBackwardPlan?[1 << types.Length];
        else
            planned = new();
        var arguments = new Expr[types.Length];
        var inputs = ImmutableArray.CreateBuilder<DType>();
        var parameters = ImmutableArray.CreateBuilder<ValueKind>();
        for (var i = 0; i < arguments.Length; i++)
        {
            if (IsNumber(i))
            {
                arguments[i] = Expr.Parameter(parameters.Count, kinds[i]);
                parameters.Add(kinds[i]);
            }
            else
            {
                arguments[i] = Pointwise.Convert(Expr.Input(inputs.Count, types[i].DType.Register), kinds[i]);
                inputs.Add(types[i].DType);
            }
        }

        Forward = PointwiseProgram.Of(
            op.Name, inputs.ToImmutable(), parameters.ToImmutable(), [.. Results], op.Body(arguments));
    }

    public long Key { get; }

    /// <summary>The name of its nodes in graphs.</summary>
    public string NodeName { get; }

    /// <summary>The dtypes of the results.</summary>
    public DType[] Results { get; }

    public PointwiseProgram Forward { get; }

    /// <summary>The kind that an argument is computed in.</summary>
    public ValueKind KindOf(int argument) => kinds[argument];

    /// <summary>Whether an argument is a number, not a tensor.</summary>
    public bool IsNumber(int argument) => types[argument].Rank == ArgumentType.Class.Number;

    /// <summary>The dtype of an argument.</summary>
    public DType DTypeOf(int argument) => types[argument].DType;

    /// <summary>The same computation with its result written as another dtype, for writing in place.</summary>
    public PointwiseInstance WithResult(DType dtype)
    {
        if (Results[0] == dtype)
            return this;
        if (recast is { } other && other.Results[0] == dtype)
            return other;
        return recast = new(op, Key, types, new(kinds, [dtype]));
    }

    /// <summary>The numbers among the arguments, as registers hold them.</summary>
    public void FillParameters(ReadOnlySpan<Argument> arguments, Span<long> parameters)
    {
        if (parameters.Length == 0)
            return;
        var next = 0;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Tensor is null)
                parameters[next++] = arguments[i].Scalar.ToRegister(kinds[i]);
        }
    }

    /// <summary>How to compute the gradients of some arguments.</summary>
    public PointwiseBackwardPlan PlanFor(uint needed) => planned is null
        ? plans[needed] ??= new(op, this, types.Length, needed)
        : planned.GetOrAdd(needed, static (mask, self) => new(self.op, self, self.types.Length, mask), this);
}
