using KernelEngine.Viewing;

namespace KernelEngine.Tests.Viewing;

/// <summary>Each thing that the user can do, by mouse and by key.</summary>
public sealed class SceneInputTests : IDisposable
{
    private static readonly PixelSize Size = new(1280, 720);
    private readonly Stage stage = new(new SyntheticRun([64, 32, 16, 10], 8));

    public SceneInputTests()
    {
        stage.Play(400, 40);
        Draw();
    }

    private SceneState State => stage.Scene.State;

    public void Dispose() => stage.Dispose();

    [Fact]
    public void PauseAndResume()
    {
        Both("pause", () => stage.Press(' '), () => Assert.True(stage.Link.Wishes.IsPaused), () => stage.Press(' '));
        Assert.False(stage.Link.Wishes.IsPaused);
        stage.Press(' ');
        stage.Link.End();
        Draw();
        Assert.False(State.IsPaused);
        Assert.Equal("Training has ended", State.Doing);
    }

    [Fact]
    public void OneStepPausesFirstAndThenSteps()
    {
        stage.Press('.');
        Assert.True(stage.Link.Wishes.IsPaused);
        Assert.Empty(stage.Requests());
        stage.Press('.');
        Draw();
        stage.Click("step");
        Assert.Equal(2, stage.Requests().Count(r => r is Request.OneStep));
    }

    [Fact]
    public void LearningRateUpAndDown()
    {
        stage.Click("lr+");
        stage.Press('+');
        stage.Press('=');
        stage.Click("lr-");
        stage.Press('-');
        var factors = stage.Requests().Cast<Request.ScaleLearningRate>().Select(r => r.Factor).ToArray();
        Assert.Equal([1.25, 1.25, 1.25, 0.8, 0.8], factors);
    }

    [Fact]
    public void ViewsByTabAndNumber()
    {
        for (var view = 0; view < View.All.Count; view++)
        {
            stage.Click("view:" + View.All[view].Name);
            Assert.Equal(view, State.View);
            Draw();
            Assert.Equal(View.All[view].ShowsStatistics, stage.Link.Wishes.Statistics);
        }

        for (var view = 0; view < View.All.Count; view++)
        {
            stage.Press((char)('1' + view));
            Assert.Equal(view, State.View);
        }

        stage.Press('9');
        Assert.Equal(View.All.Count - 1, State.View);
        stage.Press(ViewerKey.Tab);
        Assert.Equal(0, State.View);
    }

    [Fact]
    public void OnlyHeatMapsThatAreSeenAreAskedFor()
    {
        Draw();
        Assert.All(stage.Link.Wishes.Maps, k => Assert.Equal(MapKind.Weight, k.Kind));
        Assert.NotEmpty(stage.Link.Wishes.Maps);
        stage.Press('2');
        Draw();
        Assert.Equal([new MapKey(0, MapKind.Weight), new MapKey(0, MapKind.Gradient)], stage.Link.Wishes.Maps);
        stage.Press('p');
        Draw();
        Assert.Equal([new MapKey(1, MapKind.Weight), new MapKey(1, MapKind.Gradient)], stage.Link.Wishes.Maps);
        stage.Press('4');
        Draw();
        Assert.Empty(stage.Link.Wishes.Maps);
        stage.Press('6');
        Draw();
        Assert.Equal(6, stage.Link.Wishes.Maps.Count);
        Assert.False(stage.Link.Wishes.Statistics);
        stage.Scene.Status = stage.Scene.Status with { TakesDeviceValues = true };
        Draw();
        Assert.True(stage.Link.Wishes.TakesDeviceValues);
    }

