using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace KernelEngine;

/// <summary>Where a <see cref="Generator"/> stands: saved, and given back to continue from there.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Offset">How many elements have been drawn.</param>
public readonly record struct GeneratorState(ulong Seed, long Offset);

/// <summary>
/// A stream of random numbers (Philox4x32-10): element i of a draw is a function of the seed and of the number of
/// elements drawn before, plus i. So the numbers depend neither on threads nor on vector widths, and integers,
/// uniforms and masks are the same bits on every device.
/// </summary>
public sealed class Generator
{
    private static readonly ConcurrentDictionary<ComputeDevice, Generator> Defaults = new();
    private static StrongBox<ulong>? seedOfAll;

    [ThreadStatic]
    private static Dictionary<ComputeDevice, Generator>? forked;

    private readonly Lock gate = new();
    private ulong seed;
    private long offset;

    /// <summary>A generator with a seed.</summary>
    public Generator(ulong seed) => this.seed = seed;

    /// <summary>A generator with a seed that nobody knows.</summary>
    public Generator()
        : this(Entropy())
    {
    }

    /// <summary>The generator of draws on the default device that name none.</summary>
    public static Generator Default => For(ComputeDevice.Default);

    /// <summary>The seed.</summary>
    public ulong Seed => seed;

    /// <summary>Where the stream stands; setting it continues from there.</summary>
    public GeneratorState State
    {
        get
        {
            lock (gate)
                return new(seed, offset);
        }

        set
        {
            lock (gate)
                (seed, offset) = (value.Seed, value.Offset);
        }
    }

    /// <summary>The generator of draws on a device that name none.</summary>
    public static Generator For(ComputeDevice device)
    {
        if (forked is not { } own)
            return Shared(device);
        if (!own.TryGetValue(device, out var generator))
            own.Add(device, generator = new(0) { State = Shared(device).State });
        return generator;
    }

    /// <summary>
    /// Gives this thread generators of its own, until disposed, which begin where those of the devices stand: what is
    /// drawn meanwhile changes nothing that is drawn later, or by others. As <c>torch.random.fork_rng</c>.
    /// </summary>
    public static ForkScope Fork() => new([]);

    /// <summary>Seeds the generators of all devices. As <c>torch.manual_seed</c>.</summary>
    public static void SeedAll(ulong seed)
    {
        seedOfAll = new(seed);
        foreach (var generator in Defaults.Values)
            generator.ManualSeed(seed);
    }

    /// <summary>Starts the stream of a seed. As <c>torch.Generator.manual_seed</c>.</summary>
    /// <returns>This generator.</returns>
    public Generator ManualSeed(ulong seed)
    {
        State = new(seed, 0);
        return this;
    }

    /// <summary>Takes as many elements from the stream.</summary>
    /// <returns>The place of the first.</returns>
    internal long Take(long elements)
    {
        lock (gate)
        {
            var first = offset;
            offset += elements;
            return first;
        }
    }

    private static Generator Shared(ComputeDevice device) => Defaults.GetOrAdd(
        device, static _ => seedOfAll is { } known ? new(known.Value) : new());

    private static ulong Entropy()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>Generators of a thread's own that hold until disposed.</summary>
    public readonly ref struct ForkScope
    {
        private readonly Dictionary<ComputeDevice, Generator>? before;

        internal ForkScope(Dictionary<ComputeDevice, Generator> own)
        {
            before = forked;
            forked = own;
        }

        /// <summary>Goes back to the generators before.</summary>
        public void Dispose() => forked = before;
    }
}
