namespace KernelEngine.Viewing;

/// <summary>The numbers of a parameter, put together from those of its rows.</summary>
internal struct ParameterSums()
{
    private double count, mean, squares; // squares of distances from the mean
    private double gradient, update;
    private float gradientMax;
    private bool hasUpdate;

    /// <summary>The smallest element.</summary>
    public float Min { get; private set; } = float.PositiveInfinity;

    /// <summary>The largest element.</summary>
    public float Max { get; private set; } = float.NegativeInfinity;

    /// <summary>Adds a row, whose numbers count from some value.</summary>
    /// <param name="elements">How many elements it has.</param>
    /// <param name="columns">How many it was counted to have: those missing are that value.</param>
    /// <param name="from">The value that all is counted from.</param>
    /// <param name="rowMean">The mean of its columns.</param>
    /// <param name="variance">The mean square of the columns' distances from it.</param>
    /// <param name="min">Its smallest element.</param>
    /// <param name="max">Its largest element.</param>
    public void Add(long elements, long columns, float from, double rowMean, double variance, float min, float max)
    {
        var distance = rowMean * columns / elements;
        var square = Math.Max(
            (variance * columns) - (distance * distance * elements * (columns - elements) / columns), 0);
        var (all, step) = (count + elements, from + distance - mean);
        squares += square + (step * step * count * elements / all);
        mean += step * elements / all;
        count = all;
        (Min, Max) = (Math.Min(Min, from + min), Math.Max(Max, from + max));
    }

    /// <summary>Adds a row of the gradient: its norm, and its largest absolute value.</summary>
    public void AddGradient(double norm, float largest)
    {
        gradient += norm * norm;
        gradientMax = Math.Max(gradientMax, largest);
    }

    /// <summary>Adds a row of what a step changed: its norm.</summary>
    /// <param name="norm">Its norm.</param>
    /// <param name="weight">How many rows it stands for.</param>
    public void AddUpdate(double norm, double weight)
    {
        update += norm * norm * weight;
        hasUpdate = true;
    }

    /// <summary>The numbers of all rows.</summary>
    /// <param name="hasGradient">Whether there is a gradient.</param>
    /// <param name="lastUpdate">The norm of the update as far as it is known from earlier, or NaN.</param>
    /// <param name="histogram">How many elements lie where.</param>
    /// <param name="scale">The histogram's.</param>
    public readonly ParameterStatistics ToStatistics(
        bool hasGradient, float lastUpdate, IReadOnlyList<float> histogram, float scale) => new()
        {
            Mean = count == 0 ? float.NaN : (float)mean,
            Deviation = count == 0 ? float.NaN : (float)Math.Sqrt(squares / count),
            Min = count == 0 ? float.NaN : Min,
            Max = count == 0 ? float.NaN : Max,
            Norm = (float)Math.Sqrt(squares + (count * mean * mean)),
            GradientNorm = hasGradient ? (float)Math.Sqrt(gradient) : float.NaN,
            GradientMax = hasGradient ? gradientMax : float.NaN,
            UpdateNorm = hasUpdate || count == 0 ? (float)Math.Sqrt(update) : lastUpdate,
            Histogram = histogram,
            HistogramScale = scale,
        };
}
