using KernelEngine.Nn;

namespace KernelEngine.Tests.Nn;

/// <summary>Six updates of two groups by every optimizer, as PyTorch 1.13.1 makes them.</summary>
public sealed class OptimizerValueTests
{
    private static readonly Dictionary<string, Func<ParamGroup[], Optimizer>> Optimizers = new()
    {
        ["sgd"] = g => new SGD(g, 0.1),
        ["sgd momentum"] = g => new SGD(g, 0.1, momentum: 0.9, dampening: 0.3, weightDecay: 0.1),
        ["sgd nesterov"] = g => new SGD(g, 0.1, momentum: 0.9, nesterov: true, maximize: true),
        ["adam"] = g => new Adam(g, 0.1, 0.8, 0.95, 1e-3, 0.1),
        ["adam amsgrad"] = g => new Adam(g, 0.1, amsGrad: true, maximize: true),
        ["adamw"] = g => new AdamW(g, 0.1, weightDecay: 0.3, amsGrad: true),
        ["adamax"] = g => new Adamax(g, 0.1, 0.8, 0.95, 1e-3, 0.1),
        ["adamax maximize"] = g => new Adamax(g, maximize: true),
        ["nadam"] = g => new NAdam(g, 0.1, weightDecay: 0.1, momentumDecay: 0.02),
        ["radam"] = g => new RAdam(g, 0.1, 0.8, 0.9, weightDecay: 0.1),
        ["radam early"] = g => new RAdam(g, 0.1),
        ["rmsprop"] = g => new RMSprop(g, 0.1, 0.9, weightDecay: 0.1),
        ["rmsprop momentum"] = g => new RMSprop(g, 0.1, momentum: 0.9, maximize: true),
        ["rmsprop centered"] = g => new RMSprop(g, 0.1, centered: true, eps: 0.1),
        ["rmsprop centered momentum"] = g => new RMSprop(g, 0.1, centered: true, momentum: 0.5, eps: 0.1),
        ["adagrad"] = g => new Adagrad(g, 0.1, 0.1, 0.1, 0.2),
        ["adagrad maximize"] = g => new Adagrad(g, 0.1, maximize: true),
        ["adadelta"] = g => new Adadelta(g, 0.5, 0.8, weightDecay: 0.1),
        ["adadelta maximize"] = g => new Adadelta(g, maximize: true),
        ["asgd"] = g => new ASGD(g, 0.1, 0.01, t0: 2, weightDecay: 0.1),
        ["asgd maximize"] = g => new ASGD(g, 0.1, maximize: true),
        ["rprop"] = g => new Rprop(g, 0.1),
        ["rprop steps"] = g => new Rprop(g, 0.5, (0.4, 1.5), (0.1, 0.6), maximize: true),
    };

    private static readonly Dictionary<string, double[]> Wanted = new()
    {
        ["sgd"] = [0.26214400000000004, -0.09331199999999999, 0.012287999999999997, 0.32376847768327305],
        ["sgd momentum"] = [-0.6381249834195456, 1.3161407630758342, -0.24090296736314554, 0.2781132512140287],
        ["sgd nesterov"] = [13.122506870784, -116.69108663475204, 543.9274796974081, 0.9957222370534745],
        ["adam"] = [0.42014843375762834, -1.4077026570282924, 2.4047003591636673, 0.44813461357256995],
        ["adam amsgrad"] = [1.6036570422794014, -2.6026141016002406, 3.6019552881418377, 0.5426010978187421],
        ["adamw"] = [0.29646804855465037, -1.118294549121877, 1.9486436358367074, 0.42238914368280894],
        ["adamax"] = [0.4240002733541065, -1.3714098609718528, 2.376702508279043, 0.46562852237907487],
        ["adamax maximize"] = [1.011973209434322, -2.0119865453177614, 3.011991016919653, 0.5263242153578009],
        ["nadam"] = [0.5621037649765714, -1.539819375123132, 2.5330515334099006, 0.4426596402540322],
        ["radam"] = [0.16829513887888053, 0.43968872981456447, -1.0783602634910472, 0.39081979469468014],
        ["radam early"] = [0.19951804056282021, 0.5072398045075309, -1.337933620317298, 0.4141152981221336],
        ["rmsprop"] = [0.14429607891270738, -0.9414504901940295, 1.8843142888390891, 0.3604609195098932],
        ["rmsprop momentum"] = [16.745677789779393, -17.02348197268809, 17.543489465994952, 0.9041803972022808],
        ["rmsprop centered"] = [0.0016933163109244193, -0.09464175516731593, 0.4970065887134067, 0.1142376795852465],
        ["rmsprop centered momentum"] =
            [0.0988420186160946, 0.1590615015625154, -0.36585596405879306, -0.019002176901786298],
        ["adagrad"] = [0.7123536768669092, -1.6991604061635768, 2.6958835520614794, 0.4681267055946223],
        ["adagrad maximize"] = [1.3859338185670504, -2.375599354514879, 3.371877571473331, 0.5389414066973514],
        ["adadelta"] = [0.9926442914397214, -1.9926378268717044, 2.992635674814401, 0.4997445838920121],
        ["adadelta maximize"] = [1.0199462465622133, -2.0198958118525523, 3.0198789671217576, 0.5003381146830435],
        ["asgd"] = [0.24197135976835224, -0.0841621670387407, 0.010579180999384439, 0.3108781138685391],
        ["asgd maximize"] = [2.9857787240348914, -15.057942631917184, 50.327637429989366, 0.6740262532364503],
        ["rprop"] = [0.007008000000000125, -1.007008, 2.007008, 0.5125000000000001],
        ["rprop steps"] = [4.5, -5.499999999999999, 6.499999999999998, 0.6],
    };

