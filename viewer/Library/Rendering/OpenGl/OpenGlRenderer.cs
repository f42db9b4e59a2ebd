using System.Numerics;
using Silk.NET.Core.Contexts;
using Silk.NET.OpenGL;
using SkiaSharp;

namespace KernelEngine.Viewing.OpenGl;

/// <summary>
/// Draws with OpenGL 3.3 core. The picture is kept in a texture, first row first, where only what has changed is drawn
/// again; all of it is then copied to the window. Elements are uploaded once for each <see cref="MapValues"/>. Where
/// OpenGL itself runs on the processor, the picture is drawn without it, an order of magnitude sooner, and uploaded.
/// </summary>
internal sealed unsafe class OpenGlRenderer : IRenderer
{
    // What drivers without a GPU call themselves: Mesa's, Windows' own, SwiftShader.
    private static readonly string[] SoftwareDrivers =
        ["llvmpipe", "softpipe", "Software Rasterizer", "GDI Generic", "Microsoft Basic Render", "SwiftShader"];

    private readonly IGLContext context;
    private readonly GL gl;
    private readonly ShaderProgram canvasProgram, mapProgram, barsProgram;
    private readonly TexturePool pool;
    private readonly PictureTextures textures;
    private readonly uint frame, vertices;
    private readonly int largestTexture;
    private readonly bool tellsLoss;
    private readonly BitmapRenderer? processor;
    private readonly PictureChanges changes = new();
    private Texture canvas, screen;
    private PixelSize size;
    private bool isDisposed;

    /// <param name="context">A window's context of OpenGL 3.3, which stays the caller's.</param>
    /// <param name="usesShaders">Whether shaders draw even where they run on the processor, for tests.</param>
    /// <exception cref="InvalidOperationException">The driver lacks something; the message says what.</exception>
    public OpenGlRenderer(IGLContext context, bool usesShaders = false)
    {
        this.context = context;
        context.MakeCurrent();
        gl = GL.GetApi(name => context.TryGetProcAddress(name, out var address) ? address : 0);
        if (gl.GetInteger(GetPName.MajorVersion) is var major && (major * 10) + gl.GetInteger(GetPName.MinorVersion) < 33)
            throw new InvalidOperationException($"OpenGL 3.3 is not there: {gl.GetStringS(StringName.Version)}");
        var driver = gl.GetStringS(StringName.Renderer);
        Name = $"OpenGL {major}.{gl.GetInteger(GetPName.MinorVersion)}, {driver}";
        if (!usesShaders && SoftwareDrivers.Any(driver.Contains))
            processor = new();
        largestTexture = gl.GetInteger(GetPName.MaxTextureSize);
        tellsLoss = context.TryGetProcAddress("glGetGraphicsResetStatus", out _) && major >= 4;

        // Pictures come when there is something new, not when the screen is ready: nobody waits for it.
        context.SwapInterval(0);
        vertices = gl.GenVertexArray();
        gl.BindVertexArray(vertices);
        frame = gl.GenFramebuffer();
        gl.BindFramebuffer(FramebufferTarget.Framebuffer, frame);
        gl.Disable(EnableCap.DepthTest);
        gl.Disable(EnableCap.Dither);
        gl.BlendFunc(BlendingFactor.One, BlendingFactor.OneMinusSrcAlpha);
        gl.PixelStore(PixelStoreParameter.UnpackAlignment, 4);
        canvasProgram = new(gl, FragmentShaders.Canvas, "canvas");
        mapProgram = new(gl, FragmentShaders.Map, "elements", "places", "colors");
        barsProgram = new(gl, FragmentShaders.Bars, "heights");
        pool = new(gl);
        textures = new(gl, pool, largestTexture);
    }

    public string Name { get; }

    public bool DrawsFrom(ComputeDevice device) => false;

