using System.Diagnostics;
using KernelEngine.Bench.Protocol;
using KernelEngine.Cpu;
using KernelEngine.Gpu;

namespace KernelEngine.Bench;

/// <summary>Kernel on one of its devices, in this process.</summary>
/// <param name="device">The device.</param>
/// <param name="computes">Whether the device does; one that discards its work shows what the host does for it.</param>
internal sealed class KernelContender(ComputeDevice device, bool computes = true) : Contender
{
    /// <inheritdoc/>
    public override string Name => "Kernel";

    /// <inheritdoc/>
    public override string Device => device.ToString();

    /// <inheritdoc/>
    public override int? Threads => device.Type == DeviceType.Cpu ? WorkerPool.Threads : null;

    /// <inheritdoc/>
    public override bool Computes => computes;

    /// <summary>Kernel over a driver that discards what it is given.</summary>
    public static KernelContender Discarding() => new(new DiscardingBackend(takesAddresses: true).Device, false);

    /// <inheritdoc/>
    public override OpenWork? Open(Work work) =>
        computes || work.Wait == Wait.Never ? new OpenKernelWork(device, work) : null;

    private sealed class OpenKernelWork : OpenWork
    {
        private readonly ComputeDevice device;
        private readonly ReadyJob job;
        private readonly Wait wait;
        private bool leavesPending;

        public OpenKernelWork(ComputeDevice device, Work work)
        {
            (this.device, wait) = (device, work.Wait);
            job = work.Operation.Prepare(work.Job, Operation.InputsOf(work.Job, device));
            device.Synchronize();
        }

        public override (float[][] Results, Timing Timing) Check()
        {
            var start = Stopwatch.GetTimestamp();
            var results = Within(job.Check);
            device.Synchronize();
            var timing = new Timing(Stopwatch.GetElapsedTime(start).TotalNanoseconds, 0);

            // Results may be memory that the next call writes: they are read before.
            float[][] values = [.. results.Select(r => r.ToArray<float>())];
            leavesPending = LeavesPending();
            return (values, timing);
        }

        public override Timing Run(int calls)
        {
            device.Synchronize();
            var before = device.Statistics;
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            Within(() => Loop(calls));
            if (wait == Wait.AfterTurn)
                device.Synchronize();
            var time = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
            bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
            device.Synchronize();
            var done = device.Statistics - before;
            Quiet.Wait();
            return new(time, bytes, done.Launches, done.Submits);
        }

        public override void Dispose()
        {
            device.Synchronize();
            GC.Collect();
        }

        private object? Loop(int calls)
        {
            for (var i = 0; i < calls; i++)
            {
                job.Call();

                // What stays pending is launched here: the next call has the same inputs, and whatever computes the
                // same is computed once.
                if (leavesPending)
                    device.Pending.Flush();
                if (wait == Wait.AfterCall)
                    device.Synchronize();
            }

            return null;
        }

        private bool LeavesPending() => Within(() =>
        {
            job.Call();
            var launched = device.Statistics.Launches;
            device.Pending.Flush();
            return device.Statistics.Launches > launched;
        });

        private T Within<T>(Func<T> run)
        {
            if (job.IsRecorded)
                return run();
            using var scope = Autograd.NoGrad();
            return run();
        }
    }
}
