using KernelEngine.Viewing;
using SkiaSharp;

namespace KernelEngine.Tests.Viewing;

/// <summary>What the scene draws, and what it answers to keys and mouse. No window is needed.</summary>
public class SceneTests
{
    private static readonly PixelSize Usual = new(1280, 720);

    [Fact]
    public void HeatMapColorsAreThoseOfTheValues()
    {
        using var stage = new Stage(Digits());
        stage.Play(400, 40);
        var random = new Random(5);
        var checkedCells = 0;
        for (var view = 0; view < View.All.Count; view++)
        {
            stage.Scene.ViewIndex = view;
            stage.Draw(Usual);
            var picture = stage.Draw(Usual);
            using var shown = stage.Show(picture);
            foreach (var map in picture.Maps)
            {
                var values = ((HostValues)map.Values).Values.ToArray();
                for (var i = 0; i < 40; i++)
                {
                    var (x, y) = (map.Bounds.X + random.Next(map.Bounds.Width), map.Bounds.Y + random.Next(map.Bounds.Height));
                    var element = map.Grid.ElementAt(
                        map.Cells.X + ((x - map.Bounds.X) * map.Cells.Width / map.Bounds.Width),
                        map.Cells.Y + ((y - map.Bounds.Y) * map.Cells.Height / map.Bounds.Height));
                    var expected = element < 0 ? map.Gap
                        : map.Colors.Colors[ColorMap.IndexOf(values[element], 1 / map.Scale)];
                    Assert.Equal(expected, Theme.Rgba(shown.GetPixel(x, y)));
                    checkedCells++;
                }
            }
        }

        Assert.True(checkedCells >= 400, $"only {checkedCells} cells");
    }

