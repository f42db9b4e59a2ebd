using KernelEngine.Nn;

namespace KernelEngine.Tests.Nn;

public sealed class RecurrentTests
{
    private static readonly Generator Random = new(7);

    private static readonly string[] All = ["tanh", "relu", "gru", "lstm", "projected"];

    public static TheoryData<string, string> Kinds => TestDevices.With(All);

    public static TheoryData<string, string> SomeKinds => TestDevices.With(All, gpuShare: 2);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void All_steps_give_what_single_steps_give(string device, string kind)
    {
        var on = TestDevices.Get(device);
        var net = Network.Of(on, kind, 3, 4);
        var x = Draw(on, 5, 2, 3);
        var (h, c) = (Draw(on, 2, net.Size), Draw(on, 2, 4));
        var weights = net.Weights[0].Select(w => w.Detach().Clone().RequiresGrad_()).ToArray();
        var (all, last) = net.Call(x, h.Unsqueeze(0), c.Unsqueeze(0));
        var outputs = new List<Tensor>();
        foreach (var input in x.Unbind())
        {
            (h, c) = Step(kind, input, h, c, weights);
            outputs.Add(h);
        }

        AssertClose(Tensor.Stack(outputs), all);
        AssertClose(h, last[0].Select(0, 0));
        if (last.Length > 1)
            AssertClose(c, last[1].Select(0, 0));
        var (g, gh) = (Draw(on, 5, 2, net.Size), Draw(on, 2, net.Size));
        ((all * g).Sum() + (last[0].Select(0, 0) * gh).Sum()).Backward();
        ((Tensor.Stack(outputs) * g).Sum() + (h * gh).Sum()).Backward();
        foreach (var (a, b) in net.Weights[0].Zip(weights))
            AssertClose(b.Grad!, a.Grad!);
    }

