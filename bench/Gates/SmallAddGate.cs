namespace KernelEngine.Bench;

/// <summary>An addition of 64 elements, recorded by autograd.</summary>
internal sealed class SmallAddGate : Gate
{
    private const int Calls = 20_000;

    public override string Name => "add of 64 elements, recorded";

    public override string Bar => "<= 300 ns";

    public override GateResult Measure(int rounds)
    {
        var a = Tensor.Randn([64]).RequiresGrad_();
        var b = Tensor.Randn([64]);
        float[] left = new float[64], right = new float[64];
        Stopwatches.WarmUp(() => { _ = a + b; });
        var (times, loops) = (new List<double>(), new List<double>());
        for (var i = 0; i < rounds; i++)
        {
            loops.Add(Stopwatches.Nanoseconds(Calls, () => Add(left, right)));
            times.Add(Stopwatches.Nanoseconds(Calls, () => { _ = a + b; }));
        }

        return GateResult.AtMost(
            this, 300, times, $"{Stopwatches.Median(times):0} ns",
            $"{Stopwatches.Median(loops):0} ns for a loop into a new array");
    }

    private static float[] Add(float[] a, float[] b)
    {
        var result = new float[a.Length];
        for (var i = 0; i < result.Length; i++)
            result[i] = a[i] + b[i];
        return result;
    }
}
