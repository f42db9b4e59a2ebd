namespace KernelEngine.Gpu;

/// <summary>
/// A piece of a device's memory. It keeps its size for good, and what it remembers of the launches that used it
/// outlives its use by one tensor: so the next launches are ordered after those of its tensor before.
/// </summary>
internal sealed class GpuBlock(GpuMemory memory, long offset, long byteCount, int sizeClass)
{
    /// <summary>The memory that it is a piece of.</summary>
    public readonly GpuMemory Memory = memory;

    /// <summary>Where it begins in it, in bytes.</summary>
    public readonly long Offset = offset;

    /// <summary>Its length in bytes.</summary>
    public readonly long ByteCount = byteCount;

    /// <summary>The class of its size.</summary>
    public readonly int SizeClass = sizeClass;

    /// <summary>The number of the last command that wrote it.</summary>
    public long Written;

    /// <summary>The number of the last command that read it.</summary>
    public long Read;

    /// <summary>The ticket of the last batch that uses it.</summary>
    public long LastUse;

    /// <summary>The ticket of the last copies beside that use it.</summary>
    public long Copied;

    /// <summary>The ticket of the last copies beside that write it.</summary>
    public long CopiedTo;

    /// <summary>
    /// Whether somebody else has seen it, whose commands are ordered with the queue that computes, and no other.
    /// </summary>
    public bool IsKnownOutside;

    /// <summary>Where the host sees it; 0 where it does not.</summary>
    public nint HostPointer => Memory.HostPointer == 0 ? 0 : Memory.HostPointer + (nint)Offset;
}
