namespace KernelEngine.Nn;

/// <summary>The first rate times a function of the epoch. As <c>torch.optim.lr_scheduler.LambdaLR</c>.</summary>
/// <param name="optimizer">The optimizer.</param>
/// <param name="lambdas">A function for all groups, or one for each.</param>
/// <param name="lastEpoch">The epoch it was left at, -1 at the start.</param>
/// <exception cref="TensorValueException">There are not as many functions as groups.</exception>
public sealed class LambdaLR(
    Optimizer optimizer, IReadOnlyList<Func<long, double>> lambdas, long lastEpoch = -1)
    : LRScheduler(optimizer, lastEpoch)
{
    private readonly Func<long, double>[] lambdas = Factors.ForGroups(optimizer, lambdas);

    /// <summary>The first rate times a function of the epoch.</summary>
    public LambdaLR(Optimizer optimizer, Func<long, double> lambda, long lastEpoch = -1)
        : this(optimizer, Factors.Repeated(optimizer, lambda), lastEpoch)
    {
    }

    /// <inheritdoc/>
    protected override double LrOf(ParamGroup group, int index) =>
        BaseLr(index) is { } first ? first * lambdas[index](LastEpoch) : group.Lr;
}

/// <summary>
/// The rate times a function of the epoch, again and again. As <c>torch.optim.lr_scheduler.MultiplicativeLR</c>.
/// </summary>
/// <param name="optimizer">The optimizer.</param>
/// <param name="lambdas">A function for all groups, or one for each.</param>
/// <param name="lastEpoch">The epoch it was left at, -1 at the start.</param>
/// <exception cref="TensorValueException">There are not as many functions as groups.</exception>
public sealed class MultiplicativeLR(
    Optimizer optimizer, IReadOnlyList<Func<long, double>> lambdas, long lastEpoch = -1)
    : LRScheduler(optimizer, lastEpoch)
{
    private readonly Func<long, double>[] lambdas = Factors.ForGroups(optimizer, lambdas);

    /// <summary>The rate times a function of the epoch, again and again.</summary>
    public MultiplicativeLR(Optimizer optimizer, Func<long, double> lambda, long lastEpoch = -1)
        : this(optimizer, Factors.Repeated(optimizer, lambda), lastEpoch)
    {
    }

    /// <inheritdoc/>
    protected override double LrOf(ParamGroup group, int index) =>
        LastEpoch > 0 && index < lambdas.Length ? group.Lr * lambdas[index](LastEpoch) : group.Lr;
}

/// <summary>Functions of the epoch, one for each group.</summary>
file static class Factors
{
    public static Func<long, double>[] Repeated(Optimizer optimizer, Func<long, double> lambda)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(lambda);
        return [.. Enumerable.Repeat(lambda, optimizer.ParamGroups.Count)];
    }

    public static Func<long, double>[] ForGroups(Optimizer optimizer, IReadOnlyList<Func<long, double>> lambdas)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(lambdas);
        return lambdas.Count == optimizer.ParamGroups.Count ? [.. lambdas] : throw new TensorValueException(
            $"Expected {optimizer.ParamGroups.Count} lr_lambdas, but got {lambdas.Count}");
    }
}
