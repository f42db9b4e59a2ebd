using System.Collections.Concurrent;
using System.Text;

namespace KernelEngine.Gpu;

/// <summary>Kernels that give the same bits, of which one is faster here and another there.</summary>
/// <param name="Name">What they compute.</param>
/// <param name="Version">Tells their texts from others that were measured once.</param>
/// <param name="Candidates">Their names; the first is taken where nothing is measured.</param>
internal sealed record TuningFamily(string Name, UInt128 Version, string[] Candidates);

/// <summary>
/// Chooses among kernels that give the same bits by measuring them on the device: once for each class of shapes, on
/// memory for a while, within <see cref="Budget"/>. The choice is kept on disk.
/// </summary>
/// <remarks>
/// <c>KERNEL_TUNE=off</c> takes the first always; <c>on</c> measures on software's GPUs, too, where times say little.
/// </remarks>
internal sealed class GpuTuning(GpuDevice gpu)
{
    /// <summary>The variable that turns it on or off.</summary>
    public const string Variable = "KERNEL_TUNE";

    private const int Rounds = 4;

    /// <summary>How long a class is measured at most, but for the launch that it ends with.</summary>
    public static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<(TuningFamily Family, long Shape), int> known = new();
    private readonly Lock measuring = new();
    private readonly Lazy<bool> isOn = new(() => EnvironmentWord.Of(Variable, "on", "off") switch
    {
        "off" => false,
        "on" => !gpu.Limits.IsProcessor,
        _ => !gpu.Limits.IsProcessor && gpu.Device.Type is DeviceType.DiscreteGpu or DeviceType.IntegratedGpu,
    });

    /// <summary>The choice for a class of shapes, where nothing has to be measured for it any more.</summary>
    public bool TryFind(TuningFamily family, long shape, out int choice)
    {
        choice = 0;
        if (!isOn.Value || known.TryGetValue((family, shape), out choice))
            return true;
        var kept = DiskCache.Read(NameOf(family, shape), gpu.Limits.Identity);
        choice = kept is null ? -1 : Array.IndexOf(family.Candidates, Encoding.UTF8.GetString(kept));
        if (choice < 0)
            return false;
        known[(family, shape)] = choice;
        return true;
    }

    /// <summary>Measures the kernels for a class of shapes, unless somebody just has, and keeps the choice.</summary>
    /// <param name="family">The kernels.</param>
    /// <param name="shape">The class.</param>
    /// <param name="launch">Launches one of them over memory that nobody needs.</param>
    public int Choose(TuningFamily family, long shape, Action<int> launch)
    {
        lock (measuring)
        {
            if (known.TryGetValue((family, shape), out var choice))
                return choice;
            choice = Measure(family, launch);
            if (choice < 0)
                return TakeFirst(family, shape);
            DiskCache.Write(
                NameOf(family, shape), gpu.Limits.Identity, Encoding.UTF8.GetBytes(family.Candidates[choice]));
            return known[(family, shape)] = choice;
        }
    }

    /// <summary>Takes the first for a class of shapes, as long as this process lives.</summary>
    public int TakeFirst(TuningFamily family, long shape) => known[(family, shape)] = 0;

    private string NameOf(TuningFamily family, long shape) => DiskCache.NameOf(
        "tuned", family.Name, $"{family.Version:x32}", $"{shape:x16}", gpu.Limits.Identity);

    // The fastest; -1 where the device cannot tell, or one round takes too long. The first round warms up.
    private int Measure(TuningFamily family, Action<int> launch)
    {
        var best = new double[family.Candidates.Length];
        Array.Fill(best, double.PositiveInfinity);
        var (sum, complete) = (0.0, false);
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < best.Length; i++)
            {
                if (sum > Budget.TotalNanoseconds)
                    return complete ? Array.IndexOf(best, best.Min()) : -1;
                var time = gpu.TimeOf(() => launch(i));
                if (!(time > 0))
                    return -1;
                sum += time;
                if (round > 0)
                    best[i] = Math.Min(best[i], time);
            }

            complete |= round > 0;
        }

        return Array.IndexOf(best, best.Min());
    }
}
