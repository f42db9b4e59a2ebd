using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace KernelEngine;

/// <summary>
/// The programs of chains of calls, by the structure of the chain: which programs, and which of them reads what.
/// </summary>
/// <remarks>
/// They are kept as long as the process lives, as their kernels are; so there is a limit to how many there are.
/// </remarks>
internal static class FusedPrograms
{
    private const int MostInName = 48;

    private static readonly ConcurrentDictionary<UInt128, object> All = new();
    private static int count;

    /// <summary>How many there may be before other chains run one by one; tests choose less.</summary>
    internal static int Most { get; set; } = 2048;

    /// <summary>Whether a chain's program is there, or may be made.</summary>
    public static bool HasRoomFor(UInt128 key) => Volatile.Read(ref count) < Most || All.ContainsKey(key);

    /// <summary>A hash of what a walk found, and of which results are wanted.</summary>
    public static UInt128 KeyOf(PendingGraph graph, ReadOnlySpan<PendingResult> wanted)
    {
        var hash = new StructureHash();
        foreach (var call in CollectionsMarshal.AsSpan(graph.Calls))
        {
            hash.Add(call.Program.Key);
            var sources = call.Sources;
            for (var i = 0; i < sources.Length; i++)
            {
                ref readonly var source = ref sources[i];
                hash.Add(source.Buffer is not null
                    ? (ulong)graph.LeafOf(source, call.Program.Inputs[i]) << 1
                    : ((ulong)source.Pending!.Call.Place << 8) + ((ulong)source.Pending.Index << 1) + 1);
            }
        }

        foreach (var result in wanted)
            hash.Add(((ulong)result.Call.Place << 8) + (ulong)result.Index);
        return hash.Value;
    }

    /// <summary>The program that computes some results of a walk at once.</summary>
    public static PointwiseProgram Of(UInt128 key, PendingGraph graph, ReadOnlySpan<PendingResult> wanted)
    {
        if (All.TryGetValue(key, out var known))
            return (PointwiseProgram)known;
        var values = Compose(graph, LeavesAsInputs(graph), ParametersFrom(graph, 0));
        var outputs = ImmutableArray.CreateBuilder<DType>(wanted.Length);
        var results = new Expr[wanted.Length];
        for (var i = 0; i < results.Length; i++)
        {
            outputs.Add(wanted[i].DType);
            results[i] = values[wanted[i].Call.Place][wanted[i].Index];
        }

        var program = PointwiseProgram.Of(
            NameOf(graph), InputsOf(graph), ParameterKindsOf(graph), outputs.MoveToImmutable(), results);
        return (PointwiseProgram)Add(key, program);
    }

    /// <summary>The reduction of what a walk computes last.</summary>
    public static ReductionProgram Of(UInt128 key, PendingGraph graph, int result, ReductionProgram reduction)
    {
        if (All.TryGetValue(key, out var known))
            return (ReductionProgram)known;
        var calls = graph.Calls.ToArray();
        var program = reduction.Over(
            $"{NameOf(graph)}+{reduction.Name}", InputsOf(graph), ParameterKindsOf(graph),
            (inputs, parameters) => Compose(graph, inputs, parameters)[calls.Length - 1][result]);
        return (ReductionProgram)Add(key, program);
    }

    private static object Add(UInt128 key, object program)
    {
        if (!All.TryAdd(key, program))
            return All[key];

        // Tests that fuse everything meet each chain once, and leave room for those that are met again.
        if (Fusion.Mode != FusionMode.Always)
            Interlocked.Increment(ref count);
        return program;
    }

    // Each result is rounded to its dtype, as if it had been written and read.
    private static Expr[][] Compose(PendingGraph graph, Expr[] leaves, Expr[] parameters)
    {
        var values = new Expr[graph.Calls.Count][];
        var first = 0;
        foreach (var call in graph.Calls)
        {
            var program = call.Program;
            var inputs = new Expr[call.Sources.Length];
            for (var i = 0; i < inputs.Length; i++)
            {
                ref readonly var source = ref call.Sources[i];
                inputs[i] = source.Buffer is not null
                    ? leaves[graph.LeafOf(source, program.Inputs[i])]
                    : values[source.Pending!.Call.Place][source.Pending.Index];
            }

            var results = ExprOrder.Rebind(program.Expressions, inputs, parameters.AsSpan(first));
            for (var i = 0; i < results.Length; i++)
                results[i] = Pointwise.Narrow(results[i], program.Outputs[i]);
            values[call.Place] = results;
            first += call.Parameters.Length;
        }

        return values;
    }

    private static Expr[] LeavesAsInputs(PendingGraph graph)
    {
        var inputs = new Expr[graph.Leaves.Count];
        for (var i = 0; i < inputs.Length; i++)
            inputs[i] = Expr.Input(i, graph.Leaves[i].DType.Register);
        return inputs;
    }

    private static Expr[] ParametersFrom(PendingGraph graph, int first)
    {
        var kinds = ParameterKindsOf(graph);
        var parameters = new Expr[kinds.Length];
        for (var i = 0; i < parameters.Length; i++)
            parameters[i] = Expr.Parameter(first + i, kinds[i]);
        return parameters;
    }

    private static ImmutableArray<DType> InputsOf(PendingGraph graph) => [.. graph.Leaves.Select(l => l.DType)];

    private static ImmutableArray<ValueKind> ParameterKindsOf(PendingGraph graph) =>
        [.. graph.Calls.SelectMany(c => c.Program.Parameters)];

    private static string NameOf(PendingGraph graph)
    {
        var name = new StringBuilder();
        foreach (var call in graph.Calls)
        {
            if (name.Length + call.Program.Name.Length > MostInName)
                return name.Append("+...").ToString();
            name.Append(name.Length == 0 ? "" : "+").Append(call.Program.Name);
        }

        return name.ToString();
    }
}
