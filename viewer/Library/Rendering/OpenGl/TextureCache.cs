namespace KernelEngine.Viewing.OpenGl;

/// <summary>Textures by what they were made from: each is filled once, and given back when pictures are without it.</summary>
/// <param name="pool">Where they come from.</param>
/// <param name="keyOf">What makes a source need another texture.</param>
/// <param name="fill">Rents a texture and fills it.</param>
internal sealed class TextureCache<TSource, TKey>(
    TexturePool pool, Func<TSource, TKey> keyOf, Func<TSource, Texture> fill) : IDisposable
    where TKey : notnull
{
    private readonly Dictionary<TKey, (Texture Texture, long LastUse)> textures = [];
    private long round;

    public Texture this[TSource source]
    {
        get
        {
            var key = keyOf(source);
            var texture = textures.TryGetValue(key, out var known) ? known.Texture : fill(source);
            textures[key] = (texture, round);
            return texture;
        }
    }

    /// <summary>Keeps the texture of a source, should there be one.</summary>
    public void Keep(TSource source)
    {
        var key = keyOf(source);
        if (textures.TryGetValue(key, out var known))
            textures[key] = (known.Texture, round);
    }

    /// <summary>Gives back what was neither asked for nor kept since the last time.</summary>
    public void Sweep()
    {
        foreach (var (key, (texture, lastUse)) in textures)
        {
            if (lastUse == round)
                continue;
            textures.Remove(key);
            pool.Return(texture);
        }

        round++;
    }

    public void Dispose()
    {
        foreach (var (texture, _) in textures.Values)
            pool.Delete(texture);
        textures.Clear();
    }
}
