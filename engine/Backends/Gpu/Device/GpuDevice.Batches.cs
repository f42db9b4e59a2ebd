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

    /// <summary>Makes a kernel ready; at once if it is.</summary>
    public GpuKernel Build(KernelSource source)
    {
        if (source.BuiltFor(Number) is { } known)
            return known;
        lock (gate)
        {
            CheckLost();
            if (source.BuiltFor(Number) is { } meanwhile)
                return meanwhile;
            var kernel = Driver.Build(source.Render(Driver.Language, Limits));
            builtCount++;
            if (kernel.WasCached)
                cachedCount++;
            source.Keep(Number, kernel);
            return kernel;
        }
    }

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

        WaitFor(ticket);
    }

    /// <summary>Records a launch.</summary>
    internal void Record(
        GpuKernel kernel, KernelSource source, LaunchWords words, int groupsX, int groupsY, int groupsZ)
    {
        lock (gate)
        {
            CheckLost();
            var number = ++commands;
            var barrier = false;
            for (var i = 0; i < words.BufferCount; i++)
            {
                var block = words.Blocks[i]!;
                var access = words.Accesses[i];
                barrier |= block.Written > lastBarrier || (access != Access.Read && block.Read > lastBarrier);
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

            var content = words.Words;
            content[ParameterLayout.GridThreads] = (uint)(groupsX * source.Threads.X);
            content[ParameterLayout.GroupsX] = (uint)groupsX;
            content[ParameterLayout.GroupsY] = (uint)groupsY;
            var room = parameters.Take(content.Length, batch, out var place, out var offset);
            content.CopyTo(room);
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
            if (batch.CommandList.Count >= MaxCommands)
                Submit();
        }
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
        batch.CommandList.Add(new()
        {
            Kind = GpuCommandKind.Copy,
            HasBarrier = barrier,
            Source = source.Memory,
            SourceOffset = source.Offset + sourceOffset,
            Destination = destination.Memory,
            DestinationOffset = destination.Offset + destinationOffset,
            ByteCount = byteCount,
            Name = "copy",
        });
        if (batch.CommandList.Count >= MaxCommands)
            Submit();
    }

    // Under the lock.
    private void Submit()
    {
        if (batch.CommandList.Count == 0)
            return;
        CheckLost();
        parameters.Note(batch);
        batch.IsTimed = isProfiling;
        try
        {
            Driver.Submit(batch);
        }
        catch (DeviceLostException e)
        {
            Lost ??= e.Reason;
            throw;
        }

        submitCount++;
        submitted = batch.Ticket;
        if (batch.IsTimed)
            timed.Add((batch.Ticket, [.. batch.CommandList.Select(c => c.Name)]));
        batch.Clear();
        batch.Ticket = submitted + 1;

        // Each batch begins after the one before.
        lastBarrier = commands;

        // A host that runs ahead without end would keep all that it has freed alive.
        if (submitted - Driver.Completed > MaxInFlight)
            Guard(() => Driver.Wait(submitted - MaxInFlight));
    }

    // Under the lock.
    private void WaitForAll()
    {
        Submit();
        if (submitted > 0)
            Guard(() => Driver.Wait(submitted));
    }

    private void WaitFor(long ticket)
    {
        if (ticket > 0)
            Guard(() => Driver.Wait(ticket));
        CheckFaults();
    }
}
