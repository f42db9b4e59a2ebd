namespace KernelEngine.Viewing;

/// <summary>What the user did. Places are pixels of the window, from its upper left corner.</summary>
internal abstract record InputEvent
{
    private InputEvent()
    {
    }

    /// <summary>The pointer is somewhere else.</summary>
    public sealed record Moved(float X, float Y) : InputEvent;

    /// <summary>The pointer has left the window.</summary>
    public sealed record Left : InputEvent;

    /// <summary>A button of the mouse went down or up.</summary>
    public sealed record Button(float X, float Y, PointerButton Which, bool IsDown) : InputEvent;

    /// <summary>The wheel turned: notches to the right and up.</summary>
    public sealed record Scrolled(float X, float Y, float Right, float Up) : InputEvent;

    /// <summary>A key that writes a character, or one with a name; again while it is held down.</summary>
    public sealed record Key(ViewerKey Which, char Character) : InputEvent;

    /// <summary>The window has another size or another density.</summary>
    public sealed record Resized : InputEvent;

    /// <summary>What the window shows is damaged and is to be drawn again.</summary>
    public sealed record Damaged : InputEvent;
}

/// <summary>A button of the mouse.</summary>
internal enum PointerButton
{
    Primary,
    Secondary,
    Middle,
}

/// <summary>Keys that write nothing; <see cref="Character"/> for all that do.</summary>
internal enum ViewerKey
{
    Character,
    Escape,
    Enter,
    Tab,
    Backspace,
    Left,
    Right,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
}