    [Fact]
    public void WhatLiesOnADeviceIsDrawnOnlyWhereTheRendererDrawsFromThere()
    {
        // A renderer that failed may leave such frames to the one that takes its place.
        stage.Press('1');
        Assert.NotEmpty(stage.Draw(Size).Maps);
        stage.Scene.Status = stage.Scene.Status with { TakesDeviceValues = true };
        stage.Publish(OnDevice(440));
        Assert.Contains(stage.Draw(Size).Maps, m => m.Values is DeviceValues);
        stage.Scene.Status = stage.Scene.Status with { TakesDeviceValues = false };
        Assert.DoesNotContain(stage.Draw(Size).Maps, m => m.Values is DeviceValues);
    }

    [Fact]
    public void LayersByClickAndArrow()
    {
        stage.Click("layer:fc2");
        Assert.Equal("fc2", State.ChosenLayer!.Name);
        Draw();
        stage.Click("layer:fc2");
        Assert.Equal(1, State.View);
        stage.Press(ViewerKey.Up);
        Assert.Equal("dropout1", State.ChosenLayer!.Name);
        stage.Press(ViewerKey.Down);
        stage.Press(ViewerKey.Down);
        stage.Press(ViewerKey.Down);
        Assert.Equal("fc3", State.ChosenLayer!.Name);
        stage.Press(ViewerKey.Down);
        Assert.Equal("fc3", State.ChosenLayer!.Name);
        Draw();
        stage.Click("parameter:fc3.bias");
        Assert.Equal("fc3.bias", State.ChosenParameter!.Name);
        stage.Press(ViewerKey.Escape);
        Assert.Equal(0, State.View);
        stage.Press(ViewerKey.Enter);
        Assert.Equal(1, State.View);
        Draw();
        stage.Press('1');
        Draw();
        stage.Click("map:fc1.weight");
        Assert.Equal("fc1", State.ChosenLayer!.Name);
    }

    [Fact]
    public void TheRunsPastByTimelineAndKeys()
    {
        var track = stage.Scene.BoundsOf("timeline")!.Value;
        stage.Click(track.X + 2, track.Y + (track.Height / 2f));
        Assert.Equal(40, State.Shown!.Step);
        stage.Play(440, 40);
        Assert.Equal(40, State.Shown!.Step);
        stage.Press(ViewerKey.Right);
        Assert.Equal(80, State.PastStep);
        stage.Press(ViewerKey.Left);
        Assert.Equal(40, State.PastStep);
        Draw();
        stage.Click("live");
        Assert.Null(State.PastStep);
        Assert.Equal(440, State.Shown!.Step);
        stage.Press(ViewerKey.Home);
        Assert.Equal(40, State.PastStep);
        stage.Press(ViewerKey.End);
        Assert.Null(State.PastStep);
        stage.Press(ViewerKey.Left);
        Assert.Equal(400, State.PastStep);
        stage.Press(ViewerKey.Right);
        Assert.Null(State.PastStep);
    }

    [Fact]
    public void CostBySliderAndKeys()
    {
        var before = stage.Link.Wishes.MostCost;
        stage.Press(']');
        Assert.Equal(before * 1.5, stage.Link.Wishes.MostCost, 6);
        stage.Press('[');
        Assert.Equal(before, stage.Link.Wishes.MostCost, 6);
        var track = stage.Scene.BoundsOf("cost")!.Value;
        var y = track.Y + (track.Height / 2f);
        stage.Scene.Handle(new InputEvent.Button(track.X + 1, y, PointerButton.Primary, true));
        Assert.InRange(stage.Link.Wishes.MostCost, 0.01, 0.012);
        stage.Scene.Handle(new InputEvent.Moved(track.Right + 50, y + 80));
        Assert.Equal(0.5, stage.Link.Wishes.MostCost, 6);
        stage.Scene.Handle(new InputEvent.Button(track.Right, y, PointerButton.Primary, false));
        stage.Scene.Handle(new InputEvent.Moved(track.X, y));
        Assert.Equal(0.5, stage.Link.Wishes.MostCost, 6);
    }

