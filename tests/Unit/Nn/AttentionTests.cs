using KernelEngine.Nn;

namespace KernelEngine.Tests.Nn;

public sealed class AttentionTests
{
    private static readonly Generator Random = new(11);

    [Theory]
    [OnEachDevice(false, false, false)]
    [OnEachDevice(true, false, false)]
    [OnEachDevice(false, true, true)]
    [OnEachDevice(true, true, true)]
    public void Heads_are_attention_over_parts(string device, bool batchFirst, bool isSelf, bool hasExtras)
    {
        var on = TestDevices.Get(device);
        const int Size = 6, Heads = 3, Batch = 2, Targets = 4;
        var sources = isSelf ? Targets : 5;
        var net = new MultiheadAttention(
            Size, Heads, addBiasKv: hasExtras, addZeroAttn: hasExtras, batchFirst: batchFirst).To(on).Double();
        using (Autograd.NoGrad())
            net.InProjBias!.Uniform_(-1, 1, Random);
        var query = Draw(on, Batch, Targets, Size);
        var memory = isSelf ? query : Draw(on, Batch, sources, Size);
        var padding = Tensor.FromArray(
            Enumerable.Range(0, Batch * sources).Select(i => i % 4 == 3).ToArray(), [Batch, sources]).To(on);
        var mask = Draw(on, Targets, sources);
        var (q, m) = batchFirst ? (query, memory) : (query.Transpose(0, 1), memory.Transpose(0, 1));
        var got = net.Call(q, isSelf ? q : m, isSelf ? q : m, padding, attnMask: mask, averageAttnWeights: false);

        var (weights, biases) = (net.InProjWeight!.Chunk(3), net.InProjBias!.Chunk(3));
        var scores = mask + Tensor.Zeros([Batch, 1, 1], DType.Float64, device: on)
            .MaskedFill(padding.View([Batch, 1, sources]), double.NegativeInfinity);
        var (key, value) = (memory.Linear(weights[1], biases[1]), memory.Linear(weights[2], biases[2]));
        if (hasExtras)
        {
            var zeros = Tensor.Zeros([Batch, 1, Size], DType.Float64, device: on);
            key = Tensor.Cat([key, net.BiasK!.Expand([Batch, 1, Size]), zeros], 1);
            value = Tensor.Cat([value, net.BiasV!.Expand([Batch, 1, Size]), zeros], 1);
            scores = Tensor.Cat([scores, Tensor.Zeros([Batch, Targets, 2], DType.Float64, device: on)], 2);
        }

        var parts = new List<Tensor>();
        for (var i = 0; i < Heads; i++)
        {
            Tensor Part(Tensor x) => x.Narrow(2, i * 2, 2);
            var (output, attention) = Functional.ScaledDotProductAttention(
                Part(query.Linear(weights[0], biases[0])), Part(key), Part(value), scores);
            parts.Add(output);
            AssertClose(attention, got.Weights!.Select(1, i));
        }

        var want = Tensor.Cat(parts, 2).Linear(net.OutProj.Weight, net.OutProj.Bias);
        AssertClose(want, batchFirst ? got.Output : got.Output.Transpose(0, 1));
        var single = net.Call(query.Select(0, 1), memory.Select(0, 1), memory.Select(0, 1), padding.Select(0, 1),
            attnMask: mask);
        AssertClose(want.Select(0, 1), single.Output);
        AssertClose(got.Weights!.Select(0, 1).Mean([0]), single.Weights!);
    }

