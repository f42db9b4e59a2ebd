using KernelEngine.Nn;

namespace KernelEngine.Tests.Nn;

/// <summary>What optimizers refuse and remember.</summary>
public sealed class OptimizerTests
{
    [Theory, OnEachDevice]
    public void State_follows_parameters_to_another_dtype(string device)
    {
        var on = TestDevices.Get(device);
        var net = new Linear(2, 1).To(on);
        var adam = new Adam(net.Parameters(), lr: 0.1);
        Step();
        net.Double();
        Step();
        Assert.Equal(DType.Float64, adam.StateDict()["state.0.exp_avg"].DType);
        Assert.Equal(2, adam.StateDict()["state.0.step"].Item<long>());

        void Step()
        {
            adam.ZeroGrad();
            net.Call(Tensor.Ones([3, 2], net.Weight.DType, device: on)).Sum().Backward();
            adam.Step();
        }
    }

    [Fact]
    public void Empty_lists_and_wrong_options_are_refused()
    {
        Assert.Equal("optimizer got an empty parameter list",
            Assert.Throws<TensorValueException>(() => new SGD(Array.Empty<Tensor>(), 0.1)).Message);
        var net = new Linear(1, 1);
        Assert.Equal("Invalid learning rate: -0.1",
            Assert.Throws<TensorValueException>(() => new Adam(net.Parameters(), -0.1)).Message);
        Assert.Throws<TensorValueException>(() => new SGD(net.Parameters(), 0.1, nesterov: true));
        Assert.Throws<TensorValueException>(() => new SGD([net.Weight * 2], 0.1));
        Assert.Throws<TensorValueException>(() => new SGD([net.Weight, net.Weight], 0.1));
    }

    [Theory, OnEachDevice]
    public void Groups_have_options_of_their_own(string device)
    {
        var on = TestDevices.Get(device);
        var (a, b) = (new Parameter(Tensor.Ones([1], device: on)), new Parameter(Tensor.Ones([1], device: on)));
        var sgd = new SGD([new ParamGroup([a]) { Lr = 0.5 }, new ParamGroup([b])], lr: 0.1);
        (a.Grad, b.Grad) = (Tensor.Ones([1], device: on), Tensor.Ones([1], device: on));
        sgd.Step();
        Assert.Equal(0.5f, a.Item<float>());
        Assert.Equal(0.9f, b.Item<float>());
        sgd.ParamGroups[1].Lr = 0.2;
        sgd.Step();
        Assert.Equal(0.7f, b.Item<float>(), 1e-6);
        Assert.Equal(2, a.Version);
        sgd.ZeroGrad();
        sgd.Step();
        Assert.Null(a.Grad);
        Assert.Equal(2, a.Version);
    }

    [Theory]
    [OnEachDevice("sgd")]
    [OnEachDevice("adam")]
    [OnEachDevice("amsgrad")]
    public void A_saved_state_continues(string device, string kind)
    {
        var on = TestDevices.Get(device);
        var (one, other) = (new Parameter(Tensor.Ones([3], device: on)), new Parameter(Tensor.Ones([3], device: on)));
        var (first, second) = (Make(one), Make(other));
        for (var i = 0; i < 3; i++)
            Train(first, one);
        using (Autograd.NoGrad())
            other.Copy_(one);
        second.LoadStateDict(first.StateDict());
        Train(first, one);
        Train(second, other);
        Assert.True(one.Equal(other));
        Assert.Throws<TensorValueException>(
            () => second.LoadStateDict(new Dictionary<string, Tensor> { ["state.7.step"] = Tensor.Ones(1) }));

        Optimizer Make(Parameter p) => kind switch
        {
            "sgd" => new SGD([p], 0.1, momentum: 0.9),
            "adam" => new Adam([p], 0.1),
            _ => new AdamW([p], 0.1, amsGrad: true),
        };

        void Train(Optimizer optimizer, Parameter p)
        {
            optimizer.ZeroGrad();
            (p * p * Tensor.Of([1.0, 2, 3], device: on)).Sum().Backward();
            optimizer.Step();
        }
    }