    [Fact]
    public void ColorsAndScales()
    {
        var maps = ColorMaps.All;
        for (var i = 0; i < maps.Count; i++)
        {
            Assert.All(Draw().Maps, m => Assert.Equal(maps[i], m.Colors));
            if (i % 2 == 0)
                stage.Click("colors");
            else
                stage.Press('c');
        }

        Assert.Equal(maps[0], State.Colors);
        var most = Draw().Maps[0].Scale;
        stage.Click("scale");
        Assert.Equal(ScaleMode.Largest, State.Scales.Mode);
        var largest = Draw().Maps[0].Scale;
        Assert.True(largest > most);
        stage.Press('a');
        Assert.Equal(ScaleMode.Fixed, State.Scales.Mode);
        stage.Play(800, 40);
        Assert.Equal(largest, Draw().Maps[0].Scale);
        stage.Press('<');
        Assert.Equal(largest / 1.25f, Draw().Maps[0].Scale, 5);
        stage.Press('>');
        stage.Press('>');
        Assert.Equal(largest * 1.25f, Draw().Maps[0].Scale, 5);
    }

    [Fact]
    public void CloserByWheelAndMovedByDragging()
    {
        stage.Press('2');
        Draw();
        var place = stage.Scene.BoundsOf("map:fc1.weight")!.Value;
        var (x, y) = (place.X + (place.Width / 2f), place.Y + (place.Height / 2f));
        var whole = Draw().Maps[0].Cells;
        stage.Scene.Handle(new InputEvent.Scrolled(x, y, 0, 4));
        var closer = Draw().Maps[0].Cells;
        Assert.InRange(closer.Width, 1, whole.Width / 2);
        stage.Scene.Handle(new InputEvent.Button(x, y, PointerButton.Primary, true));
        stage.Scene.Handle(new InputEvent.Moved(x + (place.Width / 4f), y));
        stage.Scene.Handle(new InputEvent.Button(x + (place.Width / 4f), y, PointerButton.Primary, false));
        var moved = Draw().Maps[0].Cells;
        Assert.True(moved.X < closer.X);
        Assert.Equal(closer.Y, moved.Y);
        stage.Press(ViewerKey.Escape);
        Assert.Equal(whole, Draw().Maps[0].Cells);
        Assert.Equal(1, State.View);
    }

    [Fact]
    public void PointingReadsValues()
    {
        stage.Press('2');
        var map = Draw().Maps[0];
        var (x, y) = (map.Bounds.X + (map.Bounds.Width / 3), map.Bounds.Y + (map.Bounds.Height / 3));
        while (map.ElementAt(x, y) < 0)
            (x, y) = (x + 1, y + 1);
        var element = map.ElementAt(x, y);
        stage.Scene.Handle(new InputEvent.Moved(x, y));
        Draw();
        var value = NumberText.Short(((HostValues)map.Values).Values[element]);
        var line = Assert.Single(stage.Scene.TipLines);
        Assert.Equal($"fc1.weight[{element / 64}, {element % 64}] = {value}", line);
        stage.Press('4');
        Draw();
        stage.Scene.Handle(new InputEvent.Moved(300, 300));
        Draw();
        Assert.StartsWith("step ", stage.Scene.TipLines[0], StringComparison.Ordinal);
        stage.Scene.Handle(new InputEvent.Left());
        Draw();
        Assert.Empty(stage.Scene.TipLines);
    }

