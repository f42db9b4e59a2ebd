using KernelEngine.Nn;

namespace KernelEngine.Tests.Nn;

public sealed class DataTests
{
    [Fact]
    public void Digits_are_split_as_documented()
    {
        Assert.Equal((1437, 360), (Digits.Train.Count, Digits.Test.Count));
        Assert.True(Digits.Train.Inputs.Shape == [1437, 64]);
        Assert.Equal(DType.Int64, Digits.Train.Labels.DType);
        Assert.Equal(1, Digits.Train.Inputs.Max().Item<double>());
        Assert.Equal(0, Digits.Train.Inputs.Min().Item<double>());

        // The file begins with the digits 0 to 9: the first and the sixth are tested with.
        Assert.Equal([0L, 5], Digits.Test.Labels[..2].ToArray<long>());
        Assert.Equal([1L, 2, 3, 4, 6], Digits.Train.Labels[..5].ToArray<long>());
        Assert.Equal(5 / 16f, Digits.Test[0].Input[2].Item<float>());
    }

    [Fact]
    public void Loaders_take_every_example_once_in_an_order_of_their_seed()
    {
        var data = new TensorDataset(Tensor.Arange(10).Reshape(10, 1), Tensor.Arange(10));
        var loader = new DataLoader(data, batchSize: 4, shuffle: true, generator: new(3));
        var first = Labels(loader);
        var second = Labels(loader);
        Assert.Equal([4, 4, 2], first.Select(b => b.Length));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), first.SelectMany(b => b).Order());
        Assert.NotEqual(first.SelectMany(b => b), second.SelectMany(b => b));
        var again = Labels(new DataLoader(data, batchSize: 4, shuffle: true, generator: new(3)));
        Assert.Equal(first.SelectMany(b => b), again.SelectMany(b => b));

        var dropping = new DataLoader(data, batchSize: 4, dropLast: true);
        Assert.Equal(2, dropping.Count);
        Assert.Equal([0L, 1, 2, 3, 4, 5, 6, 7], Labels(dropping).SelectMany(b => b));
        foreach (var (input, label) in dropping.To(ComputeDevice.Meta))
            Assert.Equal(("meta", "meta"), (input.Device.ToString(), label.Device.ToString()));
        Assert.Throws<TensorValueException>(() => new DataLoader(data, batchSize: 0));
        Assert.Throws<TensorValueException>(() => new TensorDataset(Tensor.Zeros(3), Tensor.Zeros(2)));

        static List<long[]> Labels(DataLoader loader) => [.. loader.Select(b => b.Label.ToArray<long>())];
    }

    [Fact]
    public void A_dataset_of_ones_own_is_stacked()
    {
        var (input, label) = new Squares().Batch([1, 3]);
        Assert.True(input.Shape == [2, 1]);
        Assert.Equal([1f, 9], label.ToArray<float>());
    }

    [Fact]
    public void Spirals_have_their_arms()
    {
        var spirals = Spirals.Make(50, arms: 4, seed: 1);
        Assert.Equal(200, spirals.Count);
        Assert.Equal(3, spirals.Labels.Max().Item<long>());
        Assert.True(spirals.Inputs.Equal(Spirals.Make(50, arms: 4, seed: 1).Inputs));
        Assert.InRange(spirals.Inputs.Abs().Max().Item<double>(), 0.8, 1.2);
    }

    private sealed class Squares : Dataset
    {
        public override int Count => 5;

        public override (Tensor Input, Tensor Label) this[int index] =>
            (Tensor.Of([(double)index]), Tensor.Of((double)(index * index)));
    }
}
