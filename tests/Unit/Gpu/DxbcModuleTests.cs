using System.Runtime.InteropServices;
using KernelEngine.DirectCompute;
using KernelEngine.Gpu;

namespace KernelEngine.Tests.Gpu;

/// <summary>What is done to compiled shaders where vkd3d makes Vulkan of Direct3D.</summary>
public class DxbcModuleTests
{
    private static IEnumerable<(ShaderVariant Variant, uint[] Words)> Library =>
        from kernel in ShaderCatalog.All
        from variant in kernel.AllVariants.ToArray()
        where DirectComputeKernels.Library.Find(variant) is not null
        select (variant, DirectComputeKernels.Library.Find(variant)!.Value.ToArray());

    [Fact]
    public void The_hash_is_the_compilers()
    {
        foreach (var (_, words) in Library)
            Assert.Equal(words[1..5], DxbcModule.Hash(words.AsSpan(5)));
    }

    [Fact]
    public void What_was_cut_off_or_changed_is_not_whole()
    {
        foreach (var (variant, words) in Library)
            Assert.True(DxbcModule.IsWhole(MemoryMarshal.AsBytes(words.AsSpan())), variant.Name);
        var module = MemoryMarshal.AsBytes(Library.MinBy(shader => shader.Words.Length).Words.AsSpan()).ToArray();
        for (var length = 0; length < module.Length; length++)
            Assert.False(DxbcModule.IsWhole(module.AsSpan(0, length)));
        Assert.False(DxbcModule.IsWhole([.. module, 0, 0, 0, 0]));
        for (var i = 0; i < module.Length; i++)
        {
            module[i] ^= 4;
            Assert.False(DxbcModule.IsWhole(module));
            module[i] ^= 4;
        }
    }

    [Fact]
    public void What_points_outside_of_itself_is_not_whole()
    {
        const int HashedFrom = 5, ChunkCount = 7, FirstChunk = 8;
        var words = Library.MinBy(shader => shader.Words.Length).Words;
        foreach (var (place, wrong) in ((int, uint)[])[
            (ChunkCount, uint.MaxValue), (ChunkCount, (uint)words.Length), (FirstChunk, uint.MaxValue - 3),
            (FirstChunk, words[FirstChunk] + 1), ((int)words[FirstChunk] / sizeof(uint) + 1, uint.MaxValue)])
        {
            var changed = words.ToArray();
            changed[place] = wrong;
            DxbcModule.Hash(changed.AsSpan(HashedFrom)).CopyTo(changed, 1);
            Assert.False(DxbcModule.IsWhole(MemoryMarshal.AsBytes(changed.AsSpan())));
        }
    }

    [Fact]
    public void What_has_no_doubles_stays_as_it_is()
    {
        foreach (var (variant, words) in Library)
        {
            if (!variant.NeedsFloat64)
                Assert.True(DxbcModule.SeparateDoubles(words) == words, variant.Name);
        }
    }

    [Fact]
    public void What_is_changed_is_whole()
    {
        var changed = 0;
        foreach (var (_, words) in Library)
        {
            var separated = DxbcModule.SeparateDoubles(words);
            if (separated == words)
                continue;
            changed++;
            Assert.Equal(separated[1..5], DxbcModule.Hash(separated[5..]));
            Assert.Equal((uint)MemoryMarshal.AsBytes(separated).Length, separated[6]);
        }

        Assert.NotEqual(0, changed);
    }
}