    [Fact]
    public void PointingAsksForTheCellAloneWhereValuesAreOnADevice()
    {
        stage.Scene.Status = stage.Scene.Status with { TakesDeviceValues = true };
        stage.Press('6');
        stage.Publish(OnDevice(440));
        var map = Draw().Maps.First(m => m.Bounds == stage.Scene.BoundsOf("map:fc2.weight"));
        Assert.Null(stage.Link.Pointed);
        var (x, y) = (map.Bounds.X + (map.Bounds.Width / 3), map.Bounds.Y + (map.Bounds.Height / 3));
        var element = map.ElementAt(x, y);
        var place = $"fc2.weight[{element / 32}, {element % 32}]";
        stage.Scene.Handle(new InputEvent.Moved(x, y));
        Draw();
        Assert.True(stage.Link.Wishes.TakesDeviceValues);
        Assert.Equal($"{place} = …", Assert.Single(stage.Scene.TipLines));
        var asked = stage.Link.Pointed!;
        Assert.Equal((element, map.Values), (asked.Cell.Element, asked.Cell.Values));
        Assert.False(stage.Scene.NeedsDrawing);
        stage.Link.Publish(asked, [0.25f]);
        Assert.True(stage.Scene.NeedsDrawing);
        Draw();
        Assert.Equal($"{place} = 0.250", Assert.Single(stage.Scene.TipLines));
        Assert.False(stage.Scene.NeedsDrawing);

        // The same cell of another frame, which says what it was until it is read; and of a past one.
        stage.Publish(OnDevice(480));
        Draw();
        Assert.NotSame(asked, stage.Link.Pointed);
        Assert.Equal($"{place} = 0.250", Assert.Single(stage.Scene.TipLines));
        stage.Link.Publish(stage.Link.Pointed!, [-0.5f]);
        Draw();
        Assert.Equal($"{place} = −0.500", Assert.Single(stage.Scene.TipLines));
        State.LookAt(440);
        Draw();
        Assert.Same(map.Values, stage.Link.Pointed!.Cell.Values);

        // Another cell is not known yet; nothing is asked for where nothing is pointed at.
        stage.Scene.Handle(new InputEvent.Moved(x + (map.Bounds.Width / 3), y));
        Draw();
        Assert.EndsWith("= …", Assert.Single(stage.Scene.TipLines), StringComparison.Ordinal);
        stage.Scene.Handle(new InputEvent.Left());
        Assert.Null(stage.Link.Pointed);
        stage.Scene.Handle(new InputEvent.Moved(x, y));
        Assert.NotNull(stage.Link.Pointed);
        stage.Press('4');
        Draw();
        Assert.Null(stage.Link.Pointed);
    }

    [Fact]
    public void ScreenshotsHelpAndLogarithm()
    {
        var asked = 0;
        stage.Scene.ScreenshotAsked += () => asked++;
        stage.Press('s');
        stage.Click("screenshot");
        Assert.Equal(2, asked);
        stage.Press('l');
        Assert.True(State.IsLogLoss);
        Draw();
        stage.Click("keys");
        Assert.True(State.ShowsKeys);
        Assert.Empty(Draw().Maps);
        stage.Click("keys");
        Assert.False(State.ShowsKeys);
        stage.Press('?');
        Assert.True(State.ShowsKeys);
        stage.Press(ViewerKey.Escape);
        Assert.False(State.ShowsKeys);
    }

    [Fact]
    public void EveryCommandHasAKeyOfItsOwnAndWords()
    {
        var keys = Enumerable.Range(32, 95).Select(c => new InputEvent.Key(ViewerKey.Character, (char)c))
            .Concat(Enum.GetValues<ViewerKey>().Skip(1).Select(k => new InputEvent.Key(k, '\0'))).ToArray();
        Assert.All(keys, k => Assert.True(Command.All.Count(c => c.Answers(k)) <= 1, k.ToString()));
        Assert.All(Command.All, c => Assert.True(keys.Any(c.Answers), c.Name));
        Assert.All(Command.All, c => Assert.False(string.IsNullOrWhiteSpace(c.Words)));
    }

    private Frame OnDevice(long step)
    {
        var frame = stage.Run.FrameAt(step, step - 40);
        return frame.WithMaps(frame.Maps.ToDictionary(m => m.Key, m => (MapValues)new DeviceValues(
            Tensor.FromArray(((HostValues)m.Value).Values.ToArray()))));
    }

    private Picture Draw()
    {
        stage.Draw(Size);
        return stage.Draw(Size);
    }

    private void Both(string name, Action press, Action check, Action undo)
    {
        stage.Click(name);
        check();
        undo();
        Draw();
        press();
        check();
        undo();
    }
}
