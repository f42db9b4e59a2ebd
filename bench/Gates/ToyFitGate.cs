using System.Diagnostics;
using KernelEngine.Nn;

namespace KernelEngine.Bench;

/// <summary>
/// The tutorial's fit of y = 2x + 2: 1,500 steps, one sample each. The first run in the process pays for the JIT; the
/// second one counts.
/// </summary>
internal sealed class ToyFitGate : Gate
{
    public override string Name => "toy fit, 1,500 steps, second run in the process";

    public override string Bar => "<= 5 ms";

    public override GateResult Measure(int rounds)
    {
        var first = Fit();
        var second = Fit();
        var later = Enumerable.Range(0, rounds).Select(_ => Fit()).ToArray();
        return GateResult.AtMost(
            this, 5, [second], $"{second:0.0} ms", $"first {first:0.0} ms, warm {Stopwatches.Median(later):0.0} ms");
    }

    private static double Fit()
    {
        var start = Stopwatch.GetTimestamp();
        Generator.Default.ManualSeed(0);
        var model = new Linear(1, 1);
        var inputs = Tensor.Of([[1.0], [2.0], [3.0]]);
        var targets = Tensor.Of([[4.0], [6.0], [8.0]]);
        var optimizer = new SGD(model.Parameters(), lr: 0.01);
        var criterion = new MSELoss();
        for (var epoch = 0; epoch < 500; epoch++)
        {
            for (var i = 0; i < 3; i++)
            {
                var loss = criterion.Call(model.Call(inputs[i]), targets[i]);
                optimizer.ZeroGrad();
                loss.Backward();
                optimizer.Step();
            }
        }

        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        if (Math.Abs(model.Call(Tensor.Of([10.0])).Item<double>() - 22) > 0.2)
            throw new InvalidOperationException("the fit did not converge");
        return elapsed;
    }
}