    /// <exception cref="InvalidOperationException">The context is lost: another window is needed.</exception>
    public bool Draw(Picture picture)
    {
        if (picture.Size is { Width: < 1 } or { Height: < 1 })
            return false;
        context.MakeCurrent();
        gl.BindFramebuffer(FramebufferTarget.Framebuffer, frame);
        Resize(picture.Size);
        changes.Note(picture);
        if (processor is null)
            DrawByShaders(picture);
        else
            DrawByProcessor(processor, picture);
        Show();
        changes.Drawn(picture);
        if (tellsLoss && gl.GetGraphicsResetStatus() is not GLEnum.NoError and var reason)
            throw new InvalidOperationException($"OpenGL has lost its context: {reason}");
        return true;
    }

    public SKBitmap Read()
    {
        var pixels = new SKBitmap(
            new SKImageInfo(Math.Max(size.Width, 1), Math.Max(size.Height, 1), SKColorType.Rgba8888, SKAlphaType.Opaque));
        if (size == default)
            return pixels;
        context.MakeCurrent();
        gl.BindFramebuffer(FramebufferTarget.ReadFramebuffer, frame);
        gl.ReadPixels(
            0, 0, (uint)size.Width, (uint)size.Height, PixelFormat.Rgba, PixelType.UnsignedByte,
            (void*)pixels.GetPixels());
        pixels.NotifyPixelsChanged();
        return pixels;
    }

