using System.IO.Compression;
using KernelEngine.Nn;
using KernelEngine.Tests.Files;

namespace KernelEngine.Tests.Nn;

public sealed class MnistDatasetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Images_are_normalised_and_have_a_channel()
    {
        Write("train-images-idx3-ubyte.gz", [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 51, 102]);
        Write("train-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 2, 9, 3]);
        var data = new MnistDataset(folder.Name, mean: 0.2, deviation: 0.5);
        Assert.Equal(2, data.Count);
        var (input, label) = data.Batch([1, 0]);
        Assert.True(input.Shape == [2, 1, 1, 2]);
        Assert.Equal([0f, 0.4f, -0.4f, 1.6f], input.ToArray<float>().Select(v => MathF.Round(v, 5)));
        Assert.Equal([3L, 9], label.ToArray<long>());
        Assert.True(data[1].Input.Equal(input[0]));
        Assert.Equal(9, data[0].Label.Item<long>());
    }

    [Fact]
    public void Missing_and_mixed_up_files_are_named()
    {
        var missing = Assert.Throws<FileNotFoundException>(() => new MnistDataset(folder.Name, train: false));
        Assert.Contains("t10k-images-idx3-ubyte is not there", missing.Message, StringComparison.Ordinal);
        Assert.Contains("https://", missing.Message, StringComparison.Ordinal);

        Write("t10k-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2]);
        Assert.Throws<FileNotFoundException>(() => new MnistDataset(folder.Name, train: false));
        Write("t10k-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 3, 9, 3, 1]);
        Assert.Contains("no labels for 2 images", Assert.Throws<TensorFileException>(
            () => new MnistDataset(folder.Name, train: false)).Message, StringComparison.Ordinal);
        Write("t10k-images-idx3-ubyte", [0, 0, 8, 1, 0, 0, 0, 1, 1]);
        Assert.Contains("no images", Assert.Throws<TensorFileException>(
            () => new MnistDataset(folder.Name, train: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fashion_mnist_is_as_published()
    {
        const string place = "/usr/share/datasets/fashion-mnist";
        if (!Directory.Exists(place))
            Assert.Skip($"{place} is not there");
        var (train, test) = (MnistDataset.FashionMnist(), MnistDataset.FashionMnist(train: false, place));
        Assert.True(train.Images.Shape == [60000, 28, 28] && test.Images.Shape == [10000, 28, 28]);
        var counts = test.Labels.Unsqueeze(1).Eq(Tensor.Arange(10)).Sum([0]);
        Assert.Equal(Enumerable.Repeat(1000L, 10), counts.ToArray<long>());
        var pixels = train.Batch([.. Enumerable.Range(0, 5000).Select(i => (long)i)]).Input;
        Assert.InRange(pixels.Mean().Item<double>(), -0.05, 0.05);
        Assert.InRange(pixels.Std().Item<double>(), 0.95, 1.05);
    }

    private void Write(string name, byte[] bytes)
    {
        using Stream file = File.Create(folder.File(name));
        using var stream = name.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(file, CompressionMode.Compress) : file;
        stream.Write(bytes);
    }
}
