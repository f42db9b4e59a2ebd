using System.Text.Json.Serialization;

namespace KernelEngine.Conformance;

/// <summary>What became of a case.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CaseStatus>))]
public enum CaseStatus
{
    /// <summary>The engine gave what PyTorch gave.</summary>
    [JsonStringEnumMemberName("passed")]
    Passed,
    /// <summary>It did not, or the runner could not ask it.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
    /// <summary>float64, on a device that has none.</summary>
    [JsonStringEnumMemberName("skipped")]
    Skipped,
}

/// <summary>How well a call fails that must fail; each step includes those before it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ErrorGrade>))]
public enum ErrorGrade
{
    /// <summary>It did not fail, or could not be called.</summary>
    [JsonStringEnumMemberName("none")]
    None,
    /// <summary>It failed with another kind of error.</summary>
    [JsonStringEnumMemberName("fails")]
    Fails,
    /// <summary>It failed with the right kind of error.</summary>
    [JsonStringEnumMemberName("kind")]
    Kind,
    /// <summary>Its message begins with PyTorch's, too.</summary>
    [JsonStringEnumMemberName("exact")]
    Exact,
}

/// <summary>The result of a case, as the report writes it.</summary>
/// <param name="Id">The case.</param>
/// <param name="Group">Its group.</param>
/// <param name="Op">What it is about: an operator, a module, an optimizer, a scheduler, a kind.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Grade">How well it failed, where it must fail; null elsewhere.</param>
/// <param name="Reason">Why it failed or was skipped; null where it passed.</param>
/// <param name="Launches">How many kernels it launched on the device.</param>
/// <param name="HostLaunches">How many it launched on the CPU, where that is not the device.</param>
public sealed record CaseResult(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("group")] string Group,
    [property: JsonPropertyName("op")] string Op,
    [property: JsonPropertyName("status")] CaseStatus Status,
    [property: JsonPropertyName("grade")] ErrorGrade? Grade,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("launches")] long Launches,
    [property: JsonPropertyName("host_launches")] long HostLaunches = 0);
