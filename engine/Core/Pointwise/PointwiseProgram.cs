using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace KernelEngine;

/// <summary>One step of a program: what to compute, from the results of which earlier steps.</summary>
/// <param name="Primitive">What to compute.</param>
/// <param name="Kind">The kind of the result.</param>
/// <param name="A">The step of the first argument, or -1.</param>
/// <param name="B">The step of the second argument, or -1.</param>
/// <param name="C">The step of the third argument, or -1.</param>
/// <param name="Payload">The index of an input or parameter, the bits of a constant, the code of a dtype.</param>
/// <param name="Table">The numbers of a lookup.</param>
public readonly record struct Instruction(
    Primitive Primitive, ValueKind Kind, int A, int B, int C, long Payload, Array? Table);

/// <summary>
/// Pointwise expressions made ready for a backend: every distinct value once, in an order in which it can be
/// computed, recipes expanded. There is one object for each structure and name, whatever the sizes, strides and
/// parameters of what it runs on, so that backends keep what they compiled with it.
/// </summary>
public sealed class PointwiseProgram
{
    private static readonly ConcurrentDictionary<(UInt128 Key, string Name), PointwiseProgram> Known = new();

    private PointwiseProgram(
        UInt128 key, ImmutableArray<DType> inputs, ImmutableArray<ValueKind> parameters,
        ImmutableArray<DType> outputs, IReadOnlyList<Expr> results, string name)
    {
        (Key, Inputs, Parameters, Outputs, Name) = (key, inputs, parameters, outputs, name);
        Expressions = results;
        var expanded = ExprOrder.Expand(results);
        var order = ExprOrder.Of(expanded);
        var place = new Dictionary<UInt128, int>();
        var code = ImmutableArray.CreateBuilder<Instruction>(order.Count);
        foreach (var node in order)
        {
            place[node.Key] = code.Count;
            var a = node.Arguments;
            code.Add(new(node.Primitive, node.Kind,
                a.Length > 0 ? place[a[0].Key] : -1,
                a.Length > 1 ? place[a[1].Key] : -1,
                a.Length > 2 ? place[a[2].Key] : -1,
                node.Payload, node.Table));
        }

        Code = code.MoveToImmutable();
        Results = [.. expanded.Select(e => place[e.Key])];
        CanFail = Code.Any(i => (i.Primitive == Primitive.Div || i.Primitive == Primitive.Rem) &&
            !Primitive.IsReal(i.Kind));
        IsSum = Code.Length == 3 && inputs.Length == 2 && Code[2].Primitive == Primitive.Add &&
            inputs[0] == outputs[0] && inputs[1] == outputs[0];
        UsesFloat64 = Code.Any(step => step.Kind == ValueKind.Float64);
    }

    /// <summary>What it is called in profiles.</summary>
    public string Name { get; }

    /// <summary>A hash that stands for the structure, within this process.</summary>
    public UInt128 Key { get; }

    /// <summary>The dtypes of the inputs; each is read into a register of the dtype's kind.</summary>
    public ImmutableArray<DType> Inputs { get; }

    /// <summary>The kinds of the parameters.</summary>
    public ImmutableArray<ValueKind> Parameters { get; }

    /// <summary>The dtypes of the outputs; each result is of the dtype's kind and is rounded when written.</summary>
    public ImmutableArray<DType> Outputs { get; }

    /// <summary>What it computes, over inputs and parameters, of the outputs' kinds; recipes not expanded.</summary>
    internal IReadOnlyList<Expr> Expressions { get; }

    /// <summary>Whether there is data that it refuses: whole numbers divided by zero.</summary>
    internal bool CanFail { get; }

    /// <summary>Whether it is the sum of its two inputs, all of one dtype.</summary>
    internal bool IsSum { get; }

    /// <summary>The steps, arguments before what uses them.</summary>
    public ImmutableArray<Instruction> Code { get; }

    /// <summary>Whether any step computes in float64.</summary>
    public bool UsesFloat64 { get; }

    /// <summary>Whether any step looks numbers up in a table.</summary>
    public bool LooksUp => Code.Any(step => step.Table is not null);

    /// <summary>The step whose result each output is.</summary>
    public ImmutableArray<int> Results { get; }

    /// <summary>What the host's processor runs for it; compiled at the first run.</summary>
    internal object? HostCode;

    /// <summary>The kernels that GPU devices run for it; declared as they are needed.</summary>
    internal object? DeviceCode;

    /// <summary>
    /// The program of some expressions.
    /// </summary>
    /// <param name="name">What it is called in profiles.</param>
    /// <param name="inputs">The dtypes of the inputs.</param>
    /// <param name="parameters">The kinds of the parameters.</param>
    /// <param name="outputs">The dtypes of the outputs.</param>
    /// <param name="results">The expressions, over inputs and parameters; converted to the outputs' kinds.</param>
    public static PointwiseProgram Of(
        string name, ImmutableArray<DType> inputs, ImmutableArray<ValueKind> parameters,
        ImmutableArray<DType> outputs, IReadOnlyList<Expr> results)
    {
        var typed = new Expr[outputs.Length];
        var key = new UInt128((ulong)inputs.Length, (ulong)parameters.Length);
        foreach (var input in inputs)
            key = (key * 31) + (ulong)input.Code;
        for (var i = 0; i < typed.Length; i++)
        {
            typed[i] = Pointwise.Convert(results[i], outputs[i].Register);
            key = (key * 0x100000001B3) ^ typed[i].Key ^ (ulong)outputs[i].Code;
        }

        return Known.TryGetValue((key, name), out var program)
            ? program
            : Known.GetOrAdd((key, name), new PointwiseProgram(key, inputs, parameters, outputs, typed, name));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Code.Length} steps";
}
