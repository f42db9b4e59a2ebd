using Silk.NET.OpenGL;

namespace KernelEngine.Viewing.OpenGl;

/// <summary>The size of a texture and what its texels are.</summary>
/// <param name="Texels">What a texel is.</param>
/// <param name="Width">Texels across.</param>
/// <param name="Height">Texels down.</param>
/// <param name="Layers">0 for one picture; else how many of them lie one upon the other.</param>
internal readonly record struct TextureShape(InternalFormat Texels, int Width, int Height, int Layers = 0)
{
    public TextureTarget Target => Layers == 0 ? TextureTarget.Texture2D : TextureTarget.Texture2DArray;

    public long ByteCount => (long)Width * Height * Math.Max(Layers, 1) * (Texels == InternalFormat.RG32i ? 8 : 4);

    public PixelFormat Components => Texels switch
    {
        InternalFormat.R32f => PixelFormat.Red,
        InternalFormat.R32i => PixelFormat.RedInteger,
        InternalFormat.RG32i => PixelFormat.RGInteger,
        _ => PixelFormat.Rgba,
    };

    public PixelType Component => Texels switch
    {
        InternalFormat.R32f => PixelType.Float,
        InternalFormat.R32i or InternalFormat.RG32i => PixelType.Int,
        _ => PixelType.UnsignedByte,
    };
}

/// <summary>A texture: read texel by texel, never filtered.</summary>
internal readonly record struct Texture(uint Name, TextureShape Shape);

/// <summary>Textures that were given back, for others of the same shape; in bounded memory.</summary>
internal sealed unsafe class TexturePool(GL gl) : IDisposable
{
    private const long MostBytes = 32 << 20;
    private const int MostTextures = 64;

    private readonly Queue<Texture> free = new();
    private long freeBytes;

    public Texture Rent(TextureShape shape)
    {
        for (var i = free.Count; i > 0; i--)
        {
            var texture = free.Dequeue();
            if (texture.Shape == shape)
            {
                freeBytes -= shape.ByteCount;
                return texture;
            }

            free.Enqueue(texture);
        }

        return Make(shape);
    }

    public void Return(Texture texture)
    {
        free.Enqueue(texture);
        freeBytes += texture.Shape.ByteCount;
        while (free.Count > MostTextures || freeBytes > MostBytes)
        {
            var oldest = free.Dequeue();
            freeBytes -= oldest.Shape.ByteCount;
            Delete(oldest);
        }
    }

    /// <summary>Deletes a texture; none if it is the default.</summary>
    public void Delete(Texture texture)
    {
        if (texture.Name != 0)
            gl.DeleteTexture(texture.Name);
    }

    public void Dispose()
    {
        while (free.TryDequeue(out var texture))
            Delete(texture);
    }

    /// <summary>A new texture, which stays bound.</summary>
    public Texture Make(TextureShape shape)
    {
        var name = gl.GenTexture();
        var target = shape.Target;
        gl.BindTexture(target, name);
        gl.TexParameter(target, TextureParameterName.TextureMinFilter, (int)TextureMinFilter.Nearest);
        gl.TexParameter(target, TextureParameterName.TextureMagFilter, (int)TextureMagFilter.Nearest);
        gl.TexParameter(target, TextureParameterName.TextureMaxLevel, 0);
        var (width, height) = ((uint)shape.Width, (uint)shape.Height);
        if (shape.Layers == 0)
            gl.TexImage2D(target, 0, shape.Texels, width, height, 0, shape.Components, shape.Component, null);
        else
            gl.TexImage3D(
                target, 0, shape.Texels, width, height, (uint)shape.Layers, 0, shape.Components, shape.Component, null);
        return new(name, shape);
    }
}
