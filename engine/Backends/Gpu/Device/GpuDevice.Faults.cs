namespace KernelEngine.Gpu;

/// <summary>What the exception of a launch is made of, should its data be wrong.</summary>
/// <param name="Name">The kernel.</param>
/// <param name="Index">The operator that an index belongs to; null for a factorisation.</param>
/// <param name="Factor">The function that a factorisation belongs to.</param>
/// <param name="Dimension">The dimension that is indexed; for a factorisation 1 where there is a batch, else 0.</param>
/// <param name="Size">The size of the dimension.</param>
/// <remarks>
/// A kernel that finds several kinds of faults writes as third number which one it is, counted from
/// <paramref name="Index"/> on; the size of all but the first is then the dimension's number.
/// </remarks>
internal readonly record struct Fault(string Name, IndexFault? Index, FactorFault Factor, long Dimension, long Size);

/// <content>
/// Errors that depend on data: a kernel clamps and writes an error record (the number of its launch, and what it
/// found); the next one who waits throws.
/// </content>
/// <remarks>The record's words: the launch's number from 1 (0: nothing), then four numbers of the kernel's: the index
/// as 64 bits for an index, the matrix of the batch and the order for a factorisation.</remarks>
internal sealed unsafe partial class GpuDevice
{
    private const int RecordBytes = 32;
    private const int MaxFaults = 1 << 16;

    private readonly List<Fault> faults = [];
    private GpuBuffer? errorRecord;
    private long lastFault; // the ticket of the last batch with a launch that can fail

    /// <summary>The device's error record, made at first use.</summary>
    public GpuBuffer ErrorRecord
    {
        get
        {
            if (errorRecord is { } known)
                return known;
            lock (gate)
            {
                if (errorRecord is null)
                {
                    var made = Allocate(RecordBytes);
                    Span<byte> zeros = stackalloc byte[RecordBytes];
                    zeros.Clear();
                    Upload(zeros, made, 0);
                    errorRecord = made;
                }

                return errorRecord;
            }
        }
    }

    /// <summary>Notes what a launch's exception would be made of.</summary>
    /// <returns>The launch's number.</returns>
    public int Expect(in Fault fault)
    {
        lock (gate)
        {
            if (faults.Count >= MaxFaults)
                Synchronize();
            faults.Add(fault);
            lastFault = batch.Ticket;
            return faults.Count;
        }
    }

    private void CheckFaults()
    {
        if (lastFault == 0 || errorRecord is not { } record)
            return;
        Fault fault;
        Span<int> found = stackalloc int[RecordBytes / sizeof(int)];
        lock (gate)
        {
            if (lastFault == 0 || lastFault > Driver.Completed)
                return;
            ReadRecord(record, found);
            if (found[0] == 0)
            {
                faults.Clear();
                lastFault = 0;
                return;
            }

            fault = faults[found[0] - 1];
            faults.Clear();
            lastFault = 0;
            Span<byte> zeros = stackalloc byte[RecordBytes];
            zeros.Clear();
            Upload(zeros, record, 0);
        }

        var number = (long)(uint)found[1] | ((long)found[2] << 32);
        throw fault.Index is { } index
            ? (index + found[3]).Exception(number, fault.Dimension, found[3] == 0 ? fault.Size : fault.Dimension)
            : fault.Factor.Exception(fault.Dimension == 0 ? null : found[1], found[2]);
    }

    private void ReadRecord(GpuBuffer record, Span<int> found)
    {
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(found);
        var block = record.Block;
        var seen = block;
        if (block.HostPointer == 0)
        {
            seen = readbacks.Rent(RecordBytes);
            RecordCopy(block, 0, seen, 0, RecordBytes);
            WaitForAll();
        }

        new ReadOnlySpan<byte>((byte*)seen.HostPointer, RecordBytes).CopyTo(bytes);
        if (!ReferenceEquals(seen, block))
            readbacks.Return(seen);
    }
}