    [Fact]
    public void ColorMapsAreDarkOrWhiteAtZeroAndColdBelowIt()
    {
        Assert.Equal(ColorMaps.All.Count, ColorMaps.All.Select(m => m.Name).Distinct().Count());
        foreach (var map in ColorMaps.All)
        {
            var (low, zero, high) = (map[-1, 1], map[0, 1], map[1, 1]);
            Assert.Equal(3, new[] { low, zero, high }.Distinct().Count());
            // Red is in the lowest byte: warm colours have more of it than of blue.
            Assert.True((low & 255) < ((low >> 16) & 255), map.Name);
            Assert.True((high & 255) >= ((high >> 16) & 255), map.Name);
            Assert.DoesNotContain(ColorMap.NotANumber, map.Colors.ToArray());
            Assert.All(map.Colors.ToArray(), c => Assert.Equal(255u, c >> 24));
        }

        Assert.Equal(ColorMap.NotANumber, ColorMaps.Berlin[float.NaN, 1]);
        Assert.Equal(ColorMaps.Berlin[1, 1], ColorMaps.Berlin[float.PositiveInfinity, 1]);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 700)]
    [InlineData(60, 60)]
    [InlineData(320, 200)]
    [InlineData(640, 480)]
    [InlineData(900, 1400)]
    [InlineData(3840, 2160)]
    public void EverySizeIsDrawn(int width, int height)
    {
        foreach (var run in new[] { Digits(), new SyntheticRun([2, 16, 2], hasDecision: true), new SyntheticRun([4]) })
        {
            using var stage = new Stage(run);
            foreach (var density in new[] { 1f, 2.5f })
            {
                for (var view = 0; view < View.All.Count; view++)
                {
                    stage.Scene.ViewIndex = view;
                    stage.Draw(new(width, height), density);
                    stage.Play(80, 40);
                    stage.Scene.Handle(new InputEvent.Moved(width / 2f, height / 2f));
                    var picture = stage.Draw(new(width, height), density);
                    Assert.Equal(new PixelSize(width, height), picture.Size);
                    Assert.All(picture.Maps, m => Assert.True(
                        m.Bounds is { X: >= 0, Y: >= 0, IsEmpty: false } && m.Bounds.Right <= width && m.Bounds.Bottom <= height));
                    stage.Show(picture).Dispose();
                }
            }
        }
    }

    [Fact]
    public void InANarrowWindowControlsAreThereAsAWholeOrNotAtAll()
    {
        using var stage = new Stage(Digits());
        stage.Play(80, 40);
        for (var width = 40; width < 1400; width += 40)
        {
            stage.Draw(new(width, 400));
            Assert.Equal(stage.Scene.BoundsOf("lr-") is null, stage.Scene.BoundsOf("lr+") is null);
            Assert.True(width < 640 || stage.Scene.BoundsOf("timeline") is not null, $"{width}");
        }
    }

    [Fact]
    public void ValuesThatAreNoNumbersAreShown()
    {
        using var stage = new Stage(Digits());
        stage.Play(120, 40);
        float[] Break(MapKey key, float[] values)
        {
            if (key is { Parameter: 0 })
                (values[0], values[1], values[70]) = (float.NaN, float.PositiveInfinity, float.NegativeInfinity);
            if (key is { Parameter: 2 })
                Array.Fill(values, float.NaN);
            return values;
        }

        var broken = stage.Run.FrameAt(160, 120, change: Break);
        stage.Publish(broken.With(
            new LossPoint(158, float.NaN, float.NaN), new LossPoint(159, float.PositiveInfinity, float.NaN),
            new LossPoint(160, float.NaN, 0)));
        for (var view = 0; view < View.All.Count; view++)
        {
            stage.Scene.ViewIndex = view;
            stage.Draw(Usual);
            var picture = stage.Draw(Usual);
            using var shown = stage.Show(picture);
            foreach (var map in picture.Maps)
            {
                Assert.True(map.Scale > 0 && float.IsFinite(map.Scale));
                if (ReferenceEquals(map.Values, broken.Maps[new(2, MapKind.Weight)]))
                    Assert.Equal(ColorMap.NotANumber, Theme.Rgba(shown.GetPixel(map.Bounds.X, map.Bounds.Y)));
            }
        }
    }

    [Fact]
    public void WhatIsRedrawnIsWhatChangedAndNothingElse()
    {
        var sizes = new[] { Usual, new PixelSize(800, 500) };
        foreach (var size in sizes)
        {
            for (var view = 0; view < View.All.Count; view++)
            {
                // One scene draws what changed; the other gets the same and draws everything.
                using var step = new Stage(Digits());
                using var whole = new Stage(Digits());
                var random = new Random(view);
                step.Scene.ViewIndex = whole.Scene.ViewIndex = view;
                using var kept = new SKBitmap(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Premul));
                for (var i = 0; i < 40; i++)
                {
                    if (i % 3 == 0)
                    {
                        step.Play(40 * ((i / 3) + 1), 40, 1);
                        whole.Play(40 * ((i / 3) + 1), 40, 1);
                    }

                    foreach (var input in RandomInput(random, size))
                    {
                        step.Scene.Handle(input);
                        whole.Scene.Handle(input);
                    }

                    whole.Scene.Handle(new InputEvent.Damaged());
                    var (partial, complete) = (step.Draw(size), whole.Draw(size));
                    Assert.Null(complete.Changed);
                    Copy(partial, kept);
                    AssertSame(complete.Canvas, kept, $"{View.All[view].Name}, {size}, picture {i}");
                    AssertSame(complete.Canvas, partial.Canvas, $"{View.All[view].Name}, {size}, picture {i}, canvas");
                }
            }
        }
    }

    [Fact]
    public void NothingNewIsNothingToDraw()
    {
        using var stage = new Stage(Digits());
        stage.Play(80, 40);
        Assert.True(stage.Scene.NeedsDrawing);
        stage.Draw(Usual);
        Assert.False(stage.Scene.NeedsDrawing);
        Assert.Empty(stage.Draw(Usual).Changed!);
        stage.Link.End();
        Assert.True(stage.Scene.NeedsDrawing);
        stage.Draw(Usual);
        Assert.False(stage.Scene.NeedsDrawing);
    }

    [Fact]
    public void BeforeTheFirstFrameAndWithoutLayersThereAreWords()
    {
        foreach (var run in new[] { Digits(), new SyntheticRun([4]) })
        {
            using var stage = new Stage(run);
            for (var view = 0; view < View.All.Count; view++)
            {
                stage.Scene.ViewIndex = view;
                Assert.Empty(stage.Draw(Usual).Maps);
            }
        }
    }

    [Fact]
    public void AHundredLayersScrollAndLongNamesAreCut()
    {
        using var stage = new Stage(new SyntheticRun([.. Enumerable.Repeat(8, 101)]));
        stage.Play(80, 40);
        stage.Draw(Usual);
        Assert.NotNull(stage.Scene.BoundsOf("layer:fc1"));
        Assert.Null(stage.Scene.BoundsOf("layer:fc100"));
        stage.Scene.Handle(new InputEvent.Scrolled(100, 300, 0, -200));
        stage.Draw(Usual);
        Assert.Null(stage.Scene.BoundsOf("layer:fc1"));
        Assert.NotNull(stage.Scene.BoundsOf("layer:fc100"));
        for (var i = 0; i < 40; i++)
            stage.Press(ViewerKey.Down);
        stage.Draw(Usual);
        Assert.NotNull(stage.Scene.BoundsOf("layer:" + stage.Scene.State.ChosenLayer!.Name));
        using var lettering = new Lettering();
        var line = lettering.Line(new string('m', 400), 12, false, 100);
        Assert.InRange(line.Width, 50, 100);
    }

    private static SyntheticRun Digits() => new([64, 32, 16, 10], 8);

    private static IEnumerable<InputEvent> RandomInput(Random random, PixelSize size)
    {
        var (x, y) = (random.Next(size.Width), random.Next(size.Height));
        switch (random.Next(8))
        {
            case 0 or 1 or 2:
                yield return new InputEvent.Moved(x, y);
                break;
            case 3:
                yield return new InputEvent.Scrolled(x, y, 0, random.Next(-2, 3));
                break;
            case 4:
                yield return new InputEvent.Button(x, y, PointerButton.Primary, true);
                yield return new InputEvent.Moved(x + 20, y + 3);
                yield return new InputEvent.Button(x + 20, y + 3, PointerButton.Primary, false);
                break;
            case 5:
                yield return new InputEvent.Key(ViewerKey.Character, " +-[]pcal<>?.hL"[random.Next(15)]);
                break;
            case 6:
                yield return new InputEvent.Key((ViewerKey)random.Next(1, 13), '\0');
                break;
            default:
                yield return new InputEvent.Left();
                break;
        }
    }

    private static unsafe void Copy(Picture picture, SKBitmap to)
    {
        var all = new[] { new PixelRect(0, 0, picture.Size.Width, picture.Size.Height) };
        var source = (uint*)picture.Canvas.GetPixels();
        var target = (uint*)to.GetPixels();
        foreach (var part in picture.Changed ?? all)
        {
            for (var y = Math.Max(0, part.Y); y < Math.Min(part.Bottom, to.Height); y++)
            {
                for (var x = Math.Max(0, part.X); x < Math.Min(part.Right, to.Width); x++)
                    target[(y * to.Width) + x] = source[(y * to.Width) + x];
            }
        }
    }

    private static unsafe void AssertSame(SKBitmap expected, SKBitmap actual, string what)
    {
        var a = (uint*)expected.GetPixels();
        var b = (uint*)actual.GetPixels();
        for (var i = 0; i < expected.Width * expected.Height; i++)
        {
            if (a[i] != b[i])
                Assert.Fail($"{what}: at {i % expected.Width}, {i / expected.Width} 0x{a[i]:X8} became 0x{b[i]:X8}");
        }
    }
}
