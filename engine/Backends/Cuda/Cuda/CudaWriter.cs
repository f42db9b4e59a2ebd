using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>Enqueues the commands of batches in a stream.</summary>
internal sealed unsafe class CudaWriter(CudaContext context, CudaTimestamps times)
{
    private readonly CudaContext context = context;

    /// <summary>Enqueues a batch.</summary>
    public void Write(GpuBatch batch, nint stream)
    {
        foreach (var range in batch.ParameterRanges)
        {
            var memory = (CudaMemory)range.Memory;
            CopyParameters(
                memory.Address + (ulong)range.From, memory.HostPointer + range.From, range.To - range.From, stream);
        }

        var events = batch.IsTimed ? times.Begin(batch.Ticket, batch.Commands.Length) : null;
        var commands = new InOrder(this, stream, events);
        batch.WriteTo(ref commands);
    }

    /// <summary>Copies words of parameters from the host's memory.</summary>
    public void CopyParameters(ulong to, nint from, int bytes, nint stream) => context.Check(
        CudaApi.CopyToDeviceAsync(to, (void*)from, (nuint)bytes, stream), "copying the parameters of launches");

    /// <summary>Launches a kernel, whose only argument is where its words lie.</summary>
    public void Launch(in GpuCommand command, ulong words, nint stream)
    {
        var kernel = (CudaKernel)command.Kernel!;
        var (x, y, z) = kernel.Code.Threads;
        void* argument = &words;
        context.Check(
            CudaApi.LaunchKernel(
                kernel.Function, (uint)command.GroupsX, (uint)command.GroupsY, (uint)command.GroupsZ, (uint)x, (uint)y,
                (uint)z, 0, stream, &argument, null),
            command.Name);
    }

    private void Copy(in GpuCommand command, nint stream)
    {
        var (source, destination) = ((CudaMemory)command.Source!, (CudaMemory)command.Destination!);
        var count = (nuint)command.ByteCount;
        var (from, to) = (source.Address + (ulong)command.SourceOffset,
            destination.Address + (ulong)command.DestinationOffset);
        context.Check(
            (source.Kind, destination.Kind) switch
            {
                (MemoryKind.Device, MemoryKind.Device) when destination.Context != source.Context =>
                    CudaApi.CopyToPeerAsync(to, destination.Context, from, source.Context, count, stream),
                (MemoryKind.Device, MemoryKind.Device) => CudaApi.CopyOnDeviceAsync(to, from, count, stream),
                (MemoryKind.Device, _) => CudaApi.CopyToHostAsync(
                    (byte*)destination.HostPointer + command.DestinationOffset, from, count, stream),
                (_, MemoryKind.Device) => CudaApi.CopyToDeviceAsync(
                    to, (byte*)source.HostPointer + command.SourceOffset, count, stream),
                _ => CudaResult.InvalidValue,
            },
            command.Name);
    }

    // Commands of a stream run one after the other.
    private readonly ref struct InOrder(CudaWriter writer, nint stream, nint[]? events) : ICommandWriter
    {
        public void Barrier()
        {
        }

        public void Launch(in GpuCommand command) =>
            writer.Launch(command, command.Parameters!.Address + (ulong)command.ParameterOffset, stream);

        public void Copy(in GpuCommand command) => writer.Copy(command, stream);

        public void Note(int count) =>
            writer.context.Check(CudaApi.EventRecord(events![count], stream), "cuEventRecord");
    }
}