    public void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        processor?.Dispose();
        context.MakeCurrent();
        if (!context.IsCurrent)
            return; // a display that is gone has taken all of it
        foreach (var program in (ReadOnlySpan<ShaderProgram>)[canvasProgram, mapProgram, barsProgram])
            program.Dispose();
        gl.DeleteFramebuffer(frame);
        gl.DeleteVertexArray(vertices);
        pool.Delete(canvas);
        pool.Delete(screen);
        textures.Dispose();
        pool.Dispose();
        gl.Dispose();
    }

    private static Vector4 ColorOf(uint color) =>
        new Vector4(color & 255, (color >> 8) & 255, (color >> 16) & 255, color >> 24) / 255;

    // Where pieces are as much as the whole, the whole is drawn at once.
    private IReadOnlyList<PixelRect> Areas =>
        changes.Areas.Sum(a => (long)a.Width * a.Height) < (long)size.Width * size.Height
            ? changes.Areas
            : [size.Bounds];

    private void Resize(PixelSize now)
    {
        if (now == size)
            return;
        size = now;
        if (size.Width > largestTexture || size.Height > largestTexture)
        {
            throw new InvalidOperationException(
                $"OpenGL has no textures of {size.Width} x {size.Height}, only up to {largestTexture}");
        }

        pool.Delete(canvas);
        pool.Delete(screen);
        var shape = new TextureShape(InternalFormat.Rgba8, size.Width, size.Height);
        (canvas, screen) = (pool.Make(shape), pool.Make(shape));
        gl.FramebufferTexture2D(
            FramebufferTarget.Framebuffer, FramebufferAttachment.ColorAttachment0, TextureTarget.Texture2D, screen.Name,
            0);
        gl.Viewport(0, 0, (uint)size.Width, (uint)size.Height);
    }

    private void DrawByShaders(Picture picture)
    {
        Upload(picture.Canvas, canvas, changes.Canvas);
        gl.Enable(EnableCap.ScissorTest);
        foreach (var area in Areas)
            Draw(picture, area);
        gl.Disable(EnableCap.ScissorTest);
        textures.Keep(picture);
    }

    private void DrawByProcessor(BitmapRenderer bitmap, Picture picture)
    {
        var areas = Areas;
        bitmap.Draw(picture, areas);
        Upload(bitmap.Shown, screen, areas);
    }

    private void Upload(SKBitmap bitmap, Texture texture, IReadOnlyList<PixelRect> areas)
    {
        if (areas.Count == 0)
            return;
        Bind(0, texture);
        gl.PixelStore(PixelStoreParameter.UnpackRowLength, size.Width);
        var pixels = (uint*)bitmap.GetPixels();
        foreach (var area in areas)
        {
            gl.TexSubImage2D(
                TextureTarget.Texture2D, 0, area.X, area.Y, (uint)area.Width, (uint)area.Height, PixelFormat.Rgba,
                PixelType.UnsignedByte, pixels + ((long)area.Y * size.Width) + area.X);
        }

        gl.PixelStore(PixelStoreParameter.UnpackRowLength, 0);
    }

    private void Draw(Picture picture, PixelRect area)
    {
        Scissor(area);
        gl.ClearColor(0, 0, 0, 1);
        gl.Clear(ClearBufferMask.ColorBufferBit);
        foreach (var map in picture.Maps)
        {
            var part = map.Bounds.Intersect(area);
            if (!part.IsEmpty)
                Draw(map, part);
        }

        foreach (var bars in picture.Histograms)
        {
            var part = bars.Bounds.Intersect(area);
            if (!part.IsEmpty)
                Draw(bars, part);
        }

        Scissor(area);
        gl.Enable(EnableCap.Blend);
        canvasProgram.Use();
        Bind(0, canvas);
        Fill();
        gl.Disable(EnableCap.Blend);
    }

    private void Draw(HeatMap map, PixelRect part)
    {
        if (map.Grid.LastElement >= map.Values.Count)
            throw new ArgumentException($"{map.Values.Count} elements for a grid up to {map.Grid.LastElement}");
        Scissor(part);
        // All are there before the first is bound: one that is made is bound meanwhile.
        var values = textures.Elements[map.Values];
        var (places, colors) = (textures.Places[map], textures.ColorMaps[map.Colors]);
        mapProgram.Use();
        Bind(0, values);
        Bind(1, places);
        Bind(2, colors);
        gl.Uniform2(mapProgram["origin"], map.Bounds.X, map.Bounds.Y);
        gl.Uniform1(mapProgram["tiles"], map.Grid.Tiles);
        gl.Uniform1(mapProgram["channelStride"], map.Grid.ChannelStride);
        gl.Uniform1(mapProgram["hasColors"], map.Grid.Channels == 3 ? 1 : 0);
        var rowBits = BitOperations.Log2((uint)values.Shape.Width);
        gl.Uniform1(mapProgram["rowBits"], rowBits);
        gl.Uniform1(mapProgram["layerBits"], rowBits + BitOperations.Log2((uint)values.Shape.Height));
        gl.Uniform1(mapProgram["inverseScale"], 1 / map.Scale);
        gl.Uniform4(mapProgram["gap"], ColorOf(map.Gap));
        gl.Uniform4(mapProgram["notANumber"], ColorOf(ColorMap.NotANumber));
        Fill();
    }

    private void Draw(HistogramBars bars, PixelRect part)
    {
        Scissor(part);
        var columns = textures.BarHeights[bars];
        barsProgram.Use();
        Bind(0, columns);
        gl.Uniform2(barsProgram["origin"], bars.Bounds.X, bars.Bounds.Y);
        gl.Uniform1(barsProgram["height"], bars.Bounds.Height);
        gl.Uniform4(barsProgram["bar"], ColorOf(bars.Bar));
        gl.Uniform4(barsProgram["back"], ColorOf(bars.Back));
        Fill();
    }

    // A window's rows begin at the bottom.
    private void Show()
    {
        var (width, height) = (size.Width, size.Height);
        gl.BindFramebuffer(FramebufferTarget.DrawFramebuffer, 0);
        gl.BlitFramebuffer(
            0, 0, width, height, 0, height, width, 0, ClearBufferMask.ColorBufferBit, BlitFramebufferFilter.Nearest);
        context.SwapBuffers();
    }

    private void Scissor(PixelRect area) => gl.Scissor(area.X, area.Y, (uint)area.Width, (uint)area.Height);

    private void Fill() => gl.DrawArrays(PrimitiveType.Triangles, 0, 3);

    private void Bind(int unit, Texture texture)
    {
        gl.ActiveTexture(TextureUnit.Texture0 + unit);
        gl.BindTexture(texture.Shape.Target, texture.Name);
    }
}