    [Theory, OnEachDevice]
    public void Printed_and_saved_in_PyTorchs_form(string device)
    {
        var on = TestDevices.Get(device);
        var (a, b) = (new Parameter(Tensor.Ones([2], device: on)), new Parameter(Tensor.Ones([1], device: on)));
        var adam = new Adam([new ParamGroup([a])], 0.5);
        adam.AddParamGroup(new([b]) { Eps = 1e-3, ["own"] = 7 });
        Assert.Equal(
            """
            Adam (
            Parameter Group 0
                amsgrad: False
                betas: (0.9, 0.999)
                eps: 1e-08
                lr: 0.5
                maximize: False
                weight_decay: 0.0

            Parameter Group 1
                amsgrad: False
                betas: (0.9, 0.999)
                eps: 0.001
                lr: 0.5
                maximize: False
                own: 7
                weight_decay: 0.0
            )
            """, adam.ToString());
        b.Grad = Tensor.Ones([1], device: on);
        adam.Step();
        var state = adam.StateDict();
        Assert.Equal(["state.1.step", "state.1.exp_avg", "state.1.exp_avg_sq"],
            state.Keys.Where(k => k.StartsWith("state", StringComparison.Ordinal)));
        Assert.Equal([0.9, 0.999], state["param_groups.1.betas"].ToArray<double>());
        Assert.Equal([1L], state["param_groups.1.params"].ToArray<long>());
        Assert.Same(DType.Bool, state["param_groups.0.amsgrad"].DType);
        var other = new Adam([new ParamGroup([a]), new ParamGroup([b])]);
        other.LoadStateDict(state);
        Assert.Equal(7, other.ParamGroups[1]["own"].ToInt64());
        Refused("loaded state dict has a different number of parameter groups", new Adam([a]));
        Refused("loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
            new Adam([new ParamGroup([a]), new ParamGroup([b, new Parameter(Tensor.Ones([1], device: on))])]));
        Refused("loaded state dict has a tensor 'state.1.exp_avg' of shape [1] for a parameter of shape [3]",
            new Adam([new ParamGroup([a]), new ParamGroup([new Parameter(Tensor.Ones([3], device: on))])]));

        void Refused(string message, Optimizer optimizer) => Assert.StartsWith(message,
            Assert.Throws<TensorValueException>(() => optimizer.LoadStateDict(state)).Message,
            StringComparison.Ordinal);
    }

    [Theory, OnEachDevice]
    public void Denormal_moments_become_zero(string device)
    {
        var on = TestDevices.Get(device);
        var p = new Parameter(Tensor.Ones([1], device: on));
        var sgd = new SGD([p], 1, momentum: 0.5);
        p.Grad = Tensor.Full([1], 1e-37, device: on);
        sgd.Step();
        p.Grad = Tensor.Zeros([1], device: on);
        for (var i = 0; i < 10; i++)
            sgd.Step();
        Assert.Equal(0, sgd.StateDict()["state.0.momentum_buffer"].Item<float>());
    }

    [Theory, OnEachDevice]
    public void Clipping_limits_norm_and_elements(string device)
    {
        var on = TestDevices.Get(device);
        var (a, b) = (new Parameter(Tensor.Ones([2], device: on)), new Parameter(Tensor.Ones([1], device: on)));
        (a.Grad, b.Grad) = (Tensor.Of([3.0, 0], device: on), Tensor.Of([4.0], device: on));
        Assert.Equal(5, Gradients.ClipNorm_([a, b], 1).Item<double>(), 1e-6);
        Assert.Equal(0.6, a.Grad![0].Item<double>(), 1e-5);
        Gradients.ClipValue_([a, b], 0.7);
        Assert.Equal(0.7f, b.Grad!.Item<float>());
        a.Grad = Tensor.Full([2], double.NaN, device: on);
        Assert.Throws<TensorRuntimeException>(() => Gradients.ClipNorm_([a], 1, errorIfNonFinite: true));
    }

    [Theory, OnEachDevice]
    public void Updates_go_over_lists_of_several_dtypes(string device)
    {
        var on = TestDevices.Get(device);
        var update = PointwiseUpdate.Define("halve", 2, 1, (t, n) => [t[0] * n[0], t[0] + t[1]]);
        var x = Tensor.Of([2.0, 4], device: on);
        var y = Tensor.Of([1.0, 1], device: on);
        var u = Tensor.Of([8.0], device: on).Double();
        var v = Tensor.Of([1.0], device: on).Double();
        update.Apply([x, y, u, v], 0.5);
        Assert.Equal([1f, 2], x.ToArray<float>());
        Assert.Equal([3f, 5], y.ToArray<float>());
        Assert.Equal(4, u.Item<double>());
        Assert.Equal(9, v.Item<double>());
        Assert.Throws<TensorRuntimeException>(() => update.Apply([x, u], 0.5));
        Assert.Throws<ArgumentException>(() => update.Apply([x], 0.5));
        Assert.Throws<ArgumentException>(() => update.Apply([x, y]));
    }
}
