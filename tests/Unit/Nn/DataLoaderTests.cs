using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using KernelEngine.Nn;

namespace KernelEngine.Tests.Nn;

public sealed class DataLoaderTests
{
    private static readonly TensorDataset Ten = new(Tensor.Arange(10).Reshape(10, 1), Tensor.Arange(10));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(20)]
    public void Workers_change_nothing_but_the_thread(int workers)
    {
        var slow = new Slow(101);
        var loader = new DataLoader(slow, 4, shuffle: true, generator: new(5), numWorkers: workers, prefetchFactor: 1);
        var plain = new DataLoader(new Slow(101), 4, shuffle: true, generator: new(5));
        for (var pass = 0; pass < 2; pass++)
        {
            var expected = plain.Select(b => b.Label.ToArray<long>()).ToArray();
            Assert.Equal(26, expected.Length);
            Assert.Equal(expected, loader.Select(b => b.Label.ToArray<long>()));
        }

        Assert.Equal(workers == 0, slow.Threads.ContainsKey(Environment.CurrentManagedThreadId));
        AssertNoWorkers(slow);
    }

    [Fact]
    public void Breaking_off_leaves_no_thread()
    {
        var slow = new Slow(1000);
        foreach (var _ in new DataLoader(slow, 2, numWorkers: 3))
            break;
        AssertNoWorkers(slow);
        using (var iterator = new DataLoader(slow, 2, numWorkers: 3).GetEnumerator())
            Assert.True(iterator.MoveNext());
        AssertNoWorkers(slow);
        Assert.Empty(new DataLoader(new Slow(0), 2, numWorkers: 3));
    }

    [Fact]
    public void A_loader_that_is_forgotten_ends_its_threads()
    {
        var slow = new Slow(1000);
        Forget(slow);
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return !slow.Threads.Values.Any(t => t.IsAlive);
            },
            TimeSpan.FromSeconds(60)));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget(Slow slow) => new DataLoader(slow, 2, numWorkers: 2).GetEnumerator().MoveNext();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void What_a_dataset_throws_reaches_the_loop_in_its_turn(int workers)
    {
        var slow = new Slow(20) { Bad = 13 };
        var seen = 0;
        var error = Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var _ in new DataLoader(slow, 4, numWorkers: workers))
                seen++;
        });
        Assert.Equal("13 is bad", error.Message);
        Assert.Contains(nameof(Slow), error.StackTrace, StringComparison.Ordinal);
        Assert.Equal(3, seen);
        AssertNoWorkers(slow);
    }

    [Fact]
    public void A_pass_goes_on_where_its_state_was_read()
    {
        var loader = new DataLoader(Ten, 3, shuffle: true, generator: new(9));
        var states = new List<DataLoaderState> { loader.State };
        var batches = new List<long[]>();
        foreach (var (_, label) in loader)
        {
            batches.Add(label.ToArray<long>());
            states.Add(loader.State);
        }

        states.Add(loader.State);
        var next = loader.Select(b => b.Label.ToArray<long>()).ToArray();
        for (var i = 0; i < states.Count; i++)
        {
            var other = new DataLoader(Ten, 3, shuffle: true, generator: new(1), numWorkers: i % 2);
            other.State = states[i];
            Assert.Equal(states[i], other.State);
            if (i < states.Count - 1)
                Assert.Equal(batches.Skip(i), other.Select(b => b.Label.ToArray<long>()));
            Assert.Equal(next, other.Select(b => b.Label.ToArray<long>()));
        }

        // A pass that was broken off is not gone on with of itself.
        foreach (var _ in loader)
            break;
        Assert.Equal(4, loader.Count());
    }

    [Fact]
    public void Sizes_may_be_as_large_as_numbers_are()
    {
        var loader = new DataLoader(Ten, int.MaxValue, numWorkers: int.MaxValue, prefetchFactor: int.MaxValue);
        Assert.Equal(1, loader.Count);
        Assert.Equal(10, loader.Single().Label.ElementCount);
        Assert.Empty(new DataLoader(Ten, int.MaxValue, dropLast: true, numWorkers: 3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Passes_may_run_beside_and_within_each_other(int workers)
    {
        var loader = new DataLoader(Ten, 3, shuffle: true, generator: new(2), numWorkers: workers);
        var plain = new DataLoader(Ten, 3, shuffle: true, generator: new(2));
        var expected = Enumerable.Range(0, 5).Select(_ => Labels(plain)).ToArray();
        var outer = new List<long>();
        var inner = 1;
        foreach (var (_, label) in loader)
        {
            outer.AddRange(label.ToArray<long>());
            Assert.Equal(expected[inner++], Labels(loader));
        }

        Assert.Equal(expected[0], outer);

        static long[] Labels(DataLoader loader) => [.. loader.SelectMany(b => b.Label.ToArray<long>())];
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void What_collating_and_sampling_throw_reaches_the_loop(int workers)
    {
        var slow = new Slow(20);
        var loader = new DataLoader(
            slow, 4, collate: _ => throw new InvalidDataException("no batch"), numWorkers: workers);
        Assert.Throws<InvalidDataException>(() => loader.First());
        Assert.Throws<InvalidDataException>(() => loader.First());
        AssertNoWorkers(slow);
        Assert.Throws<TensorIndexException>(
            () => new DataLoader(Ten, 2, sampler: new SubsetRandomSampler([99]), numWorkers: workers).First());
    }

    [Fact]
    public void Samplers_choose()
    {
        var generator = new Generator(4);
        Assert.Equal([0L, 1, 2], new SequentialSampler(3).Order(generator));
        Assert.Equal([3L, 5, 7], new SubsetRandomSampler([7, 3, 5]).Order(generator).Order());
        Assert.Equal(25, new RandomSampler(10, numSamples: 25).Order(generator).Length);
        Assert.Equal(10, new RandomSampler(10, numSamples: 25).Order(generator)[10..20].Distinct().Count());
        Assert.All(
            new RandomSampler(10, replacement: true, numSamples: 50).Order(generator), i => Assert.InRange(i, 0, 9));
        Assert.Empty(new RandomSampler(0).Order(generator));
        var weighted = new WeightedRandomSampler([0, 1, 0, 3, 0], 4000).Order(generator);
        Assert.Equal([1L, 3], weighted.Distinct().Order());
        Assert.InRange(weighted.Count(i => i == 3), 2850, 3150);
        Assert.Throws<TensorValueException>(() => new WeightedRandomSampler([0, 0], 1));
        Assert.Throws<TensorValueException>(() => new WeightedRandomSampler([2, -1], 1));

        var loader = new DataLoader(Ten, 2, sampler: new SubsetRandomSampler([1, 2, 3]), generator: generator);
        Assert.Equal([1L, 2, 3], loader.SelectMany(b => b.Label.ToArray<long>()).Order());
        Assert.Throws<TensorValueException>(
            () => new DataLoader(Ten, 2, shuffle: true, sampler: new SequentialSampler(3)));
        Assert.Throws<TensorValueException>(() => new DataLoader(Ten, numWorkers: -1));
    }

    [Fact]
    public void Examples_may_be_other_tuples_and_collated_otherwise()
    {
        var triples = new DataLoader<(Tensor, Tensor, Tensor)>(new Triples(), batchSize: 3).To(ComputeDevice.Meta);
        foreach (var (a, b, c) in triples)
            Assert.True(a.Shape == [3, 1] && b.Shape == [3] && c.Shape == [3, 2] && c.Device == ComputeDevice.Meta);
        var summed = new DataLoader(
            Ten, 5, collate: items => (items[0].Input, Tensor.Stack([.. items.Select(i => i.Label)]).Sum()));
        Assert.Equal([10L, 35], summed.Select(b => b.Label.Item<long>()));
        Assert.Throws<TensorTypeException>(() => new DataLoader<string>(new Words()).First());
        Assert.Equal("ab", new DataLoader<string>(new Words(), 2, collate: string.Concat).First());
    }

    [Fact]
    public void Datasets_are_cut_and_joined()
    {
        var subset = Ten.Subset(3, 3, 8);
        Assert.Equal([3L, 3, 8], subset.Batch([0, 1, 2]).Label.ToArray<long>());
        Assert.Equal(8, subset[2].Label.Item<long>());
        Assert.Throws<ArgumentOutOfRangeException>(() => Ten.Subset(10));
        Assert.Throws<ArgumentOutOfRangeException>(() => subset[3]);

        var joined = subset + Ten;
        Assert.Equal(13, joined.Count);
        Assert.Equal([3L, 3, 8, 0, 1, 9], new DataLoader(joined.Subset(0, 1, 2, 3, 4, 12), 6)
            .Single().Label.ToArray<long>());

        var parts = Ten.RandomSplit([7, 3], new(1));
        Assert.Equal((7, 3), (parts[0].Count, parts[1].Count));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), parts.SelectMany(p => p.Indices).Order());
        Assert.Equal(parts[0].Indices, Ten.RandomSplit([7, 3], new(1))[0].Indices);
        Assert.Equal([4, 3, 3], Ten.RandomSplit([1 / 3.0, 1 / 3.0, 1 / 3.0]).Select(p => p.Count));
        Assert.Throws<TensorValueException>(() => Ten.RandomSplit([7, 4]));
        Assert.Throws<TensorValueException>(() => Ten.RandomSplit([0.5, 0.4]));
    }

    [Theory]
    [OnEachDevice(0)]
    [OnEachDevice(2)]
    public void Batches_come_to_a_device(string device, int workers)
    {
        var on = TestDevices.Get(device);
        var seen = 0;
        foreach (var (input, label) in new DataLoader(Ten, 4, numWorkers: workers).To(on))
        {
            Assert.Equal((on, on), (input.Device, label.Device));
            Assert.Equal(label.ToArray<long>(), input.Flatten().ToArray<long>());
            seen += (int)label.ElementCount;
        }

        Assert.Equal(10, seen);
        Assert.Equal([3L, 9], Ten.To(on).Batch([3, 9]).Label.ToArray<long>());
    }

    private static void AssertNoWorkers(Slow dataset) =>
        Assert.All(dataset.Threads.Values.Where(t => t != Thread.CurrentThread), t => Assert.False(t.IsAlive));

    private sealed class Slow(int count) : Dataset
    {
        public ConcurrentDictionary<int, Thread> Threads { get; } = [];

        public int Bad { get; init; } = -1;

        public override int Count => count;

        public override (Tensor Input, Tensor Label) this[int index]
        {
            get
            {
                Threads[Environment.CurrentManagedThreadId] = Thread.CurrentThread;
                if (index == Bad)
                    Refuse(index);
                if (index % 7 == 0)
                    Thread.Sleep(1);
                return (Tensor.Of([(double)index]), Tensor.Of(index));
            }
        }

        // Inlined into the loader, it would not be in the stack trace.
        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Refuse(int index) => throw new InvalidDataException($"{index} is bad");
    }

    private sealed class Triples : Dataset<(Tensor, Tensor, Tensor)>
    {
        public override int Count => 3;

        public override (Tensor, Tensor, Tensor) this[int index] =>
            (Tensor.Ones(1), Tensor.Of(index), Tensor.Zeros(2));
    }

    private sealed class Words : Dataset<string>
    {
        public override int Count => 2;

        public override string this[int index] => index == 0 ? "a" : "b";
    }
}
