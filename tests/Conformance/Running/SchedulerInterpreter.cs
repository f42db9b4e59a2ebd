using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>Cases of learning-rate schedulers: the rates, and momenta, after each step.</summary>
internal static class SchedulerInterpreter
{
    public static CaseOutcome Run(ConformanceCase current, CaseContext context)
    {
        var (name, kwargs) = current.Call("optimizer");
        var groups = Array.ConvertAll(current.List("base_lrs"), lr => OptimizerBindings.With(
            new([new Parameter(Tensor.Zeros([1], device: context.Device))]),
            new Dictionary<string, object?> { ["lr"] = lr }));
        var optimizer = OptimizerBindings.Construct(name, groups, new("optim." + name, [], kwargs));
        var scheduler = SchedulerBindings.Construct(optimizer, current.Json("scheduler"));
        var steps = current.Value("steps") as long? ?? throw new CannotBindException("the case has no steps");
        var (metrics, rates, momenta) = (current.List("metrics"), current.List("lrs"), current.List("momenta"));
        var check = new ValueCheck(current.Tolerance("tol"));
        for (var step = 0; step <= steps && check.Difference is null; step++)
        {
            if (step > 0)
            {
                optimizer.Step();
                Step(scheduler, metrics.Length > 0 ? metrics[step - 1] : null);
            }

            check.Same($"rates after step {step}", EachGroup(optimizer, g => g.Lr), rates[step]);
            if (momenta.Length > 0)
            {
                check.Same($"momenta after step {step}",
                    EachGroup(optimizer, g => g.Has("betas") ? g.Beta1 : g.Momentum), RealsOf(momenta[step]));
            }
        }

        return CaseOutcome.Of(check.Difference);
    }

    /// <summary>Makes a step of a scheduler, with a metric for those that watch one.</summary>
    public static void Step(object scheduler, object? metric)
    {
        switch (scheduler, metric)
        {
            case (LRScheduler other, null):
                other.Step();
                break;
            case (ReduceLROnPlateau watching, double real):
                watching.Step(real);
                break;
            case (ReduceLROnPlateau watching, long whole):
                watching.Step((double)whole);
                break;
            default:
                throw new CannotBindException($"{scheduler.GetType().Name} with the metric {Comparison.Text(metric)}");
        }
    }

    // A momentum of 0 is whole in PyTorch, where nobody gave one.
    private static object? RealsOf(object? momenta) => momenta is object?[] each
        ? Array.ConvertAll(each, m => m is long whole ? (double)whole : m)
        : momenta;

    private static object?[] EachGroup(Optimizer optimizer, Func<ParamGroup, double> read) =>
        [.. optimizer.ParamGroups.Select(object? (g) => read(g))];
}
