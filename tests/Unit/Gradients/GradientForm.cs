namespace KernelEngine.Tests;

/// <summary>How an argument lies in memory.</summary>
public enum GradientForm
{
    /// <summary>Row after row.</summary>
    Contiguous,
    /// <summary>Its dimensions in reverse order.</summary>
    Permuted,
    /// <summary>Every second element of a larger tensor, after the first.</summary>
    Stepped,
    /// <summary>Its first dimension broadcast.</summary>
    Broadcast,
}
