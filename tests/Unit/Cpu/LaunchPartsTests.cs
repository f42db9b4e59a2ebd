using KernelEngine.Tests.Cpu;

namespace KernelEngine.Tests;

/// <summary>Kernels whose launches are cut give the same bits on any number of threads.</summary>
public sealed class LaunchPartsTests
{
    private static readonly Tensor X = Tensor.Randn([300, 517], generator: new(1));
    private static readonly Tensor Rows = Tensor.Randint(0, 300, [300, 517], generator: new(2));
    private static readonly Tensor Columns = Tensor.Randint(0, 517, [300, 517], generator: new(3));
    private static readonly Tensor Some = Tensor.Randint(0, 300, [2000], generator: new(4));

    private static readonly Dictionary<string, Func<Tensor>> Table = new()
    {
        ["gather"] = () => X.Gather(1, Columns),
        ["gather rows"] = () => X.Transpose(0, 1).Gather(1, Rows.Transpose(0, 1)),
        ["gather one dimension"] = () => X.Reshape(-1).Gather(0, (Rows * 517 + Columns).Reshape(-1)),
        ["scatter"] = () => Tensor.Zeros(300, 517).Scatter_(0, Rows, X),
        ["scatter_add"] = () => Tensor.Zeros(300, 517).ScatterAdd(1, Columns, X),
        ["rows"] = () => X.IndexSelect(0, Some),
        ["columns"] = () => X.IndexSelect(1, Some),
        ["index_add"] = () => Tensor.Zeros(300, 517).IndexAdd(0, Some, X.IndexSelect(0, Some)),
        ["index_copy"] = () => Tensor.Zeros(300, 517).IndexCopy(0, Some, X.IndexSelect(0, Some)),
        ["cumsum"] = () => X.Cumsum(1),
        ["cumsum across"] = () => X.Cumsum(0),
        ["cumprod of whole numbers"] = () => Rows.Cumprod(0),
        ["cumsum one row"] = () => X.Reshape(-1).Cumsum(0),
        ["cummax"] = () => X.Cummax(0).Values,
        ["logcumsumexp"] = () => X.Logcumsumexp(1),
        ["embedding"] = () =>
        {
            var table = X.Detach().RequiresGrad_();
            Tensor.Embedding(table, Some).Pow(2).Sum().Backward();
            return table.Grad!;
        },
    };

    public static TheoryData<string> Functions => new(Table.Keys);

    [Theory, MemberData(nameof(Functions))]
    public void EveryNumberOfThreadsGivesTheSameBits(string name)
    {
        var one = PoolThreads.With(1, () => Table[name]().Double().ToArray<double>());
        Assert.Equal(one, PoolThreads.With(5, () => Table[name]().Double().ToArray<double>()));
    }

    [Fact]
    public void SumsRunAlongEveryDimension()
    {
        var x = Tensor.Randint(-9, 9, [3, 21, 5, 2], generator: new(5));
        for (var d = 0; d < 4; d++)
        {
            var sums = x.Cumsum(d);
            for (var i = 0L; i < x.Shape[d]; i++)
            {
                Assert.Equal(
                    x.Narrow(d, 0, i + 1).Sum(d).ToArray<long>(), sums.Select(d, i).Contiguous().ToArray<long>());
            }
        }
    }

    [Theory]
    [InlineData(40, 33)]
    [InlineData(7, 12)]
    [InlineData(300, 517)]
    public void SumsAndProductsAreRoundedFromDoubleAlongEveryDimension(int rows, int columns)
    {
        foreach (var dtype in new[] { DType.Float32, DType.BFloat16 })
        {
            var x = Tensor.Randn([rows, columns], generator: new(6)).To(dtype);
            foreach (var d in new[] { 0, 1 })
            {
                Same(x.Double().Cumsum(d), x.Cumsum(d));
                Same(x.Double().Cumprod(d), x.Cumprod(d));
                Same(x.Double().Flip(0, 1).Cumsum(d), x.Flip(0, 1).Cumsum(d));
            }

            void Same(Tensor wide, Tensor got) =>
                Assert.Equal(wide.To(dtype).Float().ToArray<float>(), got.Float().ToArray<float>());
        }
    }

    [Fact]
    public void AnIndexOutOfRangeIsFoundInEveryPart()
    {
        var index = Columns.Clone();
        index[299, 516] = 517;
        Assert.Throws<TensorRuntimeException>(() => X.Gather(1, index));
        index[299, 516] = -1;
        Assert.Throws<TensorRuntimeException>(() => X.Gather(1, index));
    }
}
