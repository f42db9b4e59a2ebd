namespace KernelEngine.Gpu;

/// <content>Recording and submitting.</content>
internal sealed partial class GpuDevice
{
    private const int MaxCommands = 512;
    private const int MaxInFlight = 8;

    private readonly GpuBatch batch = new();
    private long commands;
    private long lastBarrier;
    private long submitted;
    private long knownDone; // a batch that is done, though perhaps not the last one

    /// <summary>Makes a kernel ready; at once if it is.</summary>
    public GpuKernel Build(KernelSource source) => source.BuiltFor(Number) ?? BuildNow(source);

    /// <summary>Hands over to the device what has been recorded; does not wait.</summary>
    public void Flush()
    {
        lock (gate)
            Submit();
    }

    /// <summary>Waits until everything recorded so far is done, and throws what went wrong in it.</summary>
    public void Synchronize()
    {
        long ticket;
        lock (gate)
        {
            Submit();
            ticket = submitted;
        }

        WaitFor(ticket, copied);
    }

    /// <summary>Records a launch.</summary>
    internal void Record(
        GpuKernel kernel, KernelSource source, LaunchWords words, int groupsX, int groupsY, int groupsZ)
    {
        KeepPace();
        lock (gate)
        {
            CheckLost();
            var content = words.Words;
            content[ParameterLayout.GridThreads] = (uint)(groupsX * source.Threads.X);
            content[ParameterLayout.GroupsX] = (uint)groupsX;
            content[ParameterLayout.GroupsY] = (uint)groupsY;
            if (words.Fault is { } fault)
                content[ParameterLayout.Fault] = (uint)Expect(fault);
            var room = TakeParameters(content.Length, out var place, out var offset);
            content.CopyTo(room);
            var number = ++commands;
            var barrier = false;
            for (var i = 0; i < words.BufferCount; i++)
            {
                var block = words.Blocks[i]!;
                var access = words.Accesses[i];
                barrier |= block.Written > lastBarrier || (access != Access.Read && block.Read > lastBarrier);
                batch.AfterCopies = Math.Max(
                    batch.AfterCopies, access == Access.Read ? block.CopiedTo : block.Copied);
            }

            if (barrier)
                lastBarrier = number - 1;
            for (var i = 0; i < words.BufferCount; i++)
            {
                var block = words.Blocks[i]!;
                block.LastUse = batch.Ticket;
                if (words.Accesses[i] != Access.Write)
                    block.Read = number;
                if (words.Accesses[i] != Access.Read)
                    block.Written = number;
            }

            var firstBinding = batch.BindingList.Count;
            for (var i = 0; i < words.BindingCount; i++)
                batch.BindingList.Add(words.Bindings[i]!);
            batch.CommandList.Add(new()
            {
                Kind = GpuCommandKind.Launch,
                HasBarrier = barrier,
                Kernel = kernel,
                GroupsX = groupsX,
                GroupsY = groupsY,
                GroupsZ = groupsZ,
                Parameters = place,
                ParameterOffset = offset,
                ParameterBytes = content.Length * sizeof(uint),
                FirstBinding = firstBinding,
                BindingCount = words.BindingCount,
                Name = source.Name,
            });
            if (source.HasFaults)
                lastFault = batch.Ticket;
            launchCount++;
            SubmitIfFull();
        }
    }

    private GpuKernel BuildNow(KernelSource source)
    {
        // A driver's compiler takes its time: only who wants the same kernel waits for it.
        lock (source.Gate)
        {
            if (source.BuiltFor(Number) is { } meanwhile)
                return meanwhile;
            if (source.NeedsFloat64)
                CheckFloat64(source.Name);
            GpuKernel kernel;
            try
            {
                kernel = Guard(driver => driver.Build(source.Render(driver.Language, Limits)));
            }
            catch (GpuMemoryException e)
            {
                throw OutOfMemory(0, e);
            }

            Interlocked.Increment(ref builtCount);
            if (kernel.WasCached)
                Interlocked.Increment(ref cachedCount);
            source.Keep(Number, kernel);
            return kernel;
        }
    }

    // Under the lock.
    private Span<uint> TakeParameters(int words, out GpuMemory place, out int offset)
    {
        try
        {
            return parameters.Take(words, batch, out place, out offset);
        }
        catch (GpuMemoryException)
        {
            GiveBack();
        }

        try
        {
            return parameters.Take(words, batch, out place, out offset);
        }
        catch (GpuMemoryException e)
        {
            throw OutOfMemory(words * sizeof(uint), e);
        }
    }

    // A host that runs ahead without end would keep all that it has freed alive. Without the lock: others go on.
    private void KeepPace()
    {
        var latest = Volatile.Read(ref submitted);
        if (latest - Volatile.Read(ref knownDone) <= MaxInFlight)
            return;
        Volatile.Write(ref knownDone, Guard(driver => driver.Completed));
        if (latest - Volatile.Read(ref knownDone) > MaxInFlight)
            WaitInDriver(latest - MaxInFlight, 0);
    }

    // Under the lock.
    private void RecordCopy(
        GpuBlock source, long sourceOffset, GpuBlock destination, long destinationOffset, long byteCount)
    {
        var number = ++commands;
        var barrier = source.Written > lastBarrier ||
            destination.Written > lastBarrier || destination.Read > lastBarrier;
        if (barrier)
            lastBarrier = number - 1;
        source.Read = number;
        destination.Written = number;
        source.LastUse = destination.LastUse = batch.Ticket;
        batch.AfterCopies = Math.Max(batch.AfterCopies, Math.Max(source.CopiedTo, destination.Copied));
        batch.CommandList.Add(CopyCommand(
            barrier, source, sourceOffset, destination, destinationOffset, byteCount));
    }

    // Under the lock.
    private void SubmitIfFull()
    {
        if (batch.CommandList.Count >= MaxCommands)
            Submit();
    }

    // Under the lock. A mark is submitted even if there is nothing in it.
    private void Submit(bool isMark = false)
    {
        SubmitCopies();
        if (batch.CommandList.Count == 0 && batch.AfterCopies == 0 && !isMark)
            return;
        CheckLost();
        CopyRecord();
        parameters.Note(batch);
        batch.IsTimed = (isProfiling || isTiming) && !isMark;
        try
        {
            Driver.Submit(batch);
            submitCount++;
            if (batch.IsTimed && !isTiming)
                timed.Add((batch.Ticket, [.. batch.CommandList.Select(c => c.Name)]));
        }
        finally
        {
            // One that the driver refuses is over as well: it would be refused again, or its first half run twice.
            Volatile.Write(ref submitted, batch.Ticket);
            batch.Clear();
            batch.Ticket = submitted + 1;

            // Each batch begins after the one before.
            lastBarrier = commands;
        }
    }

    // Under the lock.
    private void WaitForAll()
    {
        Submit();
        WaitInDriver(submitted, copied);
    }

    private void WaitFor(long ticket, long copiesTicket)
    {
        WaitInDriver(ticket, copiesTicket);
        CheckFaults();
    }
}
