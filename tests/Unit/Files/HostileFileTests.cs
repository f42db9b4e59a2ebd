using System.IO.Compression;
using CsCheck;
using KernelEngine.Nn;

namespace KernelEngine.Tests.Files;

/// <summary>
/// Files that somebody has tampered with: whatever is done to a valid one, it is read, or there is the one exception;
/// and what is allocated stays within a small multiple of the file, beside what the readers of archives take at least.
/// </summary>
[Collection(GeneratorCollection.Name)]
public sealed class HostileFileTests : IDisposable
{
    private const int Draws = 500;

    // One changed byte makes a deflated entry one of Deflate64, whose reader in .NET takes 260 KB whatever it reads; a
    // few entries are in a file.
    private const int Constant = 2_000_000, PerByte = 64;

    private static readonly byte[][] Splices =
    [
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
        [0, 0, 0, 0, 0, 0, 0, 0x80], [0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0], [.. "9223372036854775807"u8],
        [.. "-1"u8], [.. "[[[["u8], [.. "{\"x\":"u8], [.. "(4294967296,4294967296,"u8], [.. "\""u8], [.. "'"u8],
        [0x50, 0x4B, 3, 4], [0x50, 0x4B, 1, 2], [0x1F, 0x8B, 8, 0],
    ];

    private static readonly Gen<byte[]> Splice = Gen.Int[0, Splices.Length - 1].Select(i => Splices[i]);

    private static readonly Gen<Func<byte[], byte[]>> Mutation = Gen.OneOf(
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Byte, (at, value) => With(b => b[at % b.Length] = value)),
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, 7], (at, bit) =>
            With(b => b[at % b.Length] ^= (byte)(1 << bit))),
        Gen.Int[0, int.MaxValue].Select(at => (Func<byte[], byte[]>)(b => b.Length == 0 ? b : b[..(at % b.Length)])),
        Gen.Select(Gen.Int[0, int.MaxValue], Splice, (at, splice) => With(b =>
            splice.AsSpan(0, Math.Min(splice.Length, b.Length - (at % b.Length))).CopyTo(b.AsSpan(at % b.Length)))),
        Gen.Select(Gen.Int[0, int.MaxValue], Splice, (at, splice) => (Func<byte[], byte[]>)(b =>
            b.Length == 0 ? splice : [.. b[..(at % b.Length)], .. splice, .. b[(at % b.Length)..]])),
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[1, 40], (at, count) => (Func<byte[], byte[]>)(b =>
            b.Length == 0 ? b : [.. b[..(at % b.Length)], .. b[Math.Min(b.Length, (at % b.Length) + count)..]])),
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[1, 200], (at, count) => (Func<byte[], byte[]>)(b =>
            b.Length == 0 ? b : [.. b, .. b[(at % b.Length)..Math.Min(b.Length, (at % b.Length) + count)]])));

    private readonly TemporaryFolder folder = new();

    private string Path => folder.File("x");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Safetensors()
    {
        SafetensorsFile.Save(
            Path,
            [
                new("fc1.weight", Tensor.Randn(7, 5)), new("fc1.bias", Tensor.Arange(7)),
                new("mask", Tensor.Ones([2, 3], DType.Bool)), new("empty", Tensor.Empty(0, 3)),
            ],
            [new("format", "pt")]);
        Check(path => SafetensorsFile.Load(path));
    }

    [Fact]
    public void Npy()
    {
        NpyFile.Save(Path, Tensor.Randn(3, 5, 2));
        Check(path => NpyFile.Load(path));
    }

    [Fact]
    public void Npz()
    {
        NpzFile.Save(Path, [new("a", Tensor.Randn(7, 5)), new("b", Tensor.Ones(3))]);
        Check(path => NpzFile.Load(path));
    }

    [Fact]
    public void CompressedNpz()
    {
        NpzFile.Save(Path, [new("a", Tensor.Randn(7, 5)), new("b", Tensor.Zeros(3000))], compress: true);
        Check(path => NpzFile.Load(path));
    }

    [Fact]
    public void Idx()
    {
        byte[] bytes = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        File.WriteAllBytes(Path, bytes);
        Check(path => IdxFile.Load(path));
        using (var stream = new GZipStream(File.Create(Path), CompressionMode.Compress))
            stream.Write(bytes);
        Check(path => IdxFile.Load(path));
    }

    [Fact]
    public void Checkpoints()
    {
        var net = new Sequential(new Linear(3, 2), new BatchNorm1d(2));
        var adam = new Adam(net.Parameters(), lr: 0.1);
        net.Call(Tensor.Randn(4, 3)).Pow(2).Sum().Backward();
        adam.Step();
        var loader = new DataLoader(new TensorDataset(Tensor.Ones(3, 1), Tensor.Ones(3)), generator: new(1));
        var checkpoint = new Checkpoint().Add("model", net).Add("optimizer", adam)
            .Add("scheduler", new StepLR(adam, 3)).Add("loader", loader);
        checkpoint.Values["epoch"] = "3";
        checkpoint.Save(Path);

        // A file may be whole and still be of other parts.
        Check(path =>
        {
            try
            {
                checkpoint.Load(path);
            }
            catch (TensorException)
            {
            }
        });
    }

    private static Func<byte[], byte[]> With(Action<byte[]> change) => bytes =>
    {
        if (bytes.Length == 0)
            return bytes;
        var changed = (byte[])bytes.Clone();
        change(changed);
        return changed;
    };

    private void Check(Action<string> load)
    {
        var valid = File.ReadAllBytes(Path);
        load(Path);
        Mutation.Array[1, 4].Sample(
            mutations =>
            {
                var bytes = Changed(mutations);
                File.WriteAllBytes(Path, bytes);
                var before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    load(Path);
                }
                catch (TensorFileException)
                {
                }

                var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                return allocated < Constant + (PerByte * bytes.Length);
            },
            iter: Draws, threads: 1, print: mutations => Convert.ToHexString(Changed(mutations)));

        byte[] Changed(Func<byte[], byte[]>[] mutations) => mutations.Aggregate(valid, (b, mutate) => mutate(b));
    }
}
