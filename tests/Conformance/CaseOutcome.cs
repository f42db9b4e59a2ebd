namespace KernelEngine.Conformance;

/// <summary>What an interpreter says of a case.</summary>
/// <param name="Status">Passed or failed.</param>
/// <param name="Grade">How well it failed, where it must.</param>
/// <param name="Reason">Why it failed.</param>
public readonly record struct CaseOutcome(CaseStatus Status, ErrorGrade? Grade, string? Reason)
{
    /// <summary>As PyTorch.</summary>
    public static readonly CaseOutcome Passed = new(CaseStatus.Passed, null, null);

    /// <summary>Not as PyTorch.</summary>
    public static CaseOutcome Failed(string reason) => new(CaseStatus.Failed, null, reason);

    /// <summary>Passed where there is no difference.</summary>
    public static CaseOutcome Of(string? difference) => difference is null ? Passed : Failed(difference);
}
