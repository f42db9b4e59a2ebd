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

    [Theory, OnEachDevice]
    public void What_modules_share_is_saved_under_each_name(string device)
    {
        var on = TestDevices.Get(device);
        var shared = new Linear(2, 2).To(on);
        var net = new Sequential(("one", shared), ("act", new ReLU()), ("two", shared)).To(on);
        Assert.Equal(["one.weight", "one.bias", "two.weight", "two.bias"], net.StateDict().Keys);
        Assert.Equal(2, net.Parameters().Count);
        var other = net.Clone();
        Assert.Equal(2, other.Parameters().Count);

        // Files may hold it once.
        var state = net.StateDict();
        state.Remove("two.weight");
        state.Remove("two.bias");
        other.Parameters()[0].Detach().Zero_();
        other.LoadStateDict(state);
        Assert.True(other.Parameters()[0].Equal(shared.Weight));
    }

    [Theory, OnEachDevice]
    public void State_is_saved_and_loaded_strictly(string device)
    {
        var on = TestDevices.Get(device);
        var (one, other) = (new Sequential(new Linear(2, 3), new Linear(3, 1)).To(on),
            new Sequential(new Linear(2, 3), new Linear(3, 1)).To(on));
        other.LoadStateDict(one.StateDict());
        var x = Tensor.Randn([4, 2], device: on);
        Assert.True(one.Call(x).Equal(other.Call(x)));

        var state = one.StateDict();
        state.Remove("1.bias");
        state.Add("2.bias", Tensor.Zeros([1], device: on));
        var error = Assert.Throws<TensorRuntimeException>(() => other.LoadStateDict(state));
        Assert.StartsWith(
            "Error(s) in loading state_dict for Sequential:\n\tMissing key(s) in state_dict: \"1.bias\". \n\t" +
            "Unexpected key(s) in state_dict: \"2.bias\". ", error.Message);
        Assert.Equal(
            "_IncompatibleKeys(missing_keys=['1.bias'], unexpected_keys=['2.bias'])",
            other.LoadStateDict(state, strict: false).ToString());
        Assert.Equal("<All keys matched successfully>", other.LoadStateDict(one.StateDict()).ToString());
        state = one.StateDict();
        state["0.weight"] = Tensor.Zeros([2, 2], device: on);
        Assert.Contains("size mismatch for 0.weight: copying a param with shape torch.Size([2, 2]) from checkpoint, " +
            "the shape in current model is torch.Size([3, 2]).",
            Assert.Throws<TensorRuntimeException>(() => other.LoadStateDict(state)).Message);
    }

    [Theory, OnEachDevice]
    public void Modes_reach_every_module(string device)
    {
        var on = TestDevices.Get(device);
        var net = new Sequential(new Dropout(0.5), new Sequential(new Dropout(0.5))).To(on);
        Assert.All(net.Modules(), m => Assert.True(m.IsTraining));
        var x = Tensor.Ones([1000], device: on);
        Assert.Equal(0, net.Call(x).Min().Item<double>());
        Assert.Same(net, net.Eval());
        Assert.All(net.Modules(), m => Assert.False(m.IsTraining));
        Assert.Same(x, net.Call(x));
    }

    [Theory, OnEachDevice]
    public void Dropout_keeps_the_mean_and_its_mask(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Ones([20_000], requiresGrad: true, device: on);
        var y = Functional.Dropout(x, 0.25, generator: new(4));
        Assert.InRange(y.Mean().Item<double>(), 0.98, 1.02);
        y.Sum().Backward();
        Assert.True(x.Grad!.Equal(y.Detach()));
        Assert.Equal(0, Functional.Dropout(x, 1).Sum().Item<double>());
        Assert.Throws<TensorValueException>(() => new Dropout(1.5));
    }

    [Theory, OnEachDevice]
    public void Moving_keeps_the_parameters_themselves(string device)
    {
        var on = TestDevices.Get(device);
        var net = new Linear(2, 3).To(on);
        var weight = net.Weight;
        net.Call(Tensor.Ones([1, 2], device: on)).Sum().Backward();
        Assert.Same(net, net.To(DType.Float64));
        Assert.Same(weight, net.Weight);
        Assert.Equal(DType.Float64, weight.DType);
        Assert.Equal(DType.Float64, weight.Grad!.DType);
        Assert.True(weight.RequiresGrad && weight.IsLeaf);
        Assert.Equal("Float64", net.Call(Tensor.Ones([1, 2], DType.Float64, device: on)).DType.ClrType.Name is "Double"
            ? "Float64" : "?");
        Assert.Equal("meta", net.To(ComputeDevice.Meta).Weight.Device.ToString());
        Assert.Throws<TensorTypeException>(() => net.To(DType.Int64));
    }

    [Theory, OnEachDevice]
    public void Hooks_run_until_disposed(string device)
    {
        var on = TestDevices.Get(device);
        var net = new Linear(1, 1).To(on);
        var seen = 0;
        var before = net.RegisterForwardPreHook((_, x) => x * 2);
        var after = net.RegisterForwardHook((_, _, y) => { seen++; return y + 1; });
        var hooked = net.Call(Tensor.Ones([1], device: on)).Item<float>();
        before.Dispose();
        after.Dispose();
        Assert.Equal(net.Call(Tensor.Full([1], 2.0, device: on)).Item<float>() + 1, hooked, 1e-6);
        Assert.Equal(1, seen);
        Assert.Throws<TensorNotImplementedException>(() => new ModuleList().Call(Tensor.Ones([1], device: on)));
    }

    [Theory, OnEachDevice]
    public void First_values_are_PyTorchs(string device)
    {
        var on = TestDevices.Get(device);
        var weight = new Linear(100, 200).To(on).Weight.Detach();
        var bound = 0.1;
        Assert.InRange(weight.Max().Item<double>(), 0.95 * bound, bound);
        Assert.InRange(weight.Min().Item<double>(), -bound, -0.95 * bound);
        var normal = Init.KaimingNormal_(Tensor.Empty([400, 100], device: on), nonlinearity: "relu");
        Assert.InRange(normal.Std().Item<double>(), 0.97 * Math.Sqrt(0.02), 1.03 * Math.Sqrt(0.02));
        Assert.Throws<TensorValueException>(() => Init.XavierUniform_(Tensor.Empty([3], device: on)));
    }

    [Theory, OnEachDevice]
    public void Copies_share_nothing(string device)
    {
        var on = TestDevices.Get(device);
        var shared = new Linear(2, 2).To(on);
        var net = new Derived(shared).To(on);
        net.Call(Tensor.Ones([1, 2], device: on)).Sum().Backward();
        net.RegisterForwardPreHook((_, x) => x * 2);
        var copy = net.Clone();
        Assert.Equal(net.StateDict().Keys, copy.StateDict().Keys);
        Assert.True(net.Call(Tensor.Ones([1, 2], device: on)).Equal(copy.Call(Tensor.Ones([1, 2], device: on))));
        Assert.Empty(net.Parameters().Intersect(copy.Parameters()));
        Assert.Empty(net.Modules().Intersect(copy.Modules()));
        foreach (var (from, to) in net.Parameters().Zip(copy.Parameters()))
        {
            Assert.True(from.Equal(to) && from.Storage != to.Storage && to.RequiresGrad);
            Assert.Equal(from.Grad is null, to.Grad is null);
        }

        using (Autograd.NoGrad())
            Init.Zeros_(net.Head.Weight);
        Assert.NotEqual(0, copy.Head.Weight.Abs().Sum().Item<float>());
        var hook = copy.RegisterForwardHook((_, _, y) => y + 100);
        Assert.False(net.Call(Tensor.Ones([1, 2], device: on)).Max().Item<float>() > 90);
        hook.Dispose();

        // What is there twice is there twice.
        var tied = new Sequential(shared, new ModuleList(shared), new ModuleDict { { "a", shared } }).To(on).Clone();
        Assert.Same(tied[0], ((ModuleList)tied[1])[0]);
        Assert.Same(tied[0], ((ModuleDict)tied[2])["a"]);
        Assert.NotSame(shared, tied[0]);
    }

    [Fact]
    public void Parts_are_found_by_name()
    {
        var net = new Derived(new Linear(2, 2));
        Assert.Same(net.Head, net.GetSubmodule("head"));
        Assert.Same(net.Head.Weight, net.GetParameter("head.weight"));
        Assert.Same(net, net.GetSubmodule(""));
        Assert.IsType<Linear>(net.GetSubmodule("blocks.1"));
        Assert.Equal([2], net.GetBuffer("mean").Shape.ToArray());
        Assert.Equal("Linear has no attribute `foo`",
            Assert.Throws<KeyNotFoundException>(() => net.GetParameter("head.foo")).Message);
        Assert.Equal("Linear has no attribute `a`",
            Assert.Throws<KeyNotFoundException>(() => net.Head.GetSubmodule("a.b")).Message);
        Assert.Equal("`weight` is not an nn.Module",
            Assert.Throws<KeyNotFoundException>(() => net.GetSubmodule("head.weight")).Message);
        Assert.Equal(["net.weight", "net.bias"], net.Head.NamedParameters("net").Select(p => p.Name));
        Assert.Equal(["scale"], net.NamedParameters(recurse: false).Select(p => p.Name));
        Assert.Equal(["net", "net.first"], net.NamedModules("net").Select(m => m.Name).Take(2));
        Assert.Equal(net.NamedChildren.Select(c => c.Module), net.Children());
    }

    [Fact]
    public void Lists_and_dictionaries_of_parameters()
    {
        var list = new ParameterList(new Parameter(Tensor.Ones(2, 3)), new(Tensor.Ones(2)));
        Assert.Equal(
            """
            ParameterList(
                (0): Parameter containing: [torch.float32 of size 2x3]
                (1): Parameter containing: [torch.float32 of size 2]
            )
            """, list.ToString());
        var dictionary = new ParameterDict { { "b", new(Tensor.Ones(2, 3)) }, { "a", new(Tensor.Ones(2)) } };
        Assert.Equal(
            """
            ParameterDict(
                (b): Parameter containing: [torch.FloatTensor of size 2x3]
                (a): Parameter containing: [torch.FloatTensor of size 2]
            )
            """, dictionary.ToString());
        Assert.Equal(["0", "1"], list.StateDict().Keys);
        Assert.Equal(["b", "a"], dictionary.StateDict().Keys);
        Assert.Equal(["b", "a"], dictionary.Clone().StateDict().Keys);
        Assert.NotSame(list[0], list.Clone()[0]);
    }

    [Theory, OnEachDevice]
    public void Hooks_see_gradients(string device)
    {
        var on = TestDevices.Get(device);
        var net = new Sequential(new Linear(2, 3, bias: false), new Linear(3, 1, bias: false)).To(on).Double();
        var seen = new List<(Tensor? Input, Tensor Output)>();
        var second = net[1].RegisterFullBackwardHook((_, input, output) =>
        {
            seen.Add((input, output));
            return input! * 2;
        });
        using var first = net[0].RegisterFullBackwardHook((_, input, output) =>
        {
            seen.Add((input, output));
            return null;
        });
        var x = Tensor.Ones([4, 2], DType.Float64, device: on);
        net.Call(x).Sum().Backward();
        Assert.Equal(2, seen.Count);
        Assert.True(seen[0].Output.Equal(Tensor.Ones([4, 1], DType.Float64, device: on)));
        Assert.Null(seen[1].Input);
        Assert.True(seen[1].Output.Equal(seen[0].Input! * 2));
        var doubled = ((Linear)net[0]).Weight.Grad!;
        net.ZeroGrad();
        second.Dispose();
        x.RequiresGrad_();
        net.Call(x).Sum().Backward();
        Assert.True((((Linear)net[0]).Weight.Grad! * 2).Equal(doubled));
        Assert.True(seen[2].Input!.Equal(x.Grad!));
    }

    [Theory, OnEachDevice]
    public void Hooks_of_modules_with_several_inputs(string device)
    {
        var on = TestDevices.Get(device);
        var lstm = new LSTM(2, 3).To(on);
        var seen = 0;
        using var before = lstm.RegisterForwardPreHook((_, x, state) => (x * 0, state));
        using var after = lstm.RegisterForwardHook((_, x, _, y) =>
        {
            seen++;
            Assert.Equal(0, x.Abs().Sum().Item<float>());
            return y with { Output = y.Output + 1 };
        });
        var (output, _) = lstm.Call(Tensor.Ones([1, 1, 2], device: on));
        Assert.Equal(1, seen);
        Assert.True(output.Min().Item<float>() > 0);
        var layer = new TransformerEncoderLayer(4, 2, 4).To(on);
        using var masked = layer.RegisterForwardHook((_, _, y) => y * 0);
        var x = Tensor.Ones([2, 1, 4], device: on);
        Assert.Equal(0, layer.Call(x, Tensor.Zeros([2, 2], device: on)).Abs().Sum().Item<float>());
    }

    private class Root : Module
    {
        private readonly Linear first = new(2, 2);

        [Persistent]
        private readonly Tensor mean = Tensor.Zeros(2);

        private readonly Tensor unmarked = Tensor.Zeros(2);

        protected Parameter Scale { get; } = new(Tensor.Ones(1));

        protected override Tensor Forward(Tensor x) => first.Call(x - mean - unmarked.To(x.Device)) * Scale;
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
