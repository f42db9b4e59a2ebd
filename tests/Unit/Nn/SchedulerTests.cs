using KernelEngine.Nn;

namespace KernelEngine.Tests.Nn;

/// <summary>Rates and momenta of schedulers over eight steps, as PyTorch 1.13.1 gives them; saving, errors.</summary>
public sealed class SchedulerTests
{
    private static readonly Dictionary<string, Func<Optimizer, LRScheduler>> Schedulers = new()
    {
        ["lambda"] = o => new LambdaLR(o, e => 1.0 / (1 + e)),
        ["lambda each"] = o => new LambdaLR(o, [e => 1.0 / (1 + e), e => Math.Pow(0.9, e)]),
        ["multiplicative"] = o => new MultiplicativeLR(o, e => e % 2 == 1 ? 0.9 : 0.8),
        ["step"] = o => new StepLR(o, 3, 0.5),
        ["multistep"] = o => new MultiStepLR(o, [2, 2, 5], 0.5),
        ["constant"] = o => new ConstantLR(o, 0.25, 4),
        ["linear"] = o => new LinearLR(o, 0.25, 0.75, 4),
        ["exponential"] = o => new ExponentialLR(o, 0.9),
        ["polynomial"] = o => new PolynomialLR(o, 6, 2),
        ["cosine"] = o => new CosineAnnealingLR(o, 3, 0.01),
        ["restarts"] = o => new CosineAnnealingWarmRestarts(o, 2, 2, 0.01),
        ["cyclic"] = o => new CyclicLR(o, [0.01, 0.02], 0.1, 2, 3, "exp_range", 0.9, baseMomentum: 0.7),
        ["cyclic custom"] = o => new CyclicLR(
            o, 0.01, 0.1, 2, mode: "triangular2", scaleFn: x => 1 / x, cycleMomentum: false),
        ["one cycle"] = o => new OneCycleLR(o, 0.3, totalSteps: 9, annealStrategy: "linear", threePhase: true),
        ["one cycle epochs"] = o => new OneCycleLR(
            o, [0.3, 0.4], epochs: 3, stepsPerEpoch: 3, pctStart: 0.5, divFactor: 10, finalDivFactor: 100),
        ["sequential"] = o => new SequentialLR(
            o, [new ConstantLR(o, 0.1, 2), new ExponentialLR(o, 0.9), new StepLR(o, 2)], [2, 5]),
        ["chained"] = o => new ChainedScheduler(new ConstantLR(o, 0.1, 2), new ExponentialLR(o, 0.9)),
    };

    // The rates of the first group, the last rate of the second, the momenta (beta1) where they change.
    private static readonly Dictionary<string, (double[] Rates, double Second, double[] Momenta)> Wanted = new()
    {
        ["lambda"] =
            ([0.1, 0.05, 0.03333333333333333, 0.025, 0.020000000000000004, 0.016666666666666666,
            0.014285714285714285, 0.0125, 0.011111111111111112], 0.05555555555555555, []),
        ["lambda each"] =
            ([0.1, 0.05, 0.03333333333333333, 0.025, 0.020000000000000004, 0.016666666666666666,
            0.014285714285714285, 0.0125, 0.011111111111111112], 0.21523360500000005, []),
        ["multiplicative"] =
            ([0.1, 0.09000000000000001, 0.07200000000000001, 0.06480000000000001, 0.05184000000000001,
            0.04665600000000001, 0.03732480000000001, 0.03359232000000001, 0.02687385600000001], 0.13436928000000004,
            []),
        ["step"] = ([0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025], 0.125, []),
        ["multistep"] = ([0.1, 0.1, 0.025, 0.025, 0.025, 0.0125, 0.0125, 0.0125, 0.0125], 0.0625, []),
        ["constant"] = ([0.025, 0.025, 0.025, 0.025, 0.1, 0.1, 0.1, 0.1, 0.1], 0.5, []),
        ["linear"] = ([0.025, 0.037500000000000006, 0.05, 0.0625, 0.075, 0.075, 0.075, 0.075, 0.075], 0.375, []),
        ["exponential"] =
            ([0.1, 0.09000000000000001, 0.08100000000000002, 0.07290000000000002, 0.06561000000000002,
            0.05904900000000002, 0.05314410000000002, 0.04782969000000002, 0.043046721000000024],
            0.21523360500000008, []),
        ["polynomial"] =
            ([0.1, 0.06944444444444446, 0.04444444444444447, 0.02500000000000001, 0.011111111111111117,
            0.0027777777777777775, 0, 0, 0], 0, []),
        ["cosine"] =
            ([0.1, 0.0775, 0.032500000000000015, 0.01, 0.0325, 0.07750000000000005, 0.10000000000000007,
            0.07750000000000007, 0.03250000000000006], 0.13250000000000026, []),
        ["restarts"] =
            ([0.1, 0.05500000000000001, 0.1, 0.08681980515339464, 0.05500000000000001, 0.023180194846605363, 0.1,
            0.0965745789630079, 0.08681980515339464], 0.4282411613907041, []),
        ["cyclic"] =
            ([0.01, 0.0505, 0.0829, 0.05374, 0.029683, 0.01, 0.03391484500000003, 0.053046721000000005,
            0.035828032600000004], 0.042958251200000006, [0.9, 0.81, 0.738, 0.8028, 0.85626, 0.9, 0.8468559,
            0.8043406200000001, 0.842604372]),
        ["cyclic custom"] =
            ([0.01, 0.05500000000000001, 0.1, 0.05500000000000001, 0.01, 0.0325, 0.05500000000000001, 0.0325, 0.01],
            0.01, []),
        ["one cycle"] =
            ([0.012, 0.18141176470588238, 0.24917647058823522, 0.07976470588235288, 0.010434939130434782,
            0.007826504347826085, 0.005218069565217391, 0.0026096347826086944, 1.1999999999998123e-06],
            1.1999999999998123e-06, [0.95, 0.8911764705882352, 0.8676470588235294, 0.9264705882352942, 0.95, 0.95,
            0.95, 0.95, 0.95]),
        ["one cycle epochs"] =
            ([0.02999999999999997, 0.08082887674907094, 0.19504032608410243, 0.28663079716682655,
            0.29096293922476835, 0.22507499999999997, 0.12412882057661047, 0.03535824019862116, 0.0003], 0.0004,
            [0.95, 0.9311744900929366, 0.8888739533021842, 0.854951556604879, 0.8530153689607045, 0.875,
            0.9086824088833465, 0.9383022221559488, 0.95]),
        ["sequential"] =
            ([0.010000000000000002, 0.010000000000000002, 0.1, 0.09000000000000001, 0.08100000000000002, 0.1, 0.1,
            0.010000000000000002, 0.010000000000000002], 0.05, []),
        ["chained"] =
            ([0.010000000000000002, 0.009000000000000003, 0.08100000000000003, 0.07290000000000003,
            0.06561000000000003, 0.059049000000000025, 0.05314410000000002, 0.04782969000000002,
            0.043046721000000024], 0.21523360500000008, []),
    };

