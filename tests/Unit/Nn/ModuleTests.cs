using KernelEngine.Nn;

namespace KernelEngine.Tests.Nn;

public sealed class ModuleTests
{
    [Fact]
    public void Fields_are_found_base_class_first_each_once()
    {
        var shared = new Linear(2, 2);
        var net = new Derived(shared);
        Assert.Equal(
            [
                "scale", "first.weight", "first.bias", "shared.weight", "shared.bias", "blocks.0.weight",
                "blocks.0.bias", "blocks.1.weight", "blocks.1.bias", "by_name.left.weight", "head.weight", "head.bias",
            ],
            net.NamedParameters().Select(p => p.Name));
        Assert.Equal(["mean", "scratch"], net.NamedBuffers().Select(b => b.Name));
        Assert.Equal("mean", net.StateDict().Keys.ElementAt(1));
        Assert.DoesNotContain("scratch", net.StateDict().Keys);
        Assert.Equal(net.Parameters().Count, net.Parameters().Distinct().Count());
    }

    [Fact]
    public void Printed_as_PyTorch_prints()
    {
        Assert.Equal("Linear(in_features=3, out_features=4, bias=False)", new Linear(3, 4, bias: false).ToString());
        Assert.Equal("Embedding(10, 3)", new Embedding(10, 3).ToString());
        Assert.Equal("LeakyReLU(negative_slope=0.2)", new LeakyReLU(0.2).ToString());
        Assert.Equal("ReLU(inplace=True)", new ReLU(inplace: true).ToString());
        Assert.Equal("Softplus(beta=1, threshold=20)", new Softplus().ToString());
        Assert.Equal("CrossEntropyLoss()", new CrossEntropyLoss().ToString());
        Assert.Equal(
            """
            Sequential(
              (0): Sequential(
                (fc): Linear(in_features=2, out_features=3, bias=True)
                (act): Tanh()
              )
              (1): Flatten(start_dim=1, end_dim=-1)
              (2): Dropout(p=0.1, inplace=False)
              (3): ModuleList(
                (0): Identity()
              )
            )
            """,
            new Sequential(
                new Sequential(("fc", new Linear(2, 3)), ("act", new Tanh())), new Flatten(), new Dropout(0.1),
                new ModuleList(new Identity())).ToString());
    }

    [Fact]
    public void State_is_saved_and_loaded_strictly()
    {
        var (one, other) = (new Sequential(new Linear(2, 3), new Linear(3, 1)),
            new Sequential(new Linear(2, 3), new Linear(3, 1)));
        other.LoadStateDict(one.StateDict());
        var x = Tensor.Randn(4, 2);
        Assert.True(one.Call(x).Equal(other.Call(x)));

        var state = one.StateDict();
        state.Remove("1.bias");
        state.Add("2.bias", Tensor.Zeros(1));
        var error = Assert.Throws<TensorRuntimeException>(() => other.LoadStateDict(state));
        Assert.StartsWith(
            "Error(s) in loading state_dict for Sequential:\n\tUnexpected key(s) in state_dict: \"2.bias\". \n\t" +
            "Missing key(s) in state_dict: \"1.bias\". ", error.Message);
        other.LoadStateDict(state, strict: false);
        state = one.StateDict();
        state["0.weight"] = Tensor.Zeros(2, 2);
        Assert.Contains("size mismatch for 0.weight: copying a param with shape torch.Size([2, 2]) from checkpoint, " +
            "the shape in current model is torch.Size([3, 2]).",
            Assert.Throws<TensorRuntimeException>(() => other.LoadStateDict(state)).Message);
    }

    [Fact]
    public void Modes_reach_every_module()
    {
        var net = new Sequential(new Dropout(0.5), new Sequential(new Dropout(0.5)));
        Assert.All(net.Modules(), m => Assert.True(m.IsTraining));
        var x = Tensor.Ones(1000);
        Assert.Equal(0, net.Call(x).Min().Item<double>());
        Assert.Same(net, net.Eval());
        Assert.All(net.Modules(), m => Assert.False(m.IsTraining));
        Assert.Same(x, net.Call(x));
    }

