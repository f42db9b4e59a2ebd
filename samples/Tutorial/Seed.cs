namespace Tutorial;

/// <summary>The seed of the walkthrough's random numbers.</summary>
internal static class Seed
{
    /// <summary>With these first values, the line found is the introduction's: f(x) = 2.0x + 1.999.</summary>
    public const ulong OfTheWalkthrough = 5778;
}
