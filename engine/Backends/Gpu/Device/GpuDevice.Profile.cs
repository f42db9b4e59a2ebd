namespace KernelEngine.Gpu;

/// <content>What it has done, and how long that took.</content>
internal sealed partial class GpuDevice
{
    private readonly List<(long Ticket, string[] Names)> timed = [];
    private long launchCount;
    private long submitCount;
    private long builtCount;
    private long cachedCount;
    private long uploadedBytes;
    private long downloadedBytes;
    private bool isProfiling;
    private bool isTiming; // a launch by itself, which is in no profile

    /// <summary>What it has done so far.</summary>
    public DeviceStatistics Statistics
    {
        get
        {
            lock (gate)
            {
                return new()
                {
                    Launches = launchCount,
                    Submits = submitCount,
                    BytesUploaded = uploadedBytes,
                    BytesDownloaded = downloadedBytes,
                    BytesHeld = memory.HeldBytes + uploads.HeldBytes + readbacks.HeldBytes + parameters.HeldBytes,
                    KernelsBuilt = builtCount,
                    CacheHits = cachedCount,
                };
            }
        }
    }

    /// <summary>Begins to measure each launch.</summary>
    public DeviceProfile StartProfile()
    {
        lock (gate)
        {
            if (isProfiling)
                throw new InvalidOperationException($"{Device} is being profiled already");
            Submit();
            isProfiling = true;
        }

        return new Profile(this);
    }

    /// <summary>How long a launch takes by itself, in nanoseconds; waits for it. 0 where the driver cannot tell.</summary>
    public double TimeOf(Action launch)
    {
        long ticket;
        Span<double> times = stackalloc double[1];
        lock (gate)
        {
            Submit();
            launch();
            if (batch.CommandList.Count != 1)
                throw new InvalidOperationException("one launch is timed");
            isTiming = true;
            try
            {
                Submit();
            }
            finally
            {
                isTiming = false;
            }

            ticket = submitted;
        }

        WaitInDriver(ticket, 0);
        lock (gate)
            Driver.ReadTimes(ticket, times);
        return times[0];
    }

    private sealed class Profile(GpuDevice gpu) : DeviceProfile(gpu.Device)
    {
        protected override void Collect()
        {
            gpu.Synchronize();
            (long Ticket, string[] Names)[] batches;
            lock (gpu.gate)
            {
                batches = [.. gpu.timed];
                gpu.timed.Clear();
            }

            foreach (var (ticket, names) in batches)
            {
                var times = new double[names.Length];
                lock (gpu.gate)
                    gpu.Driver.ReadTimes(ticket, times);
                for (var i = 0; i < names.Length; i++)
                    Add(names[i], times[i]);
            }
        }

        protected override void End()
        {
            lock (gpu.gate)
            {
                gpu.Submit();
                gpu.isProfiling = false;
            }
        }
    }
}