    [Fact]
    public void Dropout_keeps_the_mean_and_its_mask()
    {
        var x = Tensor.Ones([20_000], requiresGrad: true);
        var y = Functional.Dropout(x, 0.25, generator: new(4));
        Assert.InRange(y.Mean().Item<double>(), 0.98, 1.02);
        y.Sum().Backward();
        Assert.True(x.Grad!.Equal(y.Detach()));
        Assert.Equal(0, Functional.Dropout(x, 1).Sum().Item<double>());
        Assert.Throws<TensorValueException>(() => new Dropout(1.5));
    }

    [Fact]
    public void Moving_keeps_the_parameters_themselves()
    {
        var net = new Linear(2, 3);
        var weight = net.Weight;
        net.Call(Tensor.Ones(1, 2)).Sum().Backward();
        Assert.Same(net, net.To(DType.Float64));
        Assert.Same(weight, net.Weight);
        Assert.Equal(DType.Float64, weight.DType);
        Assert.Equal(DType.Float64, weight.Grad!.DType);
        Assert.True(weight.RequiresGrad && weight.IsLeaf);
        Assert.Equal("Float64", net.Call(Tensor.Ones([1, 2], DType.Float64)).DType.ClrType.Name is "Double"
            ? "Float64" : "?");
        Assert.Equal("meta", net.To(ComputeDevice.Meta).Weight.Device.ToString());
        Assert.Throws<TensorTypeException>(() => net.To(DType.Int64));
    }

    [Fact]
    public void Hooks_run_until_disposed()
    {
        var net = new Linear(1, 1);
        var seen = 0;
        var before = net.RegisterForwardPreHook((_, x) => x * 2);
        var after = net.RegisterForwardHook((_, _, y) => { seen++; return y + 1; });
        var hooked = net.Call(Tensor.Ones(1)).Item<float>();
        before.Dispose();
        after.Dispose();
        Assert.Equal(net.Call(Tensor.Full([1], 2.0)).Item<float>() + 1, hooked, 1e-6);
        Assert.Equal(1, seen);
        Assert.Throws<TensorNotImplementedException>(() => new ModuleList().Call(Tensor.Ones(1)));
    }

    [Fact]
    public void First_values_are_PyTorchs()
    {
        var weight = new Linear(100, 200).Weight.Detach();
        var bound = 0.1;
        Assert.InRange(weight.Max().Item<double>(), 0.95 * bound, bound);
        Assert.InRange(weight.Min().Item<double>(), -bound, -0.95 * bound);
        var normal = Init.KaimingNormal_(Tensor.Empty(400, 100), nonlinearity: "relu");
        Assert.InRange(normal.Std().Item<double>(), 0.97 * Math.Sqrt(0.02), 1.03 * Math.Sqrt(0.02));
        Assert.Throws<TensorValueException>(() => Init.XavierUniform_(Tensor.Empty(3)));
    }

    private class Root : Module
    {
        private readonly Linear first = new(2, 2);

        [Persistent]
        private readonly Tensor mean = Tensor.Zeros(2);

        private readonly Tensor unmarked = Tensor.Zeros(2);

        protected Parameter Scale { get; } = new(Tensor.Ones(1));

        protected override Tensor Forward(Tensor x) => first.Call(x - mean - unmarked) * Scale;
    }

    private sealed class Derived(Linear shared) : Root
    {
        private readonly Linear[] blocks = [new(2, 2), new(2, 2)];
        private readonly Dictionary<string, Module> byName = new() { ["left"] = new Linear(2, 2, bias: false) };

        [Buffer]
        private readonly Tensor scratch = Tensor.Zeros(1);

        public Linear Head { get; } = new(2, 2);

        protected override Tensor Forward(Tensor x) =>
            byName["left"].Call(Head.Call(blocks[0].Call(shared.Call(base.Forward(x))))) + scratch;
    }
}
