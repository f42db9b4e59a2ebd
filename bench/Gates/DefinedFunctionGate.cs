using System.Runtime.Intrinsics;
using static KernelEngine.Pointwise;

namespace KernelEngine.Bench;

/// <summary>
/// A function of seven operators by <see cref="Define(string, Func{Expr, Expr, Expr, Expr})"/> on 10⁴ elements, against
/// the loop that one would write by hand with the widest vectors. Both make a new result.
/// </summary>
internal sealed class DefinedFunctionGate : Gate
{
    private const int Count = 10_000;
    private const int Calls = 2_000;

    private static readonly Func<Tensor, Tensor, Tensor, Tensor> Chain = Define("chain", (a, b, c) =>
    {
        var r = Max((((a * b) + c) * 0.5) - a, 0);
        return (r * r) + b;
    });

    public override string Name => "a defined function of 7 operators, 10^4 elements";

    public override string Bar => "<= 1.3 x the loop by hand";

    public override GateResult Measure(int rounds)
    {
        var threads = Cpu.WorkerPool.Threads;
        Cpu.WorkerPool.Threads = 1;
        try
        {
            var (a, b, c) = (Tensor.Randn([Count]), Tensor.Randn([Count]), Tensor.Randn([Count]));
            float[] x = a.ToArray<float>(), y = b.ToArray<float>(), z = c.ToArray<float>();
            if (!Chain(a, b, c).ToArray<float>().AsSpan().SequenceEqual(ByHand(x, y, z)))
                throw new InvalidOperationException("the two do not compute the same");
            Stopwatches.WarmUp(() => { _ = Chain(a, b, c); _ = ByHand(x, y, z); });
            var (times, hand, ratios) = (new List<double>(), new List<double>(), new List<double>());
            for (var i = 0; i < rounds; i++)
            {
                hand.Add(Stopwatches.Nanoseconds(Calls, () => ByHand(x, y, z)));
                times.Add(Stopwatches.Nanoseconds(Calls, () => { _ = Chain(a, b, c); }));
                ratios.Add(times[^1] / hand[^1]);
            }

            return GateResult.AtMost(
                this, 1.3, ratios, $"{Stopwatches.Median(times) / 1000:0.00} us",
                $"{Stopwatches.Median(hand) / 1000:0.00} us by hand");
        }
        finally
        {
            Cpu.WorkerPool.Threads = threads;
        }
    }

    private static float[] ByHand(float[] a, float[] b, float[] c)
    {
        var result = GC.AllocateUninitializedArray<float>(a.Length);
        var i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= a.Length - 16; i += 16)
            {
                var va = Vector512.LoadUnsafe(ref a[i]);
                var vb = Vector512.LoadUnsafe(ref b[i]);
                var r = Vector512.Max(
                    (((va * vb) + Vector512.LoadUnsafe(ref c[i])) * 0.5f) - va, Vector512<float>.Zero);
                ((r * r) + vb).StoreUnsafe(ref result[i]);
            }
        }

        for (; i <= a.Length - 8; i += 8)
        {
            var va = Vector256.LoadUnsafe(ref a[i]);
            var vb = Vector256.LoadUnsafe(ref b[i]);
            var r = Vector256.Max((((va * vb) + Vector256.LoadUnsafe(ref c[i])) * 0.5f) - va, Vector256<float>.Zero);
            ((r * r) + vb).StoreUnsafe(ref result[i]);
        }

        for (; i < a.Length; i++)
        {
            var r = MathF.Max((((a[i] * b[i]) + c[i]) * 0.5f) - a[i], 0);
            result[i] = (r * r) + b[i];
        }

        return result;
    }
}
