using System.IO.Compression;

namespace KernelEngine.Nn;

/// <summary>
/// 1797 handwritten digits of 8 x 8 pixels: inputs (n, 64) from 0 to 1, row by row, labels the digits in int64.
/// Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, CC BY 4.0.
/// </summary>
public static class Digits
{
    private const int Pixels = 64, Examples = 1797, TestEvery = 5;

    private static readonly Lazy<(TensorDataset Train, TensorDataset Test)> Parts = new(Read);

    /// <summary>The 1437 digits to learn from.</summary>
    public static TensorDataset Train => Parts.Value.Train;

    /// <summary>The 360 digits to test with: every fifth of the file, from the first on.</summary>
    public static TensorDataset Test => Parts.Value.Test;

    private static (TensorDataset Train, TensorDataset Test) Read()
    {
        using var stream = typeof(Digits).Assembly.GetManifestResourceStream("digits.csv.gz") ??
            throw new InvalidOperationException("the digits are missing from the assembly");
        using var reader = new StreamReader(new GZipStream(stream, CompressionMode.Decompress));
        const int testCount = (Examples + TestEvery - 1) / TestEvery;
        var train = (Inputs: new float[(Examples - testCount) * Pixels], Labels: new long[Examples - testCount]);
        var test = (Inputs: new float[testCount * Pixels], Labels: new long[testCount]);
        for (var row = 0; row < Examples; row++)
        {
            var part = row % TestEvery == 0 ? test : train;
            var place = row % TestEvery == 0 ? row / TestEvery : row - (row / TestEvery) - 1;
            var line = reader.ReadLine() ?? throw new InvalidDataException($"the digits end at row {row}");
            var column = 0;
            foreach (var range in line.AsSpan().Split(','))
            {
                var value = int.Parse(line.AsSpan()[range], System.Globalization.CultureInfo.InvariantCulture);
                if (column < Pixels)
                    part.Inputs[(place * Pixels) + column] = value / 16f;
                else
                    part.Labels[place] = value;
                column++;
            }
        }

        return (DatasetOf(train.Inputs, train.Labels), DatasetOf(test.Inputs, test.Labels));
    }

    private static TensorDataset DatasetOf(float[] inputs, long[] labels) =>
        new(Tensor.FromArray(inputs, [labels.Length, Pixels]), Tensor.FromArray(labels));
}