    [Theory, OnEachDevice]
    public void Masks_of_every_kind(string device)
    {
        var on = TestDevices.Get(device);
        var net = new MultiheadAttention(4, 2).To(on).Double();
        var x = Draw(on, 3, 2, 4);
        var causal = Transformer.GenerateSquareSubsequentMask(3, on).Double();
        var want = net.Call(x, x, x, attnMask: causal).Output;
        var isHidden = Tensor.Ones([3, 3], DType.Bool, device: on).Triu(1);
        AssertClose(want, net.Call(x, x, x, attnMask: isHidden).Output);
        AssertClose(want, net.Call(x, x, x, attnMask: isHidden.Byte()).Output);
        AssertClose(want, net.Call(x, x, x, attnMask: isHidden.Expand([4, 3, 3])).Output);
        var padding = Tensor.Of([[false, false, true], [false, true, false]], device: on);
        var numbers = Tensor.Zeros([2, 3], DType.Float64, device: on).MaskedFill(padding, double.NegativeInfinity);
        AssertClose(
            net.Call(x, x, x, padding, attnMask: causal).Output, net.Call(x, x, x, numbers, attnMask: causal).Output);
        AssertClose(
            net.Call(x, x, x, padding, attnMask: causal).Output, net.Call(x, x, x, padding, attnMask: isHidden).Output);
        AssertClose(
            Functional.ScaledDotProductAttention(x, x, x, isCausal: true).Output,
            Functional.ScaledDotProductAttention(x, x, x, Tensor.Ones([2, 2], DType.Bool, device: on).Tril()).Output);
        Assert.Null(net.Call(x, x, x, needWeights: false).Weights);
    }

    [Theory, OnEachDevice]
    public void First_and_second_derivatives(string device)
    {
        var on = TestDevices.Get(device);
        Tensor[] inputs =
            [Draw(on, 2, 3, 4).RequiresGrad_(), Draw(on, 2, 5, 4).RequiresGrad_(), Draw(on, 2, 5, 3).RequiresGrad_()];
        var mask = Draw(on, 3, 5) > -0.5;
        Tensor[] Attend(Tensor[] x)
        {
            var (y, w) = Functional.ScaledDotProductAttention(x[0], x[1], x[2], mask);
            return [y, w];
        }

        Assert.True(Autograd.GradCheck(Attend, inputs));
        Assert.True(Autograd.GradGradCheck(Attend, inputs));
        var layer = new TransformerEncoderLayer(4, 2, 6, dropout: 0, activation: "gelu", normFirst: true)
            .To(on).Double();
        Assert.True(Autograd.GradCheck(layer.Call, Draw(on, 3, 2, 4).RequiresGrad_()));
        Assert.True(Autograd.GradGradCheck(layer.Call, Draw(on, 2, 1, 4).RequiresGrad_()));
    }

    [Theory]
    [OnEachDevice(false)]
    [OnEachDevice(true)]
    public void Transformers_are_their_layers(string device, bool normFirst)
    {
        var on = TestDevices.Get(device);
        var net = Make(batchFirst: false);
        var turned = Make(batchFirst: true);
        turned.LoadStateDict(net.StateDict());
        var (src, tgt) = (Draw(on, 5, 2, 8), Draw(on, 4, 2, 8));
        var y = net.Call(src, tgt);
        AssertClose(y, turned.Call(src.Transpose(0, 1), tgt.Transpose(0, 1)).Transpose(0, 1));
        AssertClose(y.Select(1, 1), net.Call(src.Select(1, 1), tgt.Select(1, 1)));
        var causal = Transformer.GenerateSquareSubsequentMask(4, on).Double();
        var early = net.Call(src, tgt, null, causal);
        var changed = tgt.Clone();
        changed.Select(0, 3).Fill_(0);
        AssertClose(early.Narrow(0, 0, 3), net.Call(src, changed, null, causal).Narrow(0, 0, 3));
        var weights = net.NamedParameters().Where(p => p.Parameter.Rank > 1).Select(p => p.Parameter).ToArray();
        Assert.False(weights[0].Detach().Equal(weights.First(w => w != weights[0] && w.Shape == weights[0].Shape)));
        Assert.StartsWith("encoder.layers.0.self_attn.in_proj_weight", net.StateDict().Keys.First());
        Assert.Equal("decoder.norm.bias", net.StateDict().Keys.Last());
        y.Sum().Backward();
        Assert.All(net.Parameters(), p => Assert.NotNull(p.Grad));

        Transformer Make(bool batchFirst) =>
            new Transformer(8, 2, 2, 2, 16, dropout: 0, batchFirst: batchFirst, normFirst: normFirst).To(on).Double();
    }

