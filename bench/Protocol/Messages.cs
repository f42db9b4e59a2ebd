using System.Text.Json.Serialization;

namespace KernelEngine.Bench.Protocol;

/// <summary>What a peer's process is asked for, a line each.</summary>
public enum Verb
{
    /// <summary>Who are you?</summary>
    Introduce,
    /// <summary>Make a job's inputs and whatever else is needed before the first call.</summary>
    Open,
    /// <summary>Call once and write the results, float32 one after the other, to a file.</summary>
    Check,
    /// <summary>Call several times and say how long it took.</summary>
    Run,
    /// <summary>Let go of the job.</summary>
    Close,
}

/// <summary>A line to a peer's process.</summary>
public sealed record Request(Verb Verb, Job? Job = null, int Calls = 0, string? Path = null, int Threads = 0);

/// <summary>A line from a peer's process.</summary>
public sealed record Reply
{
    /// <summary>What went wrong; null where nothing did.</summary>
    public string? Error { get; init; }

    /// <summary>Who it is, with versions.</summary>
    public string? Name { get; init; }

    /// <summary>The device it computes on.</summary>
    public string? Device { get; init; }

    /// <summary>How many threads it computes with; null on a device of its own.</summary>
    public int? Threads { get; init; }

    /// <summary>The operations that it does.</summary>
    public string[]? Operations { get; init; }

    /// <summary>What calls took.</summary>
    public Timing Timing { get; init; }

    /// <summary>How many elements each result has.</summary>
    public long[]? Lengths { get; init; }
}

/// <summary>Requests and replies as JSON, one a line.</summary>
[JsonSerializable(typeof(Request))]
[JsonSerializable(typeof(Reply))]
[JsonSourceGenerationOptions(
    UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
public sealed partial class Messages : JsonSerializerContext;
