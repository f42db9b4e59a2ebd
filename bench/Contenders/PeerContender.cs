using System.Runtime.InteropServices;
using KernelEngine.Bench.Protocol;

namespace KernelEngine.Bench;

/// <summary>A peer in a process of its own, so that its threads and memory are its own too.</summary>
internal sealed class PeerContender : Contender
{
    private readonly PeerProcess process;
    private readonly HashSet<string> operations;
    private readonly string file = Path.Combine(Path.GetTempPath(), $"kernel-bench-{Guid.NewGuid():N}");

    private PeerContender(string program, string key, PeerProcess process, Reply introduction)
    {
        (Program, Key, this.process) = (program, key, process);
        (Name, Version) = (introduction.Name![..introduction.Name!.IndexOf(' ')], introduction.Name);
        (Device, Threads) = (introduction.Device!, introduction.Threads);
        operations = [.. introduction.Operations!];
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <summary>The file of the peers' program.</summary>
    public string Program { get; }

    /// <summary>The name by which that program knows it.</summary>
    public string Key { get; }

    /// <summary>Its name with versions.</summary>
    public string Version { get; }

    /// <inheritdoc/>
    public override string Device { get; }

    /// <inheritdoc/>
    public override int? Threads { get; }

    /// <summary>Starts a peer and asks who it is.</summary>
    /// <exception cref="InvalidOperationException">It cannot be loaded here.</exception>
    public static PeerContender Start(string program, string name, int threads)
    {
        var process = new PeerProcess(program, name);
        try
        {
            return new(program, name, process, process.Ask(new(Verb.Introduce, Threads: threads)));
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override OpenWork? Open(Work work)
    {
        if (!operations.Contains(work.Operation.Name))
            return null;
        var reply = process.Ask(new(Verb.Open, work.Job));
        return reply.Operations is [] ? null : new OpenPeerWork(this);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        process.Dispose();
        File.Delete(file);
    }

    private sealed class OpenPeerWork(PeerContender peer) : OpenWork
    {
        public override (float[][] Results, Timing Timing) Check()
        {
            var reply = peer.process.Ask(new(Verb.Check, Path: peer.file));
            using var stream = File.OpenRead(peer.file);
            var results = reply.Lengths!.Select(n => new float[n]).ToArray();
            foreach (var result in results)
                stream.ReadExactly(MemoryMarshal.AsBytes(result.AsSpan()));
            return (results, reply.Timing);
        }

        public override Timing Run(int calls) => peer.process.Ask(new(Verb.Run, Calls: calls)).Timing;

        public override void Dispose()
        {
            try
            {
                peer.process.Ask(new(Verb.Close));
            }
            catch (InvalidOperationException)
            {
                // A process that has ended has let go of everything.
            }
        }
    }
}
