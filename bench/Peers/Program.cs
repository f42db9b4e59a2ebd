using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using KernelEngine.Bench.Peers;
using KernelEngine.Bench.Protocol;

// A line in, a line out: bench starts this program once for each peer, and it does what it is told when it is its turn.
PeerJob? open = null;
Peer? peer = null;
if (args is [var key, FirstStep.Argument, var pass])
{
    FirstStep.Run(() =>
    {
        var threads = int.Parse(Environment.GetEnvironmentVariable("KERNEL_BENCH_THREADS") ?? "1");
        var started = PeerTable.All[key](threads);
        var job = FirstStep.JobOf(Enum.Parse<Pass>(pass));
        using var ready = started.Operations.Contains(job.Operation) ? started.Open(job) : null;
        if (ready is null)
            Environment.Exit(1);
        ready.Call();
        ready.Wait();
    });
    return;
}

while (Console.ReadLine() is { } line)
{
    Reply reply;
    try
    {
        reply = Answer(JsonSerializer.Deserialize(line, Messages.Default.Request)!);
    }
    catch (Exception e)
    {
        // Whatever a library throws: the other side says so, and goes on without.
        while (e is TypeInitializationException { InnerException: { } inner })
            e = inner;
        // The loader's own words stand below advice on how to find them.
        var lines = e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        reply = new() { Error = e is DllNotFoundException ? lines[^1] : lines[0] };
    }

    Console.WriteLine(JsonSerializer.Serialize(reply, Messages.Default.Reply));
}

Reply Answer(Request request)
{
    switch (request.Verb)
    {
        case Verb.Introduce:
            peer = args is [var name] && PeerTable.All.TryGetValue(name, out var start)
                ? start(request.Threads)
                : throw new ArgumentException($"the peers are {string.Join(", ", PeerTable.All.Keys)}");
            return new()
            {
                Name = peer.Name,
                Device = peer.Device,
                Threads = peer.Threads,
                Operations = [.. peer.Operations],
            };
        case Verb.Open:
            open?.Dispose();
            open = peer!.Open(request.Job!);
            return open is null ? new() { Operations = [] } : new();
        case Verb.Check:
            return Check(open!, request.Path!);
        case Verb.Run:
            return new() { Timing = Run(open!, request.Calls) };
        default:
            open?.Dispose();
            open = null;
            GC.Collect();
            return new();
    }
}

static Reply Check(PeerJob job, string path)
{
    var start = Stopwatch.GetTimestamp();
    var results = job.Check();
    var time = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
    using var stream = File.Create(path);
    foreach (var result in results)
        stream.Write(MemoryMarshal.AsBytes(result.AsSpan()));
    return new() { Lengths = [.. results.Select(r => (long)r.Length)], Timing = new(time, 0) };
}

static Timing Run(PeerJob job, int calls)
{
    var bytes = GC.GetAllocatedBytesForCurrentThread();
    var start = Stopwatch.GetTimestamp();
    for (var i = 0; i < calls; i++)
        job.Call();
    job.Wait();
    var time = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
    bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
    Quiet.Wait();
    return new(time, bytes);
}
