using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelEngine;

/// <summary>Room for the operands of an ordinary launch on the stack.</summary>
[InlineArray(Length)]
internal struct InlineOperands
{
    /// <summary>How many there is room for.</summary>
    public const int Length = 6;

    private Operand first;

    /// <summary>The first operands. The span must not outlive the variable.</summary>
    public Span<Operand> AsSpan(int count) => MemoryMarshal.CreateSpan(ref Unsafe.AsRef(ref first), count);
}
