using System.Text.Json;
using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>Schedulers by PyTorch's name.</summary>
internal static class SchedulerBindings
{
    private static readonly Dictionary<string, Func<Optimizer, Arguments, object>> Table = new()
    {
        ["StepLR"] = (o, a) => new StepLR(o, a.Long(1, "step_size"), a.Real(2, "gamma", 0.1), LastEpoch(a, 3)),
        ["MultiStepLR"] = (o, a) =>
            new MultiStepLR(o, a.Longs(1, "milestones"), a.Real(2, "gamma", 0.1), LastEpoch(a, 3)),
        ["ExponentialLR"] = (o, a) => new ExponentialLR(o, a.Real(1, "gamma"), LastEpoch(a, 2)),
        ["ConstantLR"] = (o, a) =>
            new ConstantLR(o, a.Real(1, "factor", 1.0 / 3), a.Long(2, "total_iters", 5), LastEpoch(a, 3)),
        ["LinearLR"] = (o, a) => new LinearLR(
            o, a.Real(1, "start_factor", 1.0 / 3), a.Real(2, "end_factor", 1), a.Long(3, "total_iters", 5),
            LastEpoch(a, 4)),
        ["PolynomialLR"] = (o, a) =>
            new PolynomialLR(o, a.Long(1, "total_iters", 5), a.Real(2, "power", 1), LastEpoch(a, 3)),
        ["CosineAnnealingLR"] = (o, a) =>
            new CosineAnnealingLR(o, a.Long(1, "T_max"), a.Real(2, "eta_min", 0), LastEpoch(a, 3)),
        ["CosineAnnealingWarmRestarts"] = (o, a) => new CosineAnnealingWarmRestarts(
            o, a.Long(1, "T_0"), a.Long(2, "T_mult", 1), a.Real(3, "eta_min", 0), LastEpoch(a, 4)),
        ["OneCycleLR"] = (o, a) => new OneCycleLR(
            o, PerGroup(a, 1, "max_lr") ?? throw a.Wrong("max_lr", "is missing"), a.LongOrNull(2, "total_steps"),
            a.LongOrNull(3, "epochs"), a.LongOrNull(4, "steps_per_epoch"), a.Real(5, "pct_start", 0.3),
            a.Text(6, "anneal_strategy", "cos"), a.Flag(7, "cycle_momentum", true), PerGroup(a, 8, "base_momentum"),
            PerGroup(a, 9, "max_momentum"), a.Real(10, "div_factor", 25), a.Real(11, "final_div_factor", 1e4),
            a.Flag(12, "three_phase"), LastEpoch(a, 13)),
        ["CyclicLR"] = (o, a) => new CyclicLR(
            o, PerGroup(a, 1, "base_lr") ?? throw a.Wrong("base_lr", "is missing"),
            PerGroup(a, 2, "max_lr") ?? throw a.Wrong("max_lr", "is missing"), a.Long(3, "step_size_up", 2000),
            a.LongOrNull(4, "step_size_down"), a.Text(5, "mode", "triangular"), a.Real(6, "gamma", 1),
            scaleFn: null, a.Text(8, "scale_mode", "cycle"), a.Flag(9, "cycle_momentum", true),
            PerGroup(a, 10, "base_momentum"), PerGroup(a, 11, "max_momentum"), LastEpoch(a, 12)),
        ["ReduceLROnPlateau"] = (o, a) => new ReduceLROnPlateau(
            o, a.Text(1, "mode", "min"), a.Real(2, "factor", 0.1), a.Long(3, "patience", 10),
            a.Real(4, "threshold", 1e-4), a.Text(5, "threshold_mode", "rel"), a.Long(6, "cooldown", 0),
            PerGroup(a, 7, "min_lr") ?? 0, a.Real(8, "eps", 1e-8)),
        ["SequentialLR"] = (o, a) => new SequentialLR(
            o, Schedulers(o, a, 1), a.Longs(2, "milestones"), LastEpoch(a, 3)),
        ["ChainedScheduler"] = (o, a) => new ChainedScheduler(Schedulers(o, a, -1)),
    };

    /// <summary>Makes the scheduler of a case: <c>{"name", "kwargs"}</c>.</summary>
    /// <returns>A scheduler with a step.</returns>
    /// <exception cref="CannotBindException">It is not known, or an argument cannot be parsed.</exception>
    public static object Construct(Optimizer optimizer, JsonElement recipe)
    {
        if (recipe.ValueKind != JsonValueKind.Object || !recipe.TryGetProperty("name", out var name))
            throw new CannotBindException("the scheduler has no name");
        var kwargs = recipe.TryGetProperty("kwargs", out var given)
            ? given.EnumerateObject().ToDictionary(p => p.Name, p => p.Name == "schedulers"
                ? p.Value.EnumerateArray().Select(object? (s) => s.Clone()).ToArray()
                : ValueReader.Read(p.Value))
            : [];
        return Construct(optimizer, name.GetString() ?? "", kwargs);
    }

    /// <summary>Makes a scheduler as a program does: the optimizer is the first argument.</summary>
    /// <exception cref="CannotBindException">It is not known, or an argument cannot be parsed.</exception>
    public static object Construct(string name, object?[] args, IReadOnlyDictionary<string, object?> kwargs)
    {
        var make = Table.GetValueOrDefault(name)
            ?? throw CannotBindException.UnknownOperator("optim.lr_scheduler." + name);
        var a = new Arguments("optim.lr_scheduler." + name, args, kwargs);
        var optimizer = a.Any(0, "optimizer") as Optimizer ?? throw a.Wrong("optimizer", "is none");
        return OperatorBindings.Call(a => make(optimizer, a), a)!;
    }

    private static object Construct(Optimizer optimizer, string name, Dictionary<string, object?> kwargs) =>
        Construct(name, [optimizer], kwargs);

    private static LRScheduler[] Schedulers(Optimizer optimizer, Arguments a, int position) =>
        Array.ConvertAll(a.Items(position, "schedulers"), s => s is JsonElement recipe
            ? Construct(optimizer, recipe) as LRScheduler ?? throw a.Wrong("schedulers", "has one of another kind")
            : throw a.Wrong("schedulers", "is no list of schedulers"));

    private static PerGroup? PerGroup(Arguments a, int position, string name)
    {
        var isList = a.IsList(position, name);
        return a.RealsOrNull(position, name) switch
        {
            null => (PerGroup?)null,
            var each when isList => each,
            var all => all[0],
        };
    }

    private static long LastEpoch(Arguments a, int position)
    {
        _ = a.Flag(position + 1, "verbose");
        return a.Long(position, "last_epoch", -1);
    }
}