    [Theory, OnEachDevice]
    public void An_activation_of_ones_own(string device)
    {
        var on = TestDevices.Get(device);
        var layer = new TransformerEncoderLayer(4, 2, new ReLU().Call, 6, dropout: 0).To(on);
        var same = new TransformerEncoderLayer(4, 2, 6, dropout: 0).To(on);
        same.LoadStateDict(layer.StateDict());
        var x = Tensor.Rand([3, 2, 4], device: on);
        Assert.True(layer.Call(x).Equal(same.Call(x)));
        Assert.EndsWith("  (activation): ReLU()\n)", layer.ToString());
        var copy = layer.Clone();
        Assert.NotSame(layer.Children().Last(), copy.Children().Last());
        Expect("activation should be relu/gelu, not foo", () => new TransformerEncoderLayer(4, 2, activation: "foo"));
    }

    [Fact]
    public void Refused_as_PyTorch_does()
    {
        var (net, x) = (new MultiheadAttention(8, 2), Tensor.Ones(3, 2, 8));
        Expect("embed_dim must be divisible by num_heads", () => new MultiheadAttention(8, 3));
        Expect("was expecting embedding dimension of 8, but got 4", () => net.Call(Tensor.Ones(3, 2, 4), x, x));
        Expect("key shape torch.Size([3, 2, 8]) does not match value shape torch.Size([2, 2, 8])",
            () => net.Call(x, x, x.Narrow(0, 0, 2)));
        Expect("The shape of the 2D attn_mask is torch.Size([2, 3]), but should be (3, 3).",
            () => net.Call(x, x, x, attnMask: Tensor.Ones([2, 3], DType.Bool)));
        Expect("The shape of the 3D attn_mask is torch.Size([2, 3, 3]), but should be (4, 3, 3).",
            () => net.Call(x, x, x, attnMask: Tensor.Ones([2, 3, 3], DType.Bool)));
        Expect("expecting key_padding_mask shape of (2, 3), but got torch.Size([3, 3])",
            () => net.Call(x, x, x, Tensor.Ones([3, 3], DType.Bool)));
        Expect("only bool and floating types of key_padding_mask are supported",
            () => net.Call(x, x, x, Tensor.Ones([2, 3], DType.Int32)));
        Expect("For unbatched (2-D) `query`, expected `key` and `value` to be 2-D but found 3-D and 3-D tensors " +
            "respectively", () => net.Call(x.Select(1, 0), x, x));
        Expect("query should be unbatched 2D or batched 3D tensor but received 1-D query tensor",
            () => net.Call(Tensor.Ones(8), x, x));
        Expect("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True",
            () => Functional.ScaledDotProductAttention(x, x, x, Tensor.Ones([2, 2], DType.Bool), isCausal: true).Output);
        Expect("the batch number of src and tgt must be equal",
            () => new Transformer(4, 2, 1, 1, 8).Call(Tensor.Ones(3, 2, 4), Tensor.Ones(3, 3, 4)));
    }

    private static void Expect(string message, Func<object> action) =>
        Assert.StartsWith(message, Assert.ThrowsAny<TensorException>(action).Message, StringComparison.Ordinal);

    private static Tensor Draw(ComputeDevice on, params long[] sizes) =>
        Tensor.Empty(Shape.Create(sizes), DType.Float64, on).Uniform_(-1, 1, Random);

    private static void AssertClose(Tensor want, Tensor got)
    {
        Assert.Equal(want.Shape, got.Shape);
        Assert.InRange((want - got).Abs().Max().Item<double>(), 0, 1e-10);
    }
}
