using KernelEngine.Gpu;

namespace KernelEngine.Tests.Gpu;

/// <summary>Tests that set the folder of the cache, which is one for the process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class CacheFolderCollection
{
    /// <summary>The collection's name.</summary>
    public const string Name = "the cache folder";
}

/// <summary>What drivers keep of compiled kernels, when files go wrong.</summary>
[Collection(CacheFolderCollection.Name)]
public class DiskCacheTests
{
    [Fact]
    public void What_was_kept_is_found_by_its_owner_only()
    {
        using var folder = new CacheFolder();
        var name = DiskCache.NameOf("test", "source", "options");
        Assert.Null(DiskCache.Read(name, "driver 1"));
        DiskCache.Write(name, "driver 1", [1, 2, 3]);
        Assert.Equal([1, 2, 3], DiskCache.Read(name, "driver 1"));
        Assert.Null(DiskCache.Read(name, "driver 2"));
        Assert.NotEqual(name, DiskCache.NameOf("test", "sourceo", "ptions"));
        Assert.Equal(name, DiskCache.NameOf("test", "source", "options"));
        Assert.Equal(name, Path.GetFileName(Assert.Single(Directory.GetFiles(folder.Path))));
    }

    [Fact]
    public void A_file_that_is_not_whole_is_as_good_as_none()
    {
        using var folder = new CacheFolder();
        DiskCache.Write("file", "driver", new byte[100]);
        var path = Path.Combine(folder.Path, "file");
        var sound = File.ReadAllBytes(path);
        for (var length = 0; length < sound.Length; length++)
        {
            File.WriteAllBytes(path, sound[..length]);
            Assert.Null(DiskCache.Read("file", "driver"));
        }

        for (var i = 0; i < sound.Length; i++)
        {
            sound[i] ^= 16;
            File.WriteAllBytes(path, sound);
            Assert.Null(DiskCache.Read("file", "driver"));
            sound[i] ^= 16;
        }

        DiskCache.Write("file", "driver", [5]);
        Assert.Equal([5], DiskCache.Read("file", "driver"));
    }

    [Fact]
    public void What_was_not_used_for_longest_makes_room()
    {
        using var folder = new CacheFolder();
        var most = DiskCache.MostBytes;
        DiskCache.MostBytes = 10_000;
        try
        {
            var other = Path.Combine(folder.Path, "a-file-of-somebody-else.bin");
            File.WriteAllBytes(other, new byte[20_000]);
            var names = Enumerable.Range(0, 30).Select(i => DiskCache.NameOf("test", $"{i}")).ToArray();
            for (var i = 0; i < names.Length; i++)
            {
                DiskCache.Write(names[i], "driver", new byte[1000]);
                File.SetLastWriteTimeUtc(
                    Path.Combine(folder.Path, names[i]), DateTime.UtcNow.AddMinutes(i - names.Length));
                Assert.NotNull(DiskCache.Read(names[0], "driver")); // used all the time
            }

            Assert.True(File.Exists(other));
            Assert.NotNull(DiskCache.Read(names[^1], "driver"));
            Assert.Null(DiskCache.Read(names[1], "driver"));
            Assert.InRange(names.Count(name => File.Exists(Path.Combine(folder.Path, name))), 5, 12);
        }
        finally
        {
            DiskCache.MostBytes = most;
        }
    }

    [Fact]
    public void A_folder_that_cannot_be_is_no_error()
    {
        using var folder = new CacheFolder();
        var file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, "not a folder");
        Environment.SetEnvironmentVariable("KERNEL_CACHE", Path.Combine(file, "below"));
        DiskCache.Write("name", "driver", [1]);
        Assert.Null(DiskCache.Read("name", "driver"));
        Environment.SetEnvironmentVariable("KERNEL_CACHE", "none");
        Assert.Null(DiskCache.Folder);
        DiskCache.Write("name", "driver", [1]);
        Assert.Null(DiskCache.Read("name", "driver"));
    }
}
