using KernelEngine.Bench.Protocol;

namespace KernelEngine.Bench;

/// <summary>When a device is waited for.</summary>
internal enum Wait
{
    /// <summary>After the calls of a turn, within their time: what work takes when there is more of it.</summary>
    AfterTurn,
    /// <summary>After each call: what it takes until a result is there.</summary>
    AfterCall,
    /// <summary>Not within the time: what it costs the host.</summary>
    Never,
}

/// <summary>One thing to do, the same for every contender.</summary>
/// <param name="Suite">The suite that it belongs to.</param>
/// <param name="Family">What it is drawn together with.</param>
/// <param name="Name">Its name, unique within the suite.</param>
/// <param name="Operation">How Kernel does it; peers have tables by the operation's name.</param>
/// <param name="Job">It as data.</param>
internal sealed record Work(string Suite, string Family, string Name, Operation Operation, Job Job)
{
    /// <summary>Additions and multiplications; 0 where they are not what it is about.</summary>
    public double Flop { get; init; }

    /// <summary>Bytes that must be read and written at least; 0 where they are not what it is about.</summary>
    public double Bytes { get; init; }

    /// <summary>Its place on the horizontal axis of the family's chart, where it has one.</summary>
    public double? Size { get; init; }

    /// <summary>Whether it is about how many kernels are launched for it.</summary>
    public bool CountsLaunches { get; init; }

    /// <summary>When a device is waited for.</summary>
    public Wait Wait { get; init; }

    /// <summary>How far a result may be from the reference, as a share of it.</summary>
    public double Tolerance { get; init; } = 1e-3;
}
