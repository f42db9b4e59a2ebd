using System.Runtime.InteropServices;

namespace KernelEngine.Gpu;

/// <summary>What a command of a batch does.</summary>
public enum GpuCommandKind : byte
{
    /// <summary>Runs a kernel.</summary>
    Launch,
    /// <summary>Copies bytes from one piece of memory to another.</summary>
    Copy,
}

/// <summary>One command of a batch: a value, that a driver records in its own way.</summary>
public struct GpuCommand
{
    /// <summary>What it does.</summary>
    public GpuCommandKind Kind;

    /// <summary>Whether it must see what the commands before it wrote, or overwrites what they read.</summary>
    public bool HasBarrier;

    /// <summary>Launch: the kernel.</summary>
    public GpuKernel? Kernel;

    /// <summary>Launch: groups along x.</summary>
    public int GroupsX;

    /// <summary>Launch: groups along y.</summary>
    public int GroupsY;

    /// <summary>Launch: groups along z.</summary>
    public int GroupsZ;

    /// <summary>Launch: the memory that its parameters lie in.</summary>
    public GpuMemory? Parameters;

    /// <summary>Launch: where they begin in it, in bytes, and how many there are.</summary>
    public int ParameterOffset;

    /// <summary>Launch: how many bytes of parameters there are.</summary>
    public int ParameterBytes;

    /// <summary>Launch: where its buffers begin in <see cref="GpuBatch.Bindings"/>, where they are bound.</summary>
    public int FirstBinding;

    /// <summary>Launch: how many buffers are bound.</summary>
    public int BindingCount;

    /// <summary>Copy: where from.</summary>
    public GpuMemory? Source;

    /// <summary>Copy: where from, in bytes.</summary>
    public long SourceOffset;

    /// <summary>Copy: where to.</summary>
    public GpuMemory? Destination;

    /// <summary>Copy: where to, in bytes.</summary>
    public long DestinationOffset;

    /// <summary>Copy: how many bytes.</summary>
    public long ByteCount;

    /// <summary>What is running, for profiles.</summary>
    public string Name;
}

/// <summary>A stretch of parameter memory that a batch's launches have written.</summary>
/// <param name="Memory">The memory.</param>
/// <param name="From">The first byte.</param>
/// <param name="To">The byte behind the last.</param>
public readonly record struct ParameterRange(GpuMemory Memory, int From, int To);

/// <summary>Commands that are submitted together.</summary>
public sealed class GpuBatch
{
    internal readonly List<GpuCommand> CommandList = [];
    internal readonly List<GpuMemory> BindingList = [];
    internal readonly List<ParameterRange> ParameterList = [];

    /// <summary>Its number; one more than that of the batch before.</summary>
    public long Ticket { get; internal set; }

    /// <summary>The copies of <see cref="GpuDriver.Copies"/> that it begins after; 0 for none.</summary>
    public long AfterCopies { get; internal set; }

    /// <summary>Whether the driver shall measure each command.</summary>
    public bool IsTimed { get; internal set; }

    /// <summary>The commands in order.</summary>
    public ReadOnlySpan<GpuCommand> Commands => CollectionsMarshal.AsSpan(CommandList);

    /// <summary>The memory that launches bind, where kernels take no addresses.</summary>
    public ReadOnlySpan<GpuMemory> Bindings => CollectionsMarshal.AsSpan(BindingList);

    /// <summary>What was written of the parameters' memory: for drivers whose host memory the device cannot read.
    /// </summary>
    public ReadOnlySpan<ParameterRange> ParameterRanges => CollectionsMarshal.AsSpan(ParameterList);

    /// <summary>Writes the commands in order, with barriers where they are needed.</summary>
    internal void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : ICommandWriter, allows ref struct
    {
        var index = 0;
        if (IsTimed)
            writer.Note(index);
        foreach (ref readonly var command in Commands)
        {
            // What is measured runs by itself.
            if (command.HasBarrier || IsTimed)
                writer.Barrier();
            if (command.Kind == GpuCommandKind.Launch)
                writer.Launch(command);
            else
                writer.Copy(command);
            if (IsTimed)
                writer.Note(++index);
        }
    }

    internal void Clear()
    {
        CommandList.Clear();
        BindingList.Clear();
        ParameterList.Clear();
        (IsTimed, AfterCopies) = (false, 0);
    }
}
