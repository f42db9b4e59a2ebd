namespace KernelEngine.Viewing;

/// <summary>What a network takes examples for: classes, and how sure it is, from 0 to 1.</summary>
internal sealed class Predictions
{
    private readonly Reading.Part classes, sure;

    private Predictions(Reading reading, Tensor classes, Tensor sure, int count) =>
        (this.classes, this.sure, Count) = (reading.Ask(classes), reading.Ask(sure), count);

    /// <summary>How many classes there are.</summary>
    public int Count { get; }

    /// <summary>Once it is read: the class of an example, and how sure the network is.</summary>
    public (int Class, float Sure) this[int example] => ((int)classes.Values[example], sure.Values[example]);

    /// <summary>Asks what a network takes examples for.</summary>
    /// <param name="reading">What reads it.</param>
    /// <param name="output">Its output: a number for each class, or one that is above zero for the second of two.</param>
    /// <returns>Null where the output has no classes.</returns>
    public static Predictions? Ask(Reading reading, Tensor? output)
    {
        if (output is null || !output.DType.IsFloatingPoint)
            return null;
        output = output.Detach().To(DType.Float32);
        if (output.Rank == 2 && output.Shape[1] > 1)
        {
            var (sure, classes) = output.Softmax(1).Max(1);
            return new(reading, classes, sure, (int)output.Shape[1]);
        }

        if (output.ElementCount != output.Shape[0])
            return null;
        var second = output.Reshape(-1).Sigmoid();
        return new(reading, second.Gt(0.5), second.Maximum(1 - second), 2);
    }
}
