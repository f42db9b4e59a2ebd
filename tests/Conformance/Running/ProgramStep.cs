using System.Text.Json;

namespace KernelEngine.Conformance;

/// <summary>A step of a program.</summary>
/// <param name="Set">The variable that its result is bound to, if any.</param>
/// <param name="Op">What it does, see FORMAT.md.</param>
/// <param name="Args">Positional arguments.</param>
/// <param name="Kwargs">Keyword arguments.</param>
internal sealed record ProgramStep(string? Set, string Op, object?[] Args, Dictionary<string, object?> Kwargs)
{
    /// <summary>Reads the steps of a case.</summary>
    public static ProgramStep[] ReadAll(ConformanceCase current)
    {
        var steps = current.Json("steps");
        return steps.ValueKind == JsonValueKind.Array
            ? [.. steps.EnumerateArray().Select(Read)]
            : throw new CannotBindException("'steps' is no list");
    }

    private static ProgramStep Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("op", out var op)
            || op.ValueKind != JsonValueKind.String)
        {
            throw new CannotBindException("a step without an op");
        }

        return new(
            json.TryGetProperty("set", out var set) && set.ValueKind == JsonValueKind.String ? set.GetString() : null,
            op.GetString()!,
            json.TryGetProperty("args", out var args) ? ValueReader.ReadList(args) : [],
            json.TryGetProperty("kwargs", out var kwargs) ? ValueReader.ReadKeywords(kwargs) : []);
    }
}
