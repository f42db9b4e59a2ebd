using KernelEngine.Nn;

namespace KernelEngine.Tests.Nn;

/// <summary>First values, parameters as a vector, activations that draw.</summary>
public sealed class InitTests
{
    [Theory, OnEachDevice]
    public void Orthogonal_rows_or_columns(string name)
    {
        var device = TestDevices.Get(name);
        foreach (var (shape, dtype) in new (Shape, DType)[]
        {
            ([5, 3], DType.Float32), ([3, 5], DType.Float64), ([4, 4], DType.Float64), ([2, 3, 2, 2], DType.Float32),
        })
        {
            var w = new Parameter(Tensor.Empty(shape, dtype, device));
            Init.Orthogonal_(w, 2);
            var flat = w.Detach().Reshape([shape[0], -1]);
            var product = flat.Shape[0] < flat.Shape[1]
                ? flat.Matmul(flat.Transpose(0, 1)) : flat.Transpose(0, 1).Matmul(flat);
            var identity = Tensor.Eye(product.Shape[0], dtype: dtype, device: device) * 4;
            Assert.True(product.AllClose(identity, atol: 1e-5));
        }
    }

    [Theory, OnEachDevice]
    public void Identities_and_zeros(string name)
    {
        var device = TestDevices.Get(name);
        Assert.Equal([1f, 0, 0, 0, 1, 0], Init.Eye_(Tensor.Empty([2, 3], device: device)).ToArray<float>());
        var x = Tensor.Randn([2, 4, 7], device: device);
        var w = Init.Dirac_(Tensor.Empty([4, 2, 3], device: device), 2);
        Assert.Equal([0f, 1, 0, 0, 0, 0], w[2].Reshape([-1]).ToArray<float>());
        Assert.Equal(4, w.Sum().Item<float>());
        Assert.Equal(3, Init.Dirac_(Tensor.Empty([3, 5, 2, 3, 3], device: device)).Sum().Item<float>());
        var sparse = Init.Sparse_(Tensor.Empty([10, 4], device: device), 0.35);
        Assert.All(sparse.Eq(0).Sum(0).ToArray<long>(), zeros => Assert.Equal(4, zeros));
        var within = Init.TruncNormal_(Tensor.Empty([1000], device: device), 1, 2, 0, 1.5);
        Assert.True(within.Min().Item<float>() >= 0 && within.Max().Item<float>() <= 1.5f);
        Assert.InRange(within.Mean().Item<float>(), 0.7, 0.85);
    }

    [Fact]
    public void Errors_are_PyTorchs()
    {
        Tensor row = Tensor.Ones(3), matrix = Tensor.Ones(2, 2);
        Says("Only tensors with 2 dimensions are supported", () => Init.Eye_(row));
        Says("Only tensors with 2 dimensions are supported", () => Init.Sparse_(row, 0.1));
        Says("Only tensors with 3, 4, or 5 dimensions are supported", () => Init.Dirac_(matrix));
        Says("dim 0 must be divisible by groups", () => Init.Dirac_(Tensor.Ones(3, 1, 1), 2));
        Says("Only tensors with 2 or more dimensions are supported", () => Init.Orthogonal_(row));
        Says("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions",
            () => Init.XavierNormal_(row));
        Says("Mode sideways not supported, please use one of ['fan_in', 'fan_out']",
            () => Init.KaimingNormal_(matrix, mode: "sideways"));
        Says("Unsupported nonlinearity step", () => Init.Gain("step"));
        Assert.Equal(Math.Sqrt(2), Init.Gain("relu"));
        Assert.Equal(0, Init.Orthogonal_(Tensor.Ones(0, 3)).ElementCount);

        static void Says(string message, Func<object> call) =>
            Assert.Equal(message, Assert.Throws<TensorValueException>(call).Message);
    }

    [Theory, OnEachDevice]
    public void Parameters_as_a_vector(string device)
    {
        var on = TestDevices.Get(device);
        var net = new Linear(2, 3).To(on);
        var vector = ParameterVector.From(net.Parameters());
        Assert.Equal([9L], vector.Shape.ToArray());
        vector.Sum().Backward();
        Assert.Equal(6, net.Weight.Grad!.Sum().Item<float>());
        ParameterVector.CopyTo(Tensor.Arange(9.0, device: on), net.Parameters());
        Assert.Equal([6f, 7, 8], net.Bias!.ToArray<float>());
        Assert.Equal(5, net.Weight[2, 1].Item<float>());
        Assert.Throws<TensorRuntimeException>(
            () => ParameterVector.CopyTo(Tensor.Ones([8], device: on), net.Parameters()));
        Assert.Equal(8, net.Bias![2].Item<float>());
    }

    [Theory, OnEachDevice]
    public void Random_slopes(string name)
    {
        var device = TestDevices.Get(name);
        var x = Tensor.Full([1000], -2.0, DType.Float64, device).RequiresGrad_();
        var layer = new RReLU(0.1, 0.3);
        var y = layer.Call(x);
        y.Sum().Backward();
        Assert.True((y.Detach() / -2).AllClose(x.Grad!));
        Assert.InRange(x.Grad!.Min().Item<double>(), 0.1, 0.11);
        Assert.InRange(x.Grad!.Max().Item<double>(), 0.29, 0.3);
        var same = Tensor.Of([-1.0, 0, 3], DType.Float64, device);
        Assert.Equal([-0.2, 0, 3], layer.Eval().Call(same).ToArray<double>());
        Assert.Equal([0.0, 3], same.Rrelu_(0.1, 0.3, true)[1..].ToArray<double>());
        Assert.Equal("RReLU(lower=0.125, upper=0.3333333333333333)", new RReLU().ToString());
        Assert.Equal("Lower bound should be less than or equal to the upper bound",
            Assert.Throws<TensorRuntimeException>(() => x.Rrelu(1, 0)).Message);
        Assert.Throws<TensorRuntimeException>(() => Tensor.FromArray([1L]).To(device).Rrelu(training: true));
    }

    [Theory, OnEachDevice]
    public void Softmax_over_channels_or_a_dimension_of_its_own_choice(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Randn([2, 3, 4, 4], device: on);
        Assert.True(new Softmax2d().Call(x).Equal(x.Softmax(1)));
        Assert.True(new Softmax2d().Call(x[0]).Equal(x[0].Softmax(0)));
        Assert.Throws<TensorValueException>(() => new Softmax2d().Call(x[0, 0]));
        Assert.True(new KernelEngine.Nn.Softmax().Call(x).Equal(x.Softmax(1)));
        Assert.True(new LogSoftmax().Call(x[0]).Equal(x[0].LogSoftmax(0)));
        Assert.Equal("Softmin(dim=None)", new Softmin().ToString());
    }
}
