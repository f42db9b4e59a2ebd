using System.Numerics.Tensors;
using KernelEngine.Bench.Protocol;

namespace KernelEngine.Bench.Peers;

/// <summary>.NET's own functions over spans: one thread, into memory that the caller keeps.</summary>
internal sealed class TensorPrimitivesPeer : Peer
{
    private static readonly Dictionary<string, Action<float[][], float[], int>> Functions = new()
    {
        ["add"] = (x, to, _) => TensorPrimitives.Add(x[0], x[1], to),
        ["relu"] = (x, to, _) => TensorPrimitives.Max(x[0], 0, to),
        ["exp"] = (x, to, _) => TensorPrimitives.Exp<float>(x[0], to),
        ["tanh"] = (x, to, _) => TensorPrimitives.Tanh<float>(x[0], to),
        ["sum"] = (x, to, _) => to[0] = TensorPrimitives.Sum<float>(x[0]),
        ["softmax"] = (x, to, row) =>
        {
            for (var i = 0; i < to.Length; i += row)
                TensorPrimitives.SoftMax(x[0].AsSpan(i, row), to.AsSpan(i, row));
        },
        ["chain"] = (x, to, _) =>
        {
            TensorPrimitives.MultiplyAdd(x[0], x[1], x[2], to);
            TensorPrimitives.Multiply(to, 0.5f, to);
            TensorPrimitives.Subtract(to, x[0], to);
            TensorPrimitives.Max(to, 0, to);
            TensorPrimitives.MultiplyAdd(to, to, x[1], to);
        },
    };

    public override string Name { get; } =
        $"TensorPrimitives {typeof(TensorPrimitives).Assembly.GetName().Version!.ToString(3)}";

    public override int? Threads => 1;

    public override IEnumerable<string> Operations => Functions.Keys;

    // No row that is added to each of a matrix.
    public override PeerJob? Open(Job job) =>
        job.Pass == Pass.Forward && job.Inputs.All(i => i.Count == job.Inputs[0].Count)
            ? new TensorPrimitivesJob(job, Functions[job.Operation])
            : null;

    private sealed class TensorPrimitivesJob(Job job, Action<float[][], float[], int> function) : PeerJob
    {
        private readonly float[][] inputs = [.. job.Inputs.Select((input, i) => input.Reals(i))];
        private readonly float[] result = new float[job.Operation == "sum" ? 1 : job.Inputs[0].Count];
        private readonly int row = (int)job.Inputs[0].Shape[^1];

        public override void Call() => function(inputs, result, row);

        public override float[][] Check()
        {
            Call();
            return [result];
        }
    }
}
