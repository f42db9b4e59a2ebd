using System.Numerics;

namespace KernelEngine.Viewing;

/// <summary>
/// The numbers of a network's parameters, computed on their device: moments, extremes and norms by reductions over
/// blocks of rows, histograms counted from elements, of larger parameters from every n-th.
/// </summary>
internal sealed class ParameterCapture
{
    /// <summary>The bars of a histogram.</summary>
    public const int Bins = 64;

    // Elements that are read to be counted.
    private const long MostCounted = 1 << 18, LeastCounted = 1 << 10;

    private readonly Tensor[] parameters; // those on the network's device
    private readonly int[] places;
    private readonly (Shape Shape, DType DType, ComputeDevice Device)[] made;
    private readonly IReadOnlyList<RowBlock> blocks;
    private readonly float[] updates; // the last ones known
    private readonly int count;
    private long remembered = -1;

    /// <param name="parameters">The parameters.</param>
    /// <param name="device">The network's device; those elsewhere have no numbers.</param>
    public ParameterCapture(IReadOnlyList<Tensor> parameters, ComputeDevice device)
    {
        count = parameters.Count;
        places = [.. parameters.Index().Where(p => ReferenceEquals(p.Item.Device, device)).Select(p => p.Index)];
        this.parameters = [.. places.Select(i => parameters[i])];
        made = [.. this.parameters.Select(Look)];
        blocks = RowBlock.Of(this.parameters, device);
        updates = new float[this.parameters.Length];
        Array.Fill(updates, float.NaN);
    }

    /// <summary>Whether the parameters are still what they were, but for their values.</summary>
    public bool IsUpToDate => parameters.Select(Look).SequenceEqual(made);

    /// <summary>Whether the values before a step are known.</summary>
    public bool Remembers(long step) => remembered == step;

    /// <summary>Keeps the values behind a step, so that the next one's update is known.</summary>
    public void Remember(long step)
    {
        foreach (var block in blocks)
            block.Remember(parameters);
        remembered = step;
    }

    /// <summary>Asks for the numbers behind a step.</summary>
    /// <returns>Gives them once they are read.</returns>
    public Func<ParameterStatistics[]> Ask(Reading reading, long step)
    {
        Action<ParameterSums[]>[] rows =
            [.. blocks.Select(b => b.Ask(reading, parameters, remembered == step - 1))];
        var most = Math.Max(MostCounted / Math.Max(parameters.Length, 1), LeastCounted);
        var counted = Array.ConvertAll(parameters, p => reading.Ask(EveryNth(p, most)));
        var hasGradient = Array.ConvertAll(parameters, p => p.Grad is not null);
        return () =>
        {
            var sums = new ParameterSums[parameters.Length];
            Array.Fill(sums, new());
            foreach (var row in rows)
                row(sums);
            var statistics = new ParameterStatistics[count];
            Array.Fill(statistics, new ParameterSums().ToStatistics(false, float.NaN, new float[Bins], 1));
            for (var i = 0; i < sums.Length; i++)
            {
                var scale = Math.Max(Math.Abs(sums[i].Min), Math.Abs(sums[i].Max));
                if (!float.IsFinite(scale) || scale == 0)
                    scale = 1;
                var weight = (float)parameters[i].ElementCount / counted[i].Count;
                statistics[places[i]] = sums[i].ToStatistics(
                    hasGradient[i], updates[i], Histogram(counted[i].Values, scale, weight), scale);
                updates[i] = statistics[places[i]].UpdateNorm;
            }

            return statistics;
        };
    }

    /// <summary>How many values lie in each of <see cref="Bins"/> equal parts from -scale to scale; NaN in none.</summary>
    /// <param name="values">The values.</param>
    /// <param name="scale">Where the last part ends.</param>
    /// <param name="weight">How many each stands for.</param>
    public static float[] Histogram(ReadOnlySpan<float> values, float scale, float weight)
    {
        // Counted in turns: a bar that is met again at once would have to wait for itself.
        Span<int> counts = stackalloc int[4 * (Bins + 1)];
        counts.Clear();
        Span<int> bins = stackalloc int[Vector<float>.Count];
        var (slope, half) = (new Vector<float>(Bins / 2 / scale), new Vector<float>(Bins / 2));
        var i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var value = new Vector<float>(values[i..]);
            var bin = Vector.ConvertToInt32(
                Vector.Min(Vector.Max((value * slope) + half, Vector<float>.Zero), new(Bins - 1)));
            Vector.ConditionalSelect(Vector.Equals(value, value), bin, new Vector<int>(Bins)).CopyTo(bins);
            for (var j = 0; j < bins.Length; j++)
                counts[((j & 3) * (Bins + 1)) + bins[j]]++;
        }

        for (; i < values.Length; i++)
        {
            var place = (values[i] * slope[0]) + half[0];
            counts[float.IsNaN(place) ? Bins : (int)Math.Clamp(place, 0, Bins - 1)]++;
        }

        var histogram = new float[Bins];
        for (var bin = 0; bin < Bins; bin++)
        {
            histogram[bin] = weight * (counts[bin] + counts[bin + Bins + 1] + counts[bin + (2 * (Bins + 1))] +
                counts[bin + (3 * (Bins + 1))]);
        }

        return histogram;
    }

    private static Tensor EveryNth(Tensor values, long most)
    {
        var step = (values.ElementCount + most - 1) / most;
        values = values.Detach().Reshape(-1);
        return step <= 1 ? values : values[TensorIndex.Slice(step: step)];
    }

    private static (Shape, DType, ComputeDevice) Look(Tensor tensor) => (tensor.Shape, tensor.DType, tensor.Device);
}