    public static TheoryData<string> Names => new(Schedulers.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Rates_are_PyTorchs(string name)
    {
        var (optimizer, scheduler) = Make(name);
        var (rates, second, momenta) = Wanted[name];
        for (var i = 0; i < rates.Length; i++)
        {
            if (i > 0)
                scheduler.Step();
            var group = optimizer.ParamGroups[0];
            Assert.Equal(rates[i], group.Lr, 1e-14);
            Assert.Equal(
                momenta.Length > 0 ? momenta[i] : 0.9, group.Has("betas") ? group.Beta1 : group.Momentum, 1e-14);
        }

        Assert.Equal(second, optimizer.ParamGroups[1].Lr, 1e-14);
        Assert.Equal(optimizer.ParamGroups.Select(g => g.Lr), scheduler.LastLr);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_saved_state_continues(string name)
    {
        var (optimizer, scheduler) = Make(name);
        var (otherOptimizer, other) = Make(name);
        for (var i = 0; i < 3; i++)
            scheduler.Step();
        var state = scheduler.StateDict();
        otherOptimizer.LoadStateDict(optimizer.StateDict());
        other.LoadStateDict(state);
        Assert.Equal(state.Keys, other.StateDict().Keys);
        for (var i = 3; i < 8; i++)
        {
            scheduler.Step();
            other.Step();
            Assert.Equal(optimizer.ToString(), otherOptimizer.ToString());
        }
    }

    [Fact]
    public void Plateaus()
    {
        double[] metrics = [1.0, 0.9, 0.95, 0.96, 0.97, 0.98, 0.99, 0.8, 0.81, 0.82, 0.83, 0.84];
        Assert.Equal([0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025],
            Rates(o => new(o, patience: 1, factor: 0.5, cooldown: 2)));
        Assert.Equal([0.1, 0.05, 0.025, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02],
            Rates(o => new(o, "max", 0.5, 0, 0.05, "abs", minLr: [0.02, 0.1])));

        double[] Rates(Func<Optimizer, ReduceLROnPlateau> make)
        {
            var (optimizer, scheduler) = (Of("sgd"), (ReduceLROnPlateau?)null);
            scheduler = make(optimizer);
            return Array.ConvertAll(metrics, m =>
            {
                // Saved and loaded before each step: nothing that counts is left out.
                var state = scheduler.StateDict();
                scheduler = make(optimizer);
                scheduler.LoadStateDict(state);
                scheduler.Step(Tensor.Of([m], DType.Float64));
                return optimizer.ParamGroups[0].Lr;
            });
        }
    }

    [Fact]
    public void Epochs_can_be_given()
    {
        var optimizer = Of("sgd");
        var restarts = new CosineAnnealingWarmRestarts(optimizer, 4, 2);
        double[] wanted =
            [0.1, 0.09619397662556434, 0.0009607359798384785, 0.1, 0.0009607359798384785, 0.09903926402016153];
        foreach (var (epoch, rate) in new[] { 0, 0.5, 3.75, 4, 11.5, 13 }.Zip(wanted))
        {
            restarts.Step(epoch);
            Assert.Equal(rate, optimizer.ParamGroups[0].Lr, 1e-14);
        }

        restarts.Step();
        Assert.Equal(0.09619397662556434, optimizer.ParamGroups[0].Lr, 1e-14);
        optimizer = Of("sgd");
        new StepLR(optimizer, 3, 0.5).Step(7);
        Assert.Equal(0.025, optimizer.ParamGroups[0].Lr);
    }

    [Fact]
    public void Resumed_where_it_was_left()
    {
        var optimizer = Of("sgd");
        Assert.Equal("param 'initial_lr' is not specified in param_groups[0] when resuming an optimizer " +
            "(load the optimizer's state first)",
            Assert.Throws<TensorValueException>(() => new StepLR(optimizer, 3, lastEpoch: 4)).Message);
        foreach (var group in optimizer.ParamGroups)
            group["initial_lr"] = 1.0;
        var scheduler = new CosineAnnealingLR(optimizer, 10, lastEpoch: 4);
        Assert.Equal(5, scheduler.LastEpoch);
        Assert.Equal(0.5, optimizer.ParamGroups[0].Lr, 1e-14);
    }

    [Fact]
    public void A_group_added_later_takes_part_where_rates_follow_from_rates()
    {
        var optimizer = Of("sgd");
        var (step, lambda) = (new StepLR(optimizer, 1, 0.5), new LambdaLR(optimizer, _ => 0.1));
        optimizer.AddParamGroup(new([new Parameter(Tensor.Ones(1))]) { Lr = 8 });
        step.Step();
        lambda.Step();
        Assert.Equal(4, optimizer.ParamGroups[2].Lr);
        Assert.Equal(0.1 * 0.1, optimizer.ParamGroups[0].Lr, 1e-14);
    }

    [Fact]
    public void Errors_are_PyTorchs()
    {
        var optimizer = Of("sgd");
        Says("Expected 2 lr_lambdas, but got 1", () => new LambdaLR(optimizer, [_ => 1.0]));
        Says("Constant multiplicative factor expected to be between 0 and 1.", () => new ConstantLR(optimizer, 2));
        Says("Starting multiplicative factor expected to be between 0 and 1.", () => new LinearLR(optimizer, -1));
        Says("Ending multiplicative factor expected to be between 0 and 1.", () => new LinearLR(optimizer, 1, 2));
        Says("Expected positive integer T_0, but got 0", () => new CosineAnnealingWarmRestarts(optimizer, 0));
        Says("Expected integer T_mult >= 1, but got 0", () => new CosineAnnealingWarmRestarts(optimizer, 1, 0));
        Says("mode is invalid and scale_fn is None", () => new CyclicLR(optimizer, 0, 1, mode: "round"));
        Says("expected 2 values for max_lr, got 3", () => new CyclicLR(optimizer, 0, [1, 2, 3]));
        Says("You must define either total_steps OR (epochs AND steps_per_epoch)", () => new OneCycleLR(optimizer, 1));
        Says("Expected positive integer total_steps, but got -1", () => new OneCycleLR(optimizer, 1, -1));
        Says("Expected float between 0 and 1 pct_start, but got 2.0",
            () => new OneCycleLR(optimizer, 1, 9, pctStart: 2));
        Says("anneal_strategy must by one of 'cos' or 'linear', instead got sin",
            () => new OneCycleLR(optimizer, 1, 9, annealStrategy: "sin"));
        Says("Factor should be < 1.0.", () => new ReduceLROnPlateau(optimizer, factor: 1));
        Says("mode low is unknown!", () => new ReduceLROnPlateau(optimizer, "low"));
        Says("optimizer must support momentum with `cycle_momentum` option enabled",
            () => new CyclicLR(Of("adam"), 0, 1));
        Says("Sequential Schedulers expects number of schedulers provided to be one more than the number of " +
            "milestone points, but got number of schedulers 1 and the number of milestones to be equal to 1",
            () => new SequentialLR(optimizer, [new StepLR(optimizer, 1)], [1]));
        var last = new OneCycleLR(optimizer, 1, 2);
        last.Step();
        last.Step();
        Says("Tried to step 4 times. The specified number of total steps is 2", last.Step);

        static void Says(string message, Action call) => Assert.StartsWith(
            message, Assert.ThrowsAny<TensorException>(call).Message, StringComparison.Ordinal);
    }

    private static (Optimizer Optimizer, LRScheduler Scheduler) Make(string name)
    {
        var optimizer = Of(name == "one cycle" ? "adam" : "sgd");
        return (optimizer, Schedulers[name](optimizer));
    }

    private static Optimizer Of(string name)
    {
        ParamGroup[] groups =
            [new([new Parameter(Tensor.Ones(1))]), new([new Parameter(Tensor.Ones(1))]) { Lr = 0.5 }];
        return name == "adam" ? new Adam(groups, 0.1) : new SGD(groups, 0.1, momentum: 0.9);
    }
}
