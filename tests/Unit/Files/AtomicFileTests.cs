using KernelEngine.Nn;

namespace KernelEngine.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_fails_leaves_the_old_file_and_nothing_else()
    {
        var path = folder.File("x.safetensors");
        SafetensorsFile.Save(path, [new("x", Tensor.Ones(3))]);
        var old = File.ReadAllBytes(path);

        // The second tensor has no data: the first is written by then.
        var empty = Tensor.Zeros([3], device: ComputeDevice.Meta);
        Assert.Throws<TensorNotImplementedException>(() => SafetensorsFile.Save(
            path, [new("x", Tensor.Zeros([100_000], DType.Float64)), new("y", empty)]));
        Assert.Equal(old, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(folder.Name));
        Assert.Throws<TensorNotImplementedException>(() => NpyFile.Save(folder.File("y.npy"), empty));
        Assert.Equal([path], Directory.GetFiles(folder.Name));
        Assert.Throws<DirectoryNotFoundException>(
            () => SafetensorsFile.Save(folder.File("none/x"), [new("x", Tensor.Ones(3))]));
    }

    [Fact]
    public void Links_and_permissions_stay()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("links need rights on Windows");
            return;
        }

        var (path, link) = (folder.File("x.npy"), folder.File("link.npy"));
        NpyFile.Save(path, Tensor.Ones(3));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(link, "x.npy");
        NpyFile.Save(link, Tensor.Zeros(3));
        Assert.Equal("x.npy", new FileInfo(link).LinkTarget);
        Assert.Equal(0, NpyFile.Load(path).Sum().Item<double>());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }
}
