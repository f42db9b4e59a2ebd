namespace KernelEngine.Gpu;

/// <summary>What the exception of a launch is made of, should its data be wrong.</summary>
/// <param name="Index">The operator that an index belongs to; null for a factorisation.</param>
/// <param name="Factor">The function that a factorisation belongs to.</param>
/// <param name="Dimension">The dimension that is indexed; for a factorisation 1 where there is a batch, else 0.</param>
/// <param name="Size">The size of the dimension.</param>
/// <remarks>
/// A kernel that finds several kinds of faults writes as third number which one it is, counted from
/// <paramref name="Index"/> on; the size of all but the first is then the dimension's number.
/// </remarks>
internal readonly record struct Fault(IndexFault? Index, FactorFault Factor, long Dimension, long Size)
{
    /// <summary>Who takes the exception; null where it is thrown.</summary>
    public Action<TensorException>? Handler { get; init; }
}

/// <content>
/// Errors that depend on data: a kernel clamps and writes an error record (the number of its launch, and what it
/// found); the next one who waits throws.
/// </content>
/// <remarks>The record's words: the launch's number from 1 (0: nothing), then four numbers of the kernel's: the index
/// as 64 bits for an index, the matrix of the batch and the order for a factorisation.</remarks>
internal sealed partial class GpuDevice
{
    private const int RecordBytes = 32;
    private const int MaxFaults = 1 << 16;

    private readonly List<Fault> faults = [];
    private GpuBuffer? errorRecord;
    private GpuBlock? recordCopy; // where the host sees what the record was at the end of a batch, if not in itself
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
                    Write(zeros, made, 0);
                    if (made.Block.HostPointer == 0)
                        recordCopy = Stage(readbacks, RecordBytes);
                    errorRecord = made;
                }

                return errorRecord;
            }
        }
    }

    // Under the lock. The number of a launch whose exception would be made of this.
    private int Expect(in Fault fault)
    {
        if (faults.Count >= MaxFaults)
            Synchronize();
        faults.Add(fault with { Handler = DataErrors.Handler });
        return faults.Count;
    }

    // Under the lock. At the end of a batch that can fail: who asks later what has gone wrong then waits for nothing.
    private void CopyRecord()
    {
        if (lastFault != batch.Ticket || recordCopy is not { } copy)
            return;
        var record = errorRecord!.Block;
        record.Written = commands;
        RecordCopy(record, 0, copy, 0, RecordBytes);
    }

    // Neither waits nor allocates, if there is nothing to throw.
    private unsafe void CheckFaults()
    {
        CheckGifts();
        if (Volatile.Read(ref lastFault) == 0 || errorRecord is not { } record)
            return;
        Fault fault;
        Span<int> found = stackalloc int[RecordBytes / sizeof(int)];
        lock (gate)
        {
            CheckLost();
            if (lastFault == 0 || lastFault > Driver.Completed)
                return;
            new ReadOnlySpan<int>((int*)(recordCopy ?? record.Block).HostPointer, found.Length).CopyTo(found);
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
            Write(zeros, record, 0);
        }

        var number = (long)(uint)found[1] | ((long)found[2] << 32);
        var error = fault.Index is { } index
            ? (index + found[3]).Exception(number, fault.Dimension, found[3] == 0 ? fault.Size : fault.Dimension)
            : fault.Factor.Exception(fault.Dimension == 0 ? null : found[1], found[2]);
        if (fault.Handler is not { } handler)
            throw error;
        handler(error);
    }
}
