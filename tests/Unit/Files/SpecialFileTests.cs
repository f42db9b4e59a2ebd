using System.Diagnostics;
using KernelEngine.Nn;

namespace KernelEngine.Tests.Files;

/// <summary>Paths that lead to no file: folders, pipes, devices, nothing. None may hang, none is overwritten.</summary>
public sealed class SpecialFileTests : IDisposable
{
    private static readonly (string Name, Action<string> Load)[] Readers =
    [
        ("safetensors", path => SafetensorsFile.Load(path)), ("npy", path => NpyFile.Load(path)),
        ("npz", path => NpzFile.Load(path)), ("idx", path => IdxFile.Load(path)),
        ("values", path => Checkpoint.ReadValues(path)), ("checkpoint", path => new Checkpoint().Load(path)),
    ];

    private static readonly (string Name, Action<string> Save)[] Writers =
    [
        ("safetensors", path => SafetensorsFile.Save(path, [new("x", Tensor.Ones(3))])),
        ("npy", path => NpyFile.Save(path, Tensor.Ones(3))),
        ("npz", path => NpzFile.Save(path, [new("x", Tensor.Ones(3))])),
        ("checkpoint", path => new Checkpoint().Save(path)),
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Folders_are_no_files()
    {
        var path = folder.File("folder");
        Directory.CreateDirectory(path);
        Refused(path);
        Assert.True(Directory.Exists(path));
    }

    [Fact]
    public void Pipes_and_devices_are_no_files()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("pipes and devices have names on Linux");
            return;
        }

        var (pipe, link) = (folder.File("pipe"), folder.File("link"));
        using (var process = Process.Start("mkfifo", [pipe]))
            process.WaitForExit();
        File.CreateSymbolicLink(link, "pipe");
        foreach (var path in (string[])[pipe, link, "/dev/zero", "/dev/full", "/proc/self/fd"])
            Refused(path);
    }

    [Fact]
    public void What_is_missing_cannot_be_read()
    {
        foreach (var (name, load) in Readers)
        {
            Assert.Throws<FileNotFoundException>(() => load(folder.File(name)));
            Assert.Throws<DirectoryNotFoundException>(() => load(folder.File("none/" + name)));
        }
    }

    [Fact]
    public void Empty_files_are_broken()
    {
        File.WriteAllBytes(folder.File("empty"), []);
        foreach (var (_, load) in Readers)
            Assert.Throws<TensorFileException>(() => load(folder.File("empty")));
    }

    [Fact]
    public void Names_may_be_long_and_odd()
    {
        foreach (var name in (string[])[new string('x', 255), "ä ☃ 'q'%20", "-rf", ".hidden"])
        {
            foreach (var (_, save) in Writers)
            {
                save(folder.File(name));
                save(folder.File(name));
                Assert.Equal([folder.File(name)], Directory.GetFiles(folder.Name));
            }

            File.Delete(folder.File(name));
        }
    }

    [Fact]
    public void Names_that_would_not_come_back_are_refused()
    {
        foreach (var name in (string[])["\ud800", "a\udc00b"])
        {
            Assert.Throws<TensorValueException>(
                () => SafetensorsFile.Save(folder.File("x"), [new(name, Tensor.Ones(1))]));
            Assert.Throws<TensorValueException>(
                () => SafetensorsFile.Save(folder.File("x"), [new("x", Tensor.Ones(1))], [new("a", name)]));
            Assert.Throws<TensorValueException>(() => NpzFile.Save(folder.File("x"), [new(name, Tensor.Ones(1))]));
        }

        Assert.Throws<TensorValueException>(
            () => NpzFile.Save(folder.File("x"), [new(new string('n', 65_532), Tensor.Ones(1))]));
        Assert.Empty(Directory.GetFiles(folder.Name));
        var longest = new string('n', 65_531);
        NpzFile.Save(folder.File("x"), [new(longest, Tensor.Ones(1))]);
        Assert.Equal([longest], NpzFile.Load(folder.File("x")).Keys);
    }

    private void Refused(string path)
    {
        var before = Directory.GetFileSystemEntries(folder.Name);
        foreach (var (_, work) in (IEnumerable<(string, Action<string>)>)[.. Readers, .. Writers])
        {
            var error = Assert.Throws<IOException>(() => work(path));
            Assert.Contains("file", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, Directory.GetFileSystemEntries(folder.Name));
    }
}
