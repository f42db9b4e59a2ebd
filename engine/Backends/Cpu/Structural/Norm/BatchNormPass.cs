using System.Numerics;

namespace KernelEngine.Cpu;

/// <summary>
/// Batch normalization over [N, C, S], or its gradient. Blocks of channels are worked on side by side; where there are
/// few of them and they are long, each is cut into slabs whose statistics are put together in order. The cuts depend
/// on the shape alone.
/// </summary>
/// <remarks>
/// Where S is small, elements of neighbouring channels are walked together, as columns of the matrix [N, C · S].
/// </remarks>
internal unsafe struct BatchNormPass<T>(Layout layout) : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Below this, planes are too short to be walked alone.
    private const int LongPlane = 16;

    // Elements that make a block worth a thread, and a slab worth a pass of its own.
    private const long BlockElements = 8192;
    private const long SlabElements = 65536;

    // Rows that sums of columns are kept over in their own type.
    private const int Rows = 64;

    private enum Phase
    {
        All,
        Gather,
        Apply,
    }

    public T* Gradient;
    public T* X;
    public T* Out;
    public T* Weight;
    public long WeightStep;
    public T* Bias;
    public long BiasStep;
    public T* RunningMean;
    public long RunningMeanStep;
    public T* RunningVar;
    public long RunningVarStep;
    public T* Mean;
    public T* Rstd;
    public T* WeightGradient;
    public T* BiasGradient;
    public bool Training;
    public double Momentum;
    public double Eps;

    private readonly long n = layout.Shape[0], c = layout.Shape[1], s = layout.Shape[2];
    private long channelsPerBlock, slabs, unitsPerSlab;
    private Phase phase;
    private Moments* partial; // of the gradients: their number, sum, and sum with the input's differences

    // Pieces of planes, or rows, that slabs are made of.
    private readonly bool IsPlanar => s >= LongPlane;
    private readonly long PiecesPerPlane => (s + SlabElements - 1) / SlabElements;
    private readonly long Units => IsPlanar ? n * PiecesPerPlane : n;

    public void Run()
    {
        channelsPerBlock = IsPlanar ? Math.Max(1, BlockElements / (n * s)) : 8 * Math.Max(1, 8 / s);
        var blocks = (c + channelsPerBlock - 1) / channelsPerBlock;
        var perBlock = n * s * Math.Min(c, channelsPerBlock);
        slabs = blocks >= 16 ? 1 : Math.Clamp(Math.Min(perBlock / SlabElements, 32 / blocks), 1, Units);
        unitsPerSlab = (Units + slabs - 1) / slabs;
        slabs = (Units + unitsPerSlab - 1) / unitsPerSlab;
        var work = n * c * s / 2;
        if (slabs == 1)
        {
            WorkerPool.Run(this, (int)blocks, work);
            return;
        }

        var workspace = Workspace.Mine;
        var mark = workspace.Mark;
        try
        {
            partial = (Moments*)workspace.Take((nint)(slabs * c * sizeof(Moments)));
            new Span<Moments>(partial, checked((int)(slabs * c))).Clear();
            phase = Phase.Gather;
            if (Training || Gradient != null)
                WorkerPool.Run(this, (int)(blocks * slabs), work);
            for (var channel = 0L; channel < c; channel++)
            {
                var total = default(Moments);
                for (var slab = 0L; slab < slabs; slab++)
                    Take(ref total, partial[(slab * c) + channel]);
                Finish(channel, total);
                partial[channel] = total;
            }

            phase = Phase.Apply;
            if (Out != null)
                WorkerPool.Run(this, (int)(blocks * slabs), work);
        }
        finally
        {
            workspace.Release(mark);
        }
    }

    public readonly void Invoke(int block)
    {
        var (group, slab) = (block / slabs, block % slabs);
        var from = group * channelsPerBlock;
        var to = Math.Min(c, from + channelsPerBlock);
        var (first, last) = (slab * unitsPerSlab, Math.Min(Units, (slab + 1) * unitsPerSlab));
        if (!IsPlanar)
        {
            Columns(from, to, slab, first, last);
            return;
        }

        for (var channel = from; channel < to; channel++)
        {
            var total = default(Moments);
            if (phase == Phase.Apply)
                total = partial[channel];
            else
            {
                if (Training || Gradient != null)
                {
                    for (var unit = first; unit < last; unit++)
                    {
                        var (start, count) = PieceOf(channel, unit);
                        Gather(ref total, channel, start, count);
                    }
                }

                if (phase == Phase.Gather)
                {
                    partial[(slab * c) + channel] = total;
                    continue;
                }

                Finish(channel, total);
            }

            if (Out == null)
                continue;
            for (var unit = first; unit < last; unit++)
            {
                var (start, count) = PieceOf(channel, unit);
                Apply(total, channel, start, count);
            }
        }
    }

    private readonly (long Start, long Count) PieceOf(long channel, long unit)
    {
        var (plane, piece) = (unit / PiecesPerPlane, unit % PiecesPerPlane);
        var from = piece * SlabElements;
        return ((((plane * c) + channel) * s) + from, Math.Min(SlabElements, s - from));
    }

    private readonly void Gather(ref Moments total, long channel, long start, long count)
    {
        if (Gradient == null)
        {
            NormLoops<T>.Add(ref total, X + start, count);
            return;
        }

        var (sum, dot) = NormLoops<T>.Products(Gradient + start, X + start, count, Mean[channel]);
        total.Mean += sum;
        total.Squares += dot;
    }

    private readonly void Take(ref Moments total, in Moments part)
    {
        if (Gradient == null)
            total.Add(part);
        else
            (total.Mean, total.Squares) = (total.Mean + part.Mean, total.Squares + part.Squares);
    }

    /// <summary>What is known of a channel once all of it has been seen.</summary>
    private readonly void Finish(long channel, in Moments total)
    {
        if (Gradient != null)
        {
            BiasGradient[channel] = T.CreateTruncating(total.Mean);
            WeightGradient[channel] = T.CreateTruncating(total.Squares * ToDouble(Rstd[channel]));
            return;
        }

        double mean, variance;
        if (Training)
        {
            mean = total.Mean;
            variance = total.Squares / total.Count;
            if (RunningMean != null)
                Move(RunningMean + (channel * RunningMeanStep), mean);
            if (RunningVar != null)
                Move(RunningVar + (channel * RunningVarStep), total.Squares / (total.Count - 1));
        }
        else
        {
            mean = ToDouble(RunningMean[channel * RunningMeanStep]);
            variance = ToDouble(RunningVar[channel * RunningVarStep]);
        }

        Mean[channel] = T.CreateTruncating(mean);
        Rstd[channel] = T.CreateTruncating(Moments.ReciprocalDeviation(variance, Eps));
    }

    private readonly void Move(T* running, double value) => *running = T.CreateTruncating(
        ((1 - Momentum) * ToDouble(*running)) + (Momentum * value));

    private readonly T WeightOf(long channel) => Weight == null ? T.One : Weight[channel * WeightStep];

    /// <summary>The factors of a channel: of x - mean and nothing, or of g, of x - mean, and nothing.</summary>
    private readonly (T OfFirst, T OfInput, T Constant) FactorsOf(long channel, in Moments total)
    {
        var scale = Rstd[channel] * WeightOf(channel);
        if (Gradient == null)
            return (scale, default, Bias == null ? T.Zero : Bias[channel * BiasStep]);
        if (!Training)
            return (scale, default, default);
        var (count, rstd) = ((double)(n * s), ToDouble(Rstd[channel]));
        return (scale, T.CreateTruncating(ToDouble(scale) * rstd * rstd * total.Squares / count),
            T.CreateTruncating(ToDouble(scale) * total.Mean / count));
    }

    private readonly void Apply(in Moments total, long channel, long start, long count)
    {
        var (first, input, constant) = FactorsOf(channel, total);
        if (Gradient == null)
            NormLoops<T>.Scale(X + start, Out + start, count, Mean[channel], first, constant);
        else
        {
            NormLoops<T>.Combine(
                Gradient + start, X + start, Out + start, count, first, Mean[channel], input, constant);
        }
    }

    // Channels from one to another, rows from one to another.
    private readonly void Columns(long from, long to, long slab, long first, long last)
    {
        var width = (int)((to - from) * s);
        var workspace = Workspace.Mine;
        var mark = workspace.Mark;
        try
        {
            var bytes = (nint)(width * sizeof(T));
            var a = (T*)workspace.Take(bytes);
            var b = (T*)workspace.Take(bytes);
            var means = (T*)workspace.Take(bytes);
            var factors = (T*)workspace.Take(bytes);
            var columns = new Span<Moments>(workspace.Take(width * sizeof(Moments)), width);
            var totals = new Span<Moments>(
                workspace.Take((nint)((to - from) * sizeof(Moments))), (int)(to - from));
            columns.Clear();
            totals.Clear();
            if (phase == Phase.Apply)
                new Span<Moments>(partial + from, totals.Length).CopyTo(totals);
            else
            {
                if (Gradient != null)
                {
                    for (var j = 0; j < width; j++)
                        means[j] = Mean[from + (j / s)];
                    GatherProducts(columns, from * s, first, last, means, a, b);
                }
                else if (Training)
                    GatherColumns(columns, from * s, first, last, a, b);
                for (var j = 0; j < width; j++)
                    Take(ref totals[(int)(j / s)], columns[j]);
                if (phase == Phase.Gather)
                {
                    totals.CopyTo(new(partial + (slab * c) + from, totals.Length));
                    return;
                }

                for (var k = 0; k < totals.Length; k++)
                    Finish(from + k, totals[k]);
            }

            if (Out == null)
                return;
            for (var j = 0; j < width; j++)
            {
                var k = (int)(j / s);
                (a[j], factors[j], b[j]) = FactorsOf(from + k, totals[k]);
                means[j] = Mean[from + k];
            }

            var start = (first * c * s) + (from * s);
            if (Gradient == null)
            {
                NormLoops<T>.ScaleColumns(
                    X + start, Out + start, (nint)(c * s), last - first, width, means, a, b);
                return;
            }

            for (var row = first; row < last; row++, start += c * s)
            {
                NormLoops<T>.CombineColumns(
                    Gradient + start, X + start, Out + start, width, a, means, factors, b);
            }
        }
        finally
        {
            workspace.Release(mark);
        }
    }

    private readonly void GatherColumns(Span<Moments> columns, long start, long first, long last, T* a, T* b)
    {
        var width = columns.Length;
        for (var row = first; row < last; row += Rows)
        {
            var count = Math.Min(last, row + Rows) - row;
            var x = X + (row * c * s) + start;
            NormLoops<T>.SumColumns(x, (nint)(c * s), count, a, width);
            for (var j = 0; j < width; j++)
                a[j] /= T.CreateTruncating(count);
            NormLoops<T>.SumSquares(x, (nint)(c * s), count, a, b, width);
            for (var j = 0; j < width; j++)
                columns[j].Add(count, ToDouble(a[j]), ToDouble(b[j]));
        }
    }

    private readonly void GatherProducts(
        Span<Moments> columns, long start, long first, long last, T* means, T* a, T* b)
    {
        var width = columns.Length;
        for (var row = first; row < last; row += Rows)
        {
            var count = Math.Min(last, row + Rows) - row;
            var at = (row * c * s) + start;
            NormLoops<T>.SumProducts(Gradient + at, X + at, (nint)(c * s), count, means, a, b, width);
            for (var j = 0; j < width; j++)
            {
                columns[j].Mean += ToDouble(a[j]);
                columns[j].Squares += ToDouble(b[j]);
            }
        }
    }

    private static double ToDouble(T value) => double.CreateTruncating(value);
}
