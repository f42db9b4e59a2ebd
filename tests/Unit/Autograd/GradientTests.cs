namespace KernelEngine.Tests;

/// <summary>First and second derivatives of products, reductions, scans and softmax against differences.</summary>
public sealed class GradientTests
{
    private const double Inf = double.PositiveInfinity;

    // On a GPU each second difference is a launch, and each function brings kernels of its own.
    private const int GpuShare = 6;

    public static TheoryData<string, string> Functions => TestDevices.With(Table.Keys, GpuShare);

    private static readonly Dictionary<string, Func<Tensor, Tensor>> Table = new()
    {
        ["sum"] = x => x.Sum(),
        ["sum dim"] = x => x.Sum(1),
        ["sum dims"] = x => x.Sum([0, 2], true),
        ["mean"] = x => x.Mean([0, -1]),
        ["nansum"] = x => x.Nansum([1]),
        ["prod"] = x => x.Prod(),
        ["prod dim"] = x => x.Prod(1),
        ["prod zero"] = x => (x * WithZeros(x, 1)).Prod(2),
        ["prod zeros"] = x => (x * WithZeros(x, 2)).Prod(),
        ["amax"] = x => x.Amax([1, 2]),
        ["amin"] = x => x.Amin([0]),
        ["max"] = x => x.Max(),
        ["max dim"] = x => x.Max(1).Values,
        ["min dim"] = x => x.Min(2, true).Values,
        ["aminmax"] = x => x.Aminmax(1) is var (low, high) ? high - low : x,
        ["var"] = x => x.Var(),
        ["var dim"] = x => x.Var(1, 0, true),
        ["std"] = x => x.Std([0, 2]),
        ["var_mean"] = x => x.VarMean([1]) is var (v, m) ? v * m : x,
        ["std_mean"] = x => x.StdMean([1, 2]) is var (v, m) ? v * m : x,
        ["norm 0.5"] = x => x.Norm(0.5, [1]),
        ["norm 1"] = x => x.Norm(1, [1]),
        ["norm 2"] = x => x.Norm(),
        ["norm 3"] = x => x.Norm(3, [0, 1]),
        ["norm inf"] = x => x.Norm(Inf, [1]),
        ["norm -inf"] = x => x.Norm(-Inf, [1]),
        ["logsumexp"] = x => x.Logsumexp([0, 2]),
        ["cumsum"] = x => x.Cumsum(1),
        ["cumprod"] = x => x.Cumprod(2),
        ["cumprod zero"] = x => (x * WithZeros(x, 2)).Cumprod(1),
        ["cummax"] = x => x.Cummax(1).Values,
        ["cummin"] = x => x.Cummin(2).Values,
        ["logcumsumexp"] = x => x.Logcumsumexp(1),
        ["softmax"] = x => x.Softmax(1),
        ["softmax last"] = x => x.Softmax(-1),
        ["log_softmax"] = x => x.LogSoftmax(0),
        ["log_softmax last"] = x => x.LogSoftmax(2),
        ["softmin"] = x => x.Softmin(1),
        ["nll"] = x => x.LogSoftmax(1).NllLoss(Classes(x), Weights(x), 1),
        ["nll none"] = x => x.NllLoss(Classes(x), null, -100, "none"),
        ["nll sum"] = x => x.NllLoss(Classes(x), Weights(x), -100, "sum"),
        ["matmul"] = x => x.Matmul(x.Transpose(1, 2)),
        ["matmul folded"] = x => x.Matmul(x.Select(0, 0).Transpose(0, 1)),
        ["matmul broadcast"] = x => x.Select(0, 1).Matmul(x.Transpose(1, 2)),
        ["matmul vector"] = x => x.Matmul(x.Select(0, 0).Select(0, 1)),
        ["vector matmul"] = x => x.Select(0, 0).Select(1, 1).Matmul(x),
        ["dot"] = x => x.Reshape([-1]).Dot(x.Transpose(0, 1).Reshape([-1])),
        ["mv"] = x => x.Select(0, 1).Mv(x.Select(0, 0).Select(0, 0)),
        ["addmm"] = x => x.Select(1, 0).Select(0, 0).Addmm(x.Select(0, 0), x.Select(0, 1).Transpose(0, 1).Matmul(
            x.Select(0, 0)), 0.5, 2),
        ["baddbmm"] = x => x.Select(0, 0).Select(0, 0).Baddbmm(x.Matmul(x.Transpose(1, 2)), x, 2, 3),
        ["addbmm"] = x => x.Select(0, 0).Addbmm(x.Matmul(x.Transpose(1, 2)), x, 2, 3),
        ["addmv"] = x => x.Select(0, 0).Select(1, 0).Addmv(x.Select(0, 0), x.Select(0, 0).Select(0, 1), 2, 3),
        ["addr"] = x => x.Select(0, 0).Addr(x.Select(0, 0).Select(1, 0), x.Select(0, 1).Select(0, 0), 2, 3),
        ["linear"] = x => x.Linear(x.Select(0, 0), x.Select(0, 1).Select(1, 0)),
        ["inner"] = x => x.Inner(x.Select(0, 1)),
        ["outer"] = x => x.Select(0, 0).Select(0, 0).Outer(x.Select(0, 1).Select(1, 1)),
    };

    [Theory]
    [MemberData(nameof(Functions))]
    public void FirstAndSecondDerivatives(string device, string name)
    {
        var on = TestDevices.Get(device);
        var function = Table[name];
        Assert.True(Autograd.GradCheck(function, Input(on)));
        Assert.True(Autograd.GradGradCheck(function, Input(on)));
    }

    [Theory, OnEachDevice]
    public void AWrongGradientIsFound(string device)
    {
        var on = TestDevices.GetWithFloat64(device);
        var error = Assert.Throws<TensorRuntimeException>(
            () => Autograd.GradCheck(x => x * x.Detach(), Input(on)));
        Assert.StartsWith(
            "Jacobian mismatch for output 0 with respect to input 0,\nnumerical:", error.Message,
            StringComparison.Ordinal);
        Assert.Throws<TensorValueException>(() => Autograd.GradCheck(x => x, Input(on).Float().RequiresGrad_()));
    }

    // No two elements are close, so that no extremum changes within a difference.
    private static Tensor Input(ComputeDevice on) => Tensor.FromArray(
        Enumerable.Range(0, 24).Select(i => (((i * 7) + 3) % 24 * 0.08) - 0.93).ToArray(), [2, 3, 4])
        .To(on).RequiresGrad_();

    private static Tensor WithZeros(Tensor like, int count)
    {
        var ones = Enumerable.Repeat(1.0, 24).ToArray();
        for (var i = 0; i < count; i++)
            ones[9 + (i * 4)] = 0;
        return Tensor.FromArray(ones, [2, 3, 4]).To(like.Device);
    }

    private static Tensor Classes(Tensor like) =>
        Tensor.FromArray<long>([0, 1, 2, 0, 2, 2, 1, 0], [2, 4]).To(like.Device);

    private static Tensor Weights(Tensor like) => Tensor.FromArray([0.5, 2, 1.5]).To(like.Device);
}
