using System.Numerics;

namespace KernelEngine.Cpu;

/// <summary>
/// Normalization of the rows of [rows, channels, inner], or its gradient: each row is read from memory once. Gradients
/// of weight and bias are summed over parts of the rows, and the parts in order; the cuts depend on the shape alone.
/// </summary>
/// <remarks>Where inner is small, weight and bias are spread over the elements of a row.</remarks>
internal unsafe struct RowNormPass<T>(Shape shape, long groups) : IJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int LongChannel = 16;
    private const long BlockElements = 8192;
    private const int MostParts = 16;
    private const long MostPartElements = 1 << 20;

    public T* Gradient;
    public T* X;
    public T* Out;
    public T* Weight;
    public long WeightStep;
    public T* Bias;
    public long BiasStep;
    public T* Mean;
    public T* Rstd;
    public T* WeightGradient;
    public T* BiasGradient;
    public double Eps;

    private readonly long rows = shape[0], channels = shape[1], inner = shape[2];
    private long rowsPerBlock;

    // A factor and a summand for each element of a row, group after group; null where channels are long.
    private T* factors;
    private T* summands;

    // For each part: sums of g, then of g · (x - mean) · rstd, of each channel, or of each element of a row.
    private T* parts;

    private readonly long Length => channels * inner;

    private readonly bool IsSpread => inner < LongChannel;

    private readonly long SumsPerPart => groups * (IsSpread ? Length : channels);

    public void Forward()
    {
        var workspace = Workspace.Mine;
        var mark = workspace.Mark;
        try
        {
            if (IsSpread && (Weight != null || Bias != null))
            {
                factors = Spread(workspace, Weight, WeightStep, T.One);
                summands = Spread(workspace, Bias, BiasStep, T.Zero);
            }

            Run(Math.Max(1, BlockElements / Length));
        }
        finally
        {
            workspace.Release(mark);
        }
    }

    public void Backward()
    {
        var workspace = Workspace.Mine;
        var mark = workspace.Mark;
        try
        {
            if (WeightGradient == null)
            {
                Run(Math.Max(1, BlockElements / Length));
                return;
            }

            if (IsSpread)
                factors = Spread(workspace, Weight, WeightStep, T.One);
            var samples = rows / groups;
            var count = Math.Clamp(Math.Min(MostParts, MostPartElements / SumsPerPart), 1, samples);
            var samplesPerPart = (samples + count - 1) / count;
            count = (samples + samplesPerPart - 1) / samplesPerPart;
            parts = (T*)workspace.Take((nint)(count * 2 * SumsPerPart * sizeof(T)));
            Run(samplesPerPart * groups);
            for (var channel = 0L; channel < groups * channels; channel++)
            {
                BiasGradient[channel] = SumOf(channel, count, 0);
                WeightGradient[channel] = SumOf(channel, count, SumsPerPart);
            }
        }
        finally
        {
            workspace.Release(mark);
        }
    }

    public readonly void Invoke(int block)
    {
        var from = block * rowsPerBlock;
        var to = Math.Min(rows, from + rowsPerBlock);
        T* sums = null;
        if (parts != null)
        {
            sums = parts + (block * 2 * SumsPerPart);
            for (var i = 0L; i < 2 * SumsPerPart; i++)
                sums[i] = T.Zero;
        }

        for (var row = from; row < to; row++)
        {
            if (Gradient == null)
                Normalize(row);
            else
                Differentiate(row, sums);
        }
    }

    private void Run(long perBlock)
    {
        rowsPerBlock = perBlock;
        WorkerPool.Run(this, (int)((rows + perBlock - 1) / perBlock), rows * Length / 2);
    }

    private readonly T* Spread(Workspace workspace, T* values, long step, T otherwise)
    {
        if (values != null && inner == 1 && step == 1)
            return values;
        var count = groups * Length;
        var spread = (T*)workspace.Take((nint)(count * sizeof(T)));
        for (var i = 0L; i < count; i++)
            spread[i] = values == null ? otherwise : values[i / inner * step];
        return spread;
    }

    private readonly T SumOf(long channel, long count, long place)
    {
        var sum = 0.0;
        var width = IsSpread ? inner : 1;
        for (var part = 0L; part < count; part++)
        {
            var own = parts + (part * 2 * SumsPerPart) + place + (channel * width);
            for (var i = 0L; i < width; i++)
                sum += ToDouble(own[i]);
        }

        return T.CreateTruncating(sum);
    }

    private readonly void Normalize(long row)
    {
        var x = X + (row * Length);
        var y = Out + (row * Length);
        var moments = default(Moments);
        NormLoops<T>.Add(ref moments, x, Length);
        var mean = T.CreateTruncating(moments.Mean);
        var rstd = T.CreateTruncating(1 / Math.Sqrt((moments.Squares / moments.Count) + Eps));
        (Mean[row], Rstd[row]) = (mean, rstd);
        var group = row % groups;
        if (Weight == null && Bias == null)
            NormLoops<T>.Scale(x, y, Length, mean, rstd, T.Zero);
        else if (IsSpread)
        {
            NormLoops<T>.Affine(
                x, y, Length, mean, rstd, factors + (group * Length), summands + (group * Length));
        }
        else
        {
            for (var k = 0L; k < channels; k++)
            {
                var channel = (group * channels) + k;
                NormLoops<T>.Scale(
                    x + (k * inner), y + (k * inner), inner, mean, rstd * WeightOf(channel),
                    Bias == null ? T.Zero : Bias[channel * BiasStep]);
            }
        }
    }

    private readonly void Differentiate(long row, T* sums)
    {
        var g = Gradient + (row * Length);
        var x = X + (row * Length);
        var d = Out + (row * Length);
        var (mean, rstd) = (Mean[row], Rstd[row]);
        var group = row % groups;
        double sum, dot;
        if (sums == null)
        {
            (sum, dot) = NormLoops<T>.Products(g, x, Length, mean);
            var (plain, none) = Rest(sum, dot, rstd);
            if (Out != null)
                NormLoops<T>.Combine(g, x, d, Length, rstd, mean, plain, none);
            return;
        }

        if (IsSpread)
        {
            var w = factors + (group * Length);
            var own = sums + (group * Length);
            (sum, dot) = NormLoops<T>.WeightedProducts(g, x, Length, mean, rstd, w, own, own + SumsPerPart);
            var (input, constant) = Rest(sum, dot, rstd);
            if (Out != null)
                NormLoops<T>.CombineWeighted(g, x, w, d, Length, rstd, mean, input, constant);
            return;
        }

        (sum, dot) = (0, 0);
        for (var k = 0L; k < channels; k++)
        {
            var channel = (group * channels) + k;
            var (s, p) = NormLoops<T>.Products(g + (k * inner), x + (k * inner), inner, mean);
            var weight = ToDouble(WeightOf(channel));
            (sum, dot) = (sum + (s * weight), dot + (p * weight));
            sums[channel] += T.CreateTruncating(s);
            sums[SumsPerPart + channel] += T.CreateTruncating(p * ToDouble(rstd));
        }

        if (Out == null)
            return;
        var (ofInput, rest) = Rest(sum, dot, rstd);
        for (var k = 0L; k < channels; k++)
        {
            NormLoops<T>.Combine(
                g + (k * inner), x + (k * inner), d + (k * inner), inner,
                rstd * WeightOf((group * channels) + k), mean, ofInput, rest);
        }
    }

    /// <summary>What is taken away for each x - mean, and from everything.</summary>
    private readonly (T OfInput, T Constant) Rest(double sum, double dot, T rstd)
    {
        var wide = ToDouble(rstd);
        return (T.CreateTruncating(wide * wide * wide * dot / Length), T.CreateTruncating(wide * sum / Length));
    }

    private readonly T WeightOf(long channel) => Weight == null ? T.One : Weight[channel * WeightStep];

    private static double ToDouble(T value) => double.CreateTruncating(value);
}