    // Each of them brings kernels of its own.
    private const int GpuShare = 4;

    public static TheoryData<string, string> All => TestDevices.With(Optimizers.Keys);

    public static TheoryData<string, string> Some => TestDevices.With(Optimizers.Keys, GpuShare);

    [Theory]
    [MemberData(nameof(All))]
    public void Updates_are_PyTorchs(string device, string name)
    {
        var on = TestDevices.Get(device);
        foreach (var (dtype, tolerance) in new[] { (DType.Float64, 1e-7), (DType.Float32, 2e-5) })
        {
            var (p, q, optimizer) = Make(name, dtype, on);
            for (var i = 0; i < 6; i++)
                Train(optimizer, p, q, i);
            var got = p.Double().ToArray<double>().Append(q.Double().Item<double>()).ToArray();
            for (var i = 0; i < got.Length; i++)
                Assert.Equal(Wanted[name][i], got[i], tolerance * Math.Max(1, Math.Abs(Wanted[name][i])));
        }
    }

    [Theory]
    [MemberData(nameof(Some))]
    public void A_saved_state_continues_with_the_same_bits(string device, string name)
    {
        var on = TestDevices.Get(device);
        var (p, q, optimizer) = Make(name, DType.Float32, on);
        var (r, s, other) = Make(name, DType.Float32, on);
        for (var i = 0; i < 3; i++)
            Train(optimizer, p, q, i);
        optimizer.ParamGroups[1].Lr = 0.07;
        using (Autograd.NoGrad())
        {
            r.Copy_(p);
            s.Copy_(q);
        }

        var state = optimizer.StateDict();
        other.LoadStateDict(state);
        Assert.Equal(state.Keys, other.StateDict().Keys);
        Assert.Equal(optimizer.ToString(), other.ToString());
        for (var i = 3; i < 6; i++)
        {
            Train(optimizer, p, q, i);
            Train(other, r, s, i);
        }

        Assert.True(p.Equal(r) && q.Equal(s));
    }

    private static (Parameter P, Parameter Q, Optimizer Optimizer) Make(
        string name, DType dtype, ComputeDevice on)
    {
        var p = new Parameter(Tensor.Of([1.0, -2, 3], dtype, on));
        var q = new Parameter(Tensor.Of([[0.5]], dtype, on));
        return (p, q, Optimizers[name]([new([p]), new([q]) { Lr = 0.05 }]));
    }

    private static void Train(Optimizer optimizer, Parameter p, Parameter q, int step)
    {
        optimizer.ZeroGrad();
        (p * p * Tensor.Of([1.0, 2, 3], p.DType, p.Device)).Sum().Backward();
        if (step != 2)
            (q.Sin() * (step % 2 == 1 ? 2 : -1)).Sum().Backward();
        optimizer.Step();
    }
}
