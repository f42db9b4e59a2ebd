namespace KernelEngine.Gpu;

/// <summary>What an atomic change makes of the old word and the value.</summary>
internal enum AtomicChange
{
    /// <summary>Their sum.</summary>
    Add,
    /// <summary>The smaller one, with signs.</summary>
    Min,
    /// <summary>The larger one, with signs.</summary>
    Max,
    /// <summary>The smaller one, without signs.</summary>
    MinUnsigned,
    /// <summary>The larger one, without signs.</summary>
    MaxUnsigned,
    /// <summary>The bits that either has.</summary>
    Or,
    /// <summary>The bits that both have.</summary>
    And,
    /// <summary>The value.</summary>
    Exchange,
    /// <summary>The value where the old word is the expected one.</summary>
    CompareExchange,
}

/// <summary>
/// A writer that also takes what only texts have: loops of any kind, jumps, atomic changes. What is written in a
/// language with a compiler of its own needs none of that: texts go there as they are.
/// </summary>
internal abstract class StatementWriter : KernelWriter
{
    /// <summary>A loop.</summary>
    /// <param name="condition">Written before each round; null for one that only jumps end.</param>
    /// <param name="body">The round.</param>
    /// <param name="next">Written behind each round.</param>
    public abstract void Loop(Func<Value>? condition, Action body, Action next);

    /// <summary>Leaves the innermost <see cref="Loop"/>.</summary>
    public abstract void Break();

    /// <summary>Goes to the end of the round of the innermost <see cref="Loop"/>.</summary>
    public abstract void Continue();

    /// <summary>Ends the thread.</summary>
    public abstract void Return();

    /// <summary>Changes an int32 of a buffer at once for all threads.</summary>
    /// <returns>What was there.</returns>
    public abstract Value Atomic(AtomicChange change, int buffer, Value index, Value value, Value expected);

    /// <summary>Changes an int32 of shared memory at once for all threads of the group.</summary>
    /// <inheritdoc cref="Atomic(AtomicChange, int, Value, Value, Value)"/>
    public abstract Value Atomic(AtomicChange change, SharedArray array, Value index, Value value, Value expected);
}
