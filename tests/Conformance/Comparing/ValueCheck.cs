namespace KernelEngine.Conformance;

/// <summary>Compares one value after another, and keeps the first difference.</summary>
internal sealed class ValueCheck(Tolerance tolerance)
{
    /// <summary>The first difference; null where there is none.</summary>
    public string? Difference { get; private set; }

    /// <summary>Compares a value.</summary>
    public void Same(string name, object? got, object? want)
    {
        if (Comparison.Plain(got, want, tolerance) is { } difference)
            Add($"{name}: {difference}");
    }

    /// <summary>Notes a difference, unless there is one already.</summary>
    public void Add(string? difference) => Difference ??= difference;
}
