using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace KernelEngine.Gpu;

/// <summary>
/// A pointwise program with more operands than a kernel may have, in parts that have few enough. What one part computes
/// for another lies in memory meanwhile, in registers' dtypes, so that the bits are those of the whole.
/// </summary>
internal sealed class PointwiseParts
{
    private static readonly ConcurrentDictionary<(PointwiseProgram Whole, int Most), PointwiseParts> Known = new();

    private readonly PointwiseProgram whole;
    private readonly int most;
    private readonly List<DType> temporaries = [];
    private readonly List<Part> parts = [];
    private readonly List<(Expr Leaf, int Operand)> leaves = [];

    private PointwiseParts(PointwiseProgram whole, int most)
    {
        (this.whole, this.most) = (whole, most);
        for (var i = 0; i < whole.Inputs.Length; i++)
            leaves.Add((Expr.Input(i, whole.Inputs[i].Register), i));
        var results = whole.Expressions.ToArray();
        var next = 0;
        while (next < results.Length)
        {
            while (LeavesOf([results[next]]).Count >= most)
                Move(results, next);
            var count = 1;
            while (next + count < results.Length &&
                LeavesOf(results[next..(next + count + 1)]).Count + count + 1 <= most)
            {
                count++;
            }

            // Outputs may lie where later parts still read.
            var isLast = next + count == results.Length;
            var written = Enumerable.Range(next, count)
                .Select(i => isLast ? whole.Inputs.Length + i : Temporary(whole.Outputs[i])).ToArray();
            Add(results[next..(next + count)], written, [.. whole.Outputs.Skip(next).Take(count)]);
            if (!isLast)
                Copies.AddRange(written.Select((from, i) => (from, whole.Inputs.Length + next + i)));
            next += count;
        }
    }

    /// <summary>A part, and which operands it has: those of the whole, then temporary memory.</summary>
    public readonly record struct Part(PointwiseProgram Program, int[] Operands);

    /// <summary>The parts, in their order.</summary>
    public IReadOnlyList<Part> Parts => parts;

    /// <summary>The dtypes of temporary memory.</summary>
    public IReadOnlyList<DType> Temporaries => temporaries;

    /// <summary>What is copied in the end, from temporary memory to outputs.</summary>
    public List<(int From, int To)> Copies { get; } = [];

    /// <summary>Those of a program, kept as long as it is.</summary>
    public static PointwiseParts Of(PointwiseProgram whole, int most) =>
        Known.GetOrAdd((whole, most), key => new(key.Whole, key.Most));

    private int Temporary(DType dtype)
    {
        temporaries.Add(dtype);
        return whole.Inputs.Length + whole.Outputs.Length + temporaries.Count - 1;
    }

    private HashSet<UInt128> LeavesOf(IReadOnlyList<Expr> results) =>
        [.. ExprOrder.Of(results).Where(node => node.Primitive == Primitive.Input).Select(node => node.Key)];

    // Computes in a part of its own what takes as much as there is room for, in place of which there is memory then. No
    // node has more than three arguments, so there always is one.
    private void Move(Expr[] results, int next)
    {
        Expr? moved = null;
        var largest = 1;
        foreach (var node in ExprOrder.Of([results[next]]))
        {
            var count = LeavesOf([node]).Count;
            if (count > largest && count < most)
                (moved, largest) = (node, count);
        }

        var dtype = DType.OfRegister(moved!.Kind);
        var place = Temporary(dtype);
        Add([moved], [place], [dtype]);
        var leaf = Expr.Input(leaves.Count, moved.Kind);
        leaves.Add((leaf, place));
        var replaced = ExprOrder.Substitute(results, moved, leaf);
        replaced.CopyTo(results, 0);
    }

    private void Add(Expr[] results, int[] written, ImmutableArray<DType> outputs)
    {
        var used = LeavesOf(results);
        var own = leaves.Where(leaf => used.Contains(leaf.Leaf.Key)).ToArray();
        var inputs = new Expr[leaves.Count];
        foreach (var (leaf, _) in leaves)
            inputs[(int)leaf.Payload] = leaf;
        for (var i = 0; i < own.Length; i++)
            inputs[(int)own[i].Leaf.Payload] = Expr.Input(i, own[i].Leaf.Kind);
        var parameters = whole.Parameters.Select((kind, i) => Expr.Parameter(i, kind)).ToArray();
        var program = PointwiseProgram.Of(
            $"{whole.Name}.{parts.Count}", [.. own.Select(leaf => DTypeOf(leaf.Operand))], whole.Parameters, outputs,
            ExprOrder.Rebind(results, inputs, parameters));
        parts.Add(new(program, [.. own.Select(leaf => leaf.Operand), .. written]));
    }

    private DType DTypeOf(int operand) => operand < whole.Inputs.Length
        ? whole.Inputs[operand]
        : temporaries[operand - whole.Inputs.Length - whole.Outputs.Length];
}
