namespace KernelEngine.Gpu;

/// <summary>Where a tensor lies that is handed out to somebody else.</summary>
/// <param name="Driver">The driver of its device.</param>
/// <param name="Buffer">Held until it lets go.</param>
/// <param name="Block">The part of the driver's memory that it is in.</param>
/// <param name="Offset">Where the first element lies in the driver's memory, in bytes.</param>
/// <param name="ByteCount">How many bytes the elements take, one after the other.</param>
internal readonly record struct HandedMemory<TDriver>(
    TDriver Driver, GpuBuffer Buffer, GpuBlock Block, long Offset, long ByteCount)
    where TDriver : GpuDriver;
