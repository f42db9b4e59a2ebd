namespace KernelEngine.Nn;

/// <summary>
/// Images with labels from the four IDX files of the MNIST family: MNIST itself, Fashion-MNIST, KMNIST. As
/// <c>torchvision.datasets.MNIST</c>. Pixels stay bytes in memory; examples are float32, (1, height, width), from 0 to
/// 1 and then normalised.
/// </summary>
public sealed class MnistDataset : Dataset
{
    private const string Advice =
        "The four files train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and " +
        "t10k-labels-idx1-ubyte, with .gz or unpacked, belong into one folder. Fashion-MNIST: " +
        "https://github.com/zalandoresearch/fashion-mnist, or apt install dataset-fashion-mnist; " +
        "MNIST: https://ossci-datasets.s3.amazonaws.com/mnist/";

    // Where Debian's package and PyTorch's own downloads lie.
    private static readonly string[] FashionFolders =
        ["/usr/share/datasets/fashion-mnist", "data/fashion-mnist", "data/FashionMNIST/raw"];

    private readonly double mean, deviation;

    /// <summary>The images of a folder.</summary>
    /// <param name="folder">Where the files lie.</param>
    /// <param name="train">Whether to take those to learn from, else those to test with.</param>
    /// <param name="mean">What is taken from each pixel, which is from 0 to 1.</param>
    /// <param name="deviation">What it is divided by then.</param>
    /// <exception cref="FileNotFoundException">A file is missing; the message says which and where to get it.
    /// </exception>
    /// <exception cref="TensorFileException">A file is broken, or the files do not belong together.</exception>
    public MnistDataset(string folder, bool train = true, double mean = 0, double deviation = 1)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!double.IsFinite(mean) || !double.IsFinite(deviation) || deviation <= 0)
        {
            throw new TensorValueException(
                $"pixels cannot be normalised by a mean of {mean} and a deviation of {deviation}");
        }

        (this.mean, this.deviation) = (mean, deviation);
        var part = train ? "train" : "t10k";
        var imagePath = Find(folder, $"{part}-images-idx3-ubyte");
        var labelPath = Find(folder, $"{part}-labels-idx1-ubyte");
        var cpu = ComputeDevice.Parse("cpu");
        Images = IdxFile.Load(imagePath, cpu);
        if (Images.DType != DType.UInt8 || Images.Rank != 3)
        {
            throw new TensorFileException(imagePath, "IDX data",
                $"these are no images: {Images.DType} of shape {Images.Shape.ToListText()}");
        }

        var labels = IdxFile.Load(labelPath, cpu);
        if (labels.DType != DType.UInt8 || labels.Rank != 1 || labels.Shape[0] != Images.Shape[0])
        {
            throw new TensorFileException(labelPath, "IDX data",
                $"these are no labels for {Images.Shape[0]} images: {labels.DType} of shape " +
                labels.Shape.ToListText());
        }

        Labels = labels.Long();
    }

    /// <summary>The images, (n, height, width) in uint8.</summary>
    public Tensor Images { get; }

    /// <summary>The labels, (n) in int64.</summary>
    public Tensor Labels { get; }

    /// <inheritdoc/>
    public override int Count => checked((int)Images.Shape[0]);

    /// <inheritdoc/>
    public override (Tensor Input, Tensor Label) this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return (Normalised(Images[index..(index + 1)]), Labels.Select(0, index));
        }
    }

    /// <summary>
    /// Fashion-MNIST: 60,000 pictures of clothes to learn from and 10,000 to test with, of ten kinds, normalised to a
    /// mean of 0 and a deviation of 1 (Xiao, Rasul and Vollgraf 2017, <see href="https://arxiv.org/abs/1708.07747"/>).
    /// </summary>
    /// <param name="train">Whether to take those to learn from, else those to test with.</param>
    /// <param name="folder">
    /// Where the files lie; where null, the usual places are tried: Debian's package dataset-fashion-mnist, and
    /// <c>data/fashion-mnist</c> and torchvision's <c>data/FashionMNIST/raw</c> in the current folder.
    /// </param>
    /// <inheritdoc cref="MnistDataset(string, bool, double, double)"/>
    public static MnistDataset FashionMnist(bool train = true, string? folder = null) => new(
        folder ?? Array.Find(FashionFolders, Directory.Exists) ?? FashionFolders[1], train, 0.2860, 0.3530);

    /// <inheritdoc/>
    public override (Tensor Input, Tensor Label) Batch(ReadOnlySpan<long> indices)
    {
        var which = Tensor.FromSpan(indices, [indices.Length], Images.Device);
        return (Normalised(Images.IndexSelect(0, which)).Unsqueeze(1), Labels.IndexSelect(0, which));
    }

    private static string Find(string folder, string name)
    {
        foreach (var candidate in (string[])[name, name + ".gz"])
        {
            if (Path.Combine(folder, candidate) is var path && File.Exists(path))
                return path;
        }

        throw new FileNotFoundException(
            $"{Path.Combine(folder, name)} is not there, nor with .gz. {Advice}", Path.Combine(folder, name));
    }

    private Tensor Normalised(Tensor pixels) => pixels.Float().Mul_(1 / (255 * deviation)).Sub_(mean / deviation);
}