    // Every difference is several launches: on a GPU half of the kinds, one way through the steps.
    [Theory]
    [MemberData(nameof(SomeKinds))]
    public void First_and_second_derivatives(string device, string kind)
    {
        var on = TestDevices.Get(device);
        foreach (var (isReverse, hasBias) in new[] { (false, true), (true, false) })
        {
            if (device != "cpu" && !isReverse)
                continue;
            var (gates, outputs) = (kind == "gru" ? 3 : kind is "lstm" or "projected" ? 4 : 1, 3);
            var output = kind == "projected" ? 2 : outputs;
            Tensor[] inputs =
            [
                Draw(on, 5, 2), Draw(on, 2, output), .. gates == 4 ? [Draw(on, 2, outputs)] : Array.Empty<Tensor>(),
                Draw(on, gates * outputs, 2), Draw(on, gates * outputs, output),
                .. hasBias ? [Draw(on, gates * outputs), Draw(on, gates * outputs)] : Array.Empty<Tensor>(),
                .. kind == "projected" ? [Draw(on, output, outputs)] : Array.Empty<Tensor>(),
            ];
            foreach (var input in inputs)
                input.RequiresGrad_();
            Tensor[] Run(Tensor[] x)
            {
                // A second sequence that is shorter.
                var steps = new TimeSteps([2, 2, 1]);
                Recurrence layer = kind switch
                {
                    "gru" => new GruRecurrence(steps, hasBias, isReverse),
                    "tanh" or "relu" => new ElmanRecurrence(steps, hasBias, isReverse, kind == "relu"),
                    _ => new LstmRecurrence(steps, hasBias, isReverse, kind == "projected"),
                };
                return layer.ApplyAll(x);
            }

            Assert.True(Autograd.GradCheck(Run, inputs));
            Assert.True(Autograd.GradGradCheck(Run, inputs));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Backwards_is_another_network_over_reversed_sequences(string device, string kind)
    {
        var on = TestDevices.Get(device);
        var both = Network.Of(on, kind, 3, 4, bidirectional: true);
        var (forward, backward) = (Network.Of(on, kind, 3, 4), Network.Of(on, kind, 3, 4));
        using (Autograd.NoGrad())
        {
            foreach (var (from, to) in both.Weights[0].Zip(forward.Weights[0]))
                to.Copy_(from);
            foreach (var (from, to) in both.Weights[1].Zip(backward.Weights[0]))
                to.Copy_(from);
        }

        var x = Draw(on, 5, 2, 3);
        var (y, last) = both.Call(x);
        var (y0, last0) = forward.Call(x);
        var (y1, last1) = backward.Call(x.Flip(0));
        AssertClose(Tensor.Cat([y0, y1.Flip(0)], 2), y);
        for (var i = 0; i < last.Length; i++)
            AssertClose(Tensor.Cat([last0[i], last1[i]]), last[i]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Batch_first_and_single_sequences(string device, string kind)
    {
        var on = TestDevices.Get(device);
        var net = Network.Of(on, kind, 3, 4, layers: 2);
        var turned = Network.Of(on, kind, 3, 4, layers: 2, batchFirst: true);
        turned.Module.LoadStateDict(net.Module.StateDict());
        var x = Draw(on, 5, 2, 3);
        var (y, last) = net.Call(x);
        var (other, otherLast) = turned.Call(x.Transpose(0, 1));
        AssertClose(y.Transpose(0, 1), other);
        AssertClose(last[0], otherLast[0]);
        foreach (var one in new[] { net, turned })
        {
            var (single, singleLast) = one.Call(x.Select(1, 0));
            AssertClose(y.Select(1, 0), single);
            AssertClose(last[0].Select(1, 0), singleLast[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Packed_sequences_are_as_alone(string device, string kind)
    {
        var on = TestDevices.Get(device);
        var net = Network.Of(on, kind, 3, 4, layers: 2, bidirectional: true);
        Tensor[] sequences = [Draw(on, 2, 3), Draw(on, 4, 3), Draw(on, 1, 3)];
        var packed = PackedSequence.Pack(sequences, enforceSorted: false);
        Assert.Equal([3, 2, 1, 1], packed.BatchSizes.ToArray<long>());
        var (restored, lengths) = packed.Pad();
        AssertClose(PackedSequence.Pad(sequences), restored);
        Assert.Equal([2, 4, 1], lengths.ToArray<long>());
        var h = Draw(on, 4, 3, net.Size);
        var c = Draw(on, 4, 3, 4);
        var (y, last) = net.CallPacked(packed, h, c);
        var (padded, _) = y.Pad(batchFirst: true, totalLength: 6);
        Assert.Equal([3, 6, 2 * net.Size], padded.Shape.ToArray());
        for (var i = 0; i < sequences.Length; i++)
        {
            var (alone, aloneLast) = net.Call(
                sequences[i].Unsqueeze(1), h.Narrow(1, i, 1).Contiguous(), c.Narrow(1, i, 1).Contiguous());
            AssertClose(alone.Select(1, 0), padded.Select(0, i).Narrow(0, 0, sequences[i].Shape[0]));
            for (var k = 0; k < last.Length; k++)
                AssertClose(aloneLast[k], last[k].Narrow(1, i, 1));
        }

        Assert.True(Autograd.GradCheck(
            x => net.CallPacked(packed with { Data = x }, h, c).Output.Data, packed.Data.Detach().RequiresGrad_()));
    }

    [Theory, OnEachDevice]
    public void Dropout_between_layers_and_modes(string device)
    {
        var on = TestDevices.Get(device);
        var net = new LSTM(3, 4, numLayers: 2, dropout: 1).To(on).To(DType.Float64);
        var x = Draw(on, 5, 2, 3);
        var (trained, _) = net.Call(x);
        AssertClose(trained.Select(1, 0), trained.Select(1, 1));
        net.Eval();
        Assert.NotEqual(net.Call(x).Output.Select(1, 0).Sum().Item<double>(), trained.Select(1, 0).Sum().Item<double>());
        using (Autograd.InferenceMode())
            AssertClose(net.Call(x).Output, net.Call(x).Output);
        using (Autograd.NoGrad())
            Assert.False(net.Call(x).Output.RequiresGrad);
        Assert.Equal([5, 0, 4], net.Call(Draw(on, 5, 0, 3)).Output.Shape.ToArray());
        var gru = new GRU(3, 4, dtype: DType.BFloat16, device: on);
        Assert.Equal(DType.BFloat16, gru.Call(x.To(DType.BFloat16)).Output.DType);
    }

    [Fact]
    public void Printed_and_refused_as_PyTorch_does()
    {
        Assert.Equal(
            "RNN(3, 4, num_layers=2, bias=False, batch_first=True, dropout=0.5, bidirectional=True)",
            new RNN(3, 4, 2, "relu", false, true, 0.5, true).ToString());
        Assert.Equal("LSTM(3, 4, proj_size=2)", new LSTM(3, 4, projSize: 2).ToString());
        Assert.Equal("RNNCell(3, 4, bias=False, nonlinearity=relu)", new RNNCell(3, 4, false, "relu").ToString());
        Assert.Equal(
            ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_hr_l0"],
            new LSTM(3, 4, projSize: 2).StateDict().Keys);
        var (lstm, gru) = (new LSTM(3, 4), new GRU(3, 4));
        Expect("input.size(-1) must be equal to input_size. Expected 3, got 5", () => lstm.Call(Tensor.Ones(2, 2, 5)));
        Expect("input must have 3 dimensions, got 5", () => lstm.Call(Tensor.Ones(2, 2, 2, 3)));
        Expect("input must have 3 dimensions, got 2", () => lstm.Call(Tensor.Ones(3)));
        Expect("Expected sequence length to be larger than 0 in RNN", () => lstm.Call(Tensor.Ones(0, 2, 3)));
        Expect("Expected hidden[1] size (1, 2, 4), got [1, 2, 5]",
            () => lstm.Call(Tensor.Ones(2, 2, 3), (Tensor.Ones(1, 2, 4), Tensor.Ones(1, 2, 5))));
        Expect("For batched 3-D input, hx and cx should also be 3-D but got (2-D, 3-D) tensors",
            () => lstm.Call(Tensor.Ones(2, 2, 3), (Tensor.Ones(1, 4), Tensor.Ones(1, 2, 4))));
        Expect("For unbatched 2-D input, hx should also be 2-D but got 3-D tensor",
            () => gru.Call(Tensor.Ones(2, 3), Tensor.Ones(1, 1, 4)));
        Expect("Expected hidden size (1, 2, 4), got [1, 1, 4]",
            () => gru.Call(Tensor.Ones(2, 2, 3), Tensor.Ones(1, 1, 4)));
        Expect("Input batch size 2 doesn't match hidden0 batch size 1",
            () => new LSTMCell(3, 4).Call(Tensor.Ones(2, 3), (Tensor.Ones(1, 4), Tensor.Ones(2, 4))));
        Expect("GRUCell: Expected input to be 1-D or 2-D but received 3-D tensor",
            () => new GRUCell(3, 4).Call(Tensor.Ones(2, 2, 3)));
        Expect("proj_size has to be smaller than hidden_size", () => new LSTM(3, 4, projSize: 4));
        Expect("`lengths` array must be sorted in decreasing order when `enforce_sorted` is True.",
            () => PackedSequence.Pack([Tensor.Ones(1, 3), Tensor.Ones(2, 3)]));
        Expect("Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0",
            () => PackedSequence.PackPadded(Tensor.Ones(2, 2, 3), Tensor.Of([2, 0])));
    }

    private static void Expect(string message, Func<object> action) =>
        Assert.StartsWith(message, Assert.ThrowsAny<TensorException>(action).Message, StringComparison.Ordinal);

    private static Tensor Draw(ComputeDevice on, params long[] sizes) =>
        Tensor.Empty(Shape.Create(sizes), DType.Float64, on).Uniform_(-1, 1, Random);

    private static void AssertClose(Tensor want, Tensor got)
    {
        Assert.Equal(want.Shape, got.Shape);
        if (want.ElementCount > 0)
            Assert.InRange((want - got).Abs().Max().Item<double>(), 0, 1e-10);
    }

    // PyTorch's documentation, written out.
    private static (Tensor H, Tensor C) Step(string kind, Tensor x, Tensor h, Tensor c, Tensor[] w)
    {
        var (gx, gh) = (x.Matmul(w[0].Transpose()) + w[2], h.Matmul(w[1].Transpose()) + w[3]);
        if (kind is "tanh" or "relu")
            return (kind == "tanh" ? (gx + gh).Tanh() : (gx + gh).Relu(), c);
        if (kind == "gru")
        {
            var (a, b) = (gx.Chunk(3, 1), gh.Chunk(3, 1));
            var (r, z) = ((a[0] + b[0]).Sigmoid(), (a[1] + b[1]).Sigmoid());
            return (((1 - z) * (a[2] + (r * b[2])).Tanh()) + (z * h), c);
        }

        var g = (gx + gh).Chunk(4, 1);
        c = (g[1].Sigmoid() * c) + (g[0].Sigmoid() * g[2].Tanh());
        h = g[3].Sigmoid() * c.Tanh();
        return (kind == "projected" ? h.Matmul(w[4].Transpose()) : h, c);
    }

    /// <summary>Any of the networks, called in one way.</summary>
    private sealed record Network(Module Module, IReadOnlyList<IReadOnlyList<Parameter>> Weights, long Size)
    {
        public static Network Of(
            ComputeDevice on, string kind, long inputs, long size, int layers = 1, bool bidirectional = false,
            bool batchFirst = false)
        {
            var dtype = DType.Float64;
            switch (kind)
            {
                case "gru":
                    var gru = new GRU(
                        inputs, size, layers, batchFirst: batchFirst, bidirectional: bidirectional, device: on,
                        dtype: dtype);
                    return new(gru, gru.AllWeights, size);
                case "lstm" or "projected":
                    var lstm = new LSTM(
                        inputs, size, layers, batchFirst: batchFirst, bidirectional: bidirectional,
                        projSize: kind == "lstm" ? 0 : size - 1, device: on, dtype: dtype);
                    return new(lstm, lstm.AllWeights, kind == "lstm" ? size : size - 1);
                default:
                    var rnn = new RNN(
                        inputs, size, layers, kind, batchFirst: batchFirst, bidirectional: bidirectional, device: on,
                        dtype: dtype);
                    return new(rnn, rnn.AllWeights, size);
            }
        }

        public (Tensor Output, Tensor[] Last) Call(Tensor x, Tensor? h = null, Tensor? c = null)
        {
            if (Module is LSTM lstm)
            {
                var (output, (lastH, lastC)) = lstm.Call(x, h is null ? null : new LstmState(h, c!));
                return (output, [lastH, lastC]);
            }

            var (y, last) = ((Module<Tensor, Tensor?, RecurrentOutput>)Module).Call(x, h);
            return (y, [last]);
        }

        public (PackedSequence Output, Tensor[] Last) CallPacked(PackedSequence x, Tensor h, Tensor c)
        {
            if (Module is LSTM lstm)
            {
                var (output, (lastH, lastC)) = lstm.Call(x, (h, c));
                return (output, [lastH, lastC]);
            }

            var (y, last) = Module is GRU gru ? gru.Call(x, h) : ((RNN)Module).Call(x, h);
            return (y, [last]);
        }
    }
}
