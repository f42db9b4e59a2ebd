using System.Text.Json;
using System.Text.Json.Serialization;

namespace KernelEngine.Bench;

/// <summary>What a contender came to in a work.</summary>
internal sealed record Figure
{
    /// <summary>The suite.</summary>
    public required string Suite { get; init; }

    /// <summary>The work.</summary>
    public required string Work { get; init; }

    /// <summary>Who: Kernel, or a peer.</summary>
    public required string Contender { get; init; }

    /// <summary>The device string.</summary>
    public required string Device { get; init; }

    /// <summary>With how many threads; null on a device of its own.</summary>
    public required int? Threads { get; init; }

    /// <summary>The median time of a call in microseconds; null where there is none.</summary>
    public double? MedianUs { get; init; }

    /// <summary>The middle half of the times, as a share of the median.</summary>
    public double? Spread { get; init; }

    /// <summary>Additions and multiplications, in GFLOP/s.</summary>
    public double? Gflops { get; init; }

    /// <summary>Bytes that must be moved at least, in GB/s.</summary>
    public double? Gbps { get; init; }

    /// <summary>The larger of both as a share of the device's peak in the same run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? PeakShare { get; init; }

    /// <summary>Rounds that the median is of.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Rounds { get; init; }

    /// <summary>Microseconds of the first call, with whatever is compiled in it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? FirstUs { get; init; }

    /// <summary>Milliseconds of calls after the first one that were not counted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? WarmUpMs { get; init; }

    /// <summary>Kernels launched in a call.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Launches { get; init; }

    /// <summary>Times that launches were handed to the device in a call.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Submits { get; init; }

    /// <summary>Managed bytes allocated in a call.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ManagedBytes { get; init; }

    /// <summary>Bytes on disk.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? DiskBytes { get; init; }

    /// <summary>What else there is to say, or why there is no time.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }

    /// <summary>Whether there are results; what discards its work is not the best of anything.</summary>
    [JsonIgnore]
    public bool HasResult { get; init; } = true;

    /// <summary>Whether tables say how many kernels are launched.</summary>
    [JsonIgnore]
    public bool ShowsLaunches { get; init; }

    /// <summary>The best time of a work.</summary>
    public static double? BestOf(IEnumerable<Figure> figures) => figures.Where(f => f.HasResult).Min(f => f.MedianUs);

    /// <summary>Who on what: a column of a table.</summary>
    [JsonIgnore]
    public string Label => $"{Contender} {Device}";

    /// <summary>What makes it the same figure in another run.</summary>
    [JsonIgnore]
    public (string Suite, string Work, string Contender, string Device, int? Threads) Key =>
        (Suite, Work, Contender, Device, Threads);

    /// <summary>Writes figures to a file; it is there whole or not at all.</summary>
    public static void Write(FileInfo file, IReadOnlyList<Figure> figures)
    {
        var temporary = file.FullName + ".tmp";
        File.WriteAllText(temporary, JsonSerializer.Serialize([.. figures], FigureJson.Default.FigureArray) + "\n");
        File.Move(temporary, file.FullName, overwrite: true);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="JsonException">The file holds something else.</exception>
    public static Figure[] Read(FileInfo file)
    {
        using var stream = file.OpenRead();
        return JsonSerializer.Deserialize(stream, FigureJson.Default.FigureArray) ?? [];
    }
}

/// <summary>How figures are written as JSON: generated, since ahead of time there is no reflection.</summary>
[JsonSerializable(typeof(Figure[]))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class FigureJson : JsonSerializerContext;
