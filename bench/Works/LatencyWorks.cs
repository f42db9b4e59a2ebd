using KernelEngine.Bench.Protocol;

namespace KernelEngine.Bench;

/// <summary>The suite of small things: what they cost the host, and how long until a result is there.</summary>
internal static class LatencyWorks
{
    private const string Suite = "latency";

    /// <summary>All of them.</summary>
    public static IEnumerable<Work> All =>
    [
        Host("add of 64", Operations.Add, [new([64]), new([64])]),
        Host("add of 64, recorded, and its gradients", Operations.Add, [Learning(64), Learning(64)], Pass.Backward),
        Host("matrix and row, 8x8", Operations.Add, [new([8, 8]), new([8])]),
        Host("sum of 64", Operations.Sum, [new([64])]),
        Host("matmul 8", Operations.Matmul, [new([8, 8]), new([8, 8])]),
        Host("softmax 8x8", Operations.Softmax, [new([8, 8])]),
        Host("chain of 7, 64", Operations.Chain, [Learning(64), Learning(64), Learning(64)]),
        Host(
            "chain of 7, 64, forward and backward", Operations.Chain, [Learning(64), Learning(64), Learning(64)],
            Pass.Backward),
        .. ModelWorks.Mlp(1).Select(w => w with
        {
            Suite = Suite, Family = "host", Name = $"host: {w.Name}", Flop = 0, Wait = Wait.Never,
        }),
        Host("add of 64", Operations.Add, [new([64]), new([64])]) with
        {
            Family = "until it is done", Name = "until it is done: add of 64", Wait = Wait.AfterCall,
        },
        Host("read a number", Operations.Read, [new([1])]) with
        {
            Family = "until it is done", Name = "until it is done: read a number", Wait = Wait.AfterCall,
        },
        .. ModelWorks.Mlp(1).Select(w => w with
        {
            Suite = Suite, Family = "until it is done", Name = $"until it is done: {w.Name}", Flop = 0,
            Wait = Wait.AfterCall,
        }),
    ];

    private static Input Learning(long count) => new([count], Learns: true);

    private static Work Host(string name, Operation operation, Input[] inputs, Pass pass = Pass.Forward) =>
        new(Suite, "host", $"host: {name}", operation, new(operation.Name, inputs, [], pass))
        {
            Wait = Wait.Never,
            CountsLaunches = true,
        };
}
