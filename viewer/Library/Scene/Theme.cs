using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>Colours, and sizes in pixels for a density of the screen.</summary>
internal sealed class Theme(float density)
{
    /// <summary>Behind everything.</summary>
    public static readonly SKColor Back = new(0xFF0B0E12);

    /// <summary>Behind a panel's contents.</summary>
    public static readonly SKColor Panel = new(0xFF12161C);

    /// <summary>Of a panel, or a row, that is chosen or under the pointer.</summary>
    public static readonly SKColor Raised = new(0xFF1C222B);

    /// <summary>Lines that structure.</summary>
    public static readonly SKColor Rule = new(0xFF252C36);

    /// <summary>Text that is read first.</summary>
    public static readonly SKColor Text = new(0xFFE8ECF1);

    /// <summary>Text that explains.</summary>
    public static readonly SKColor Quiet = new(0xFF939EAC);

    /// <summary>Axes, units, what is not at hand.</summary>
    public static readonly SKColor Faint = new(0xFF667180);

    /// <summary>What is chosen, what can be moved.</summary>
    public static readonly SKColor Accent = new(0xFF5AA9FF);

    /// <summary>The loss.</summary>
    public static readonly SKColor Loss = new(0xFFF2A65A);

    /// <summary>The accuracy, and what is right.</summary>
    public static readonly SKColor Good = new(0xFF56C2A0);

    /// <summary>What needs a look.</summary>
    public static readonly SKColor Warning = new(0xFFF2C14E);

    /// <summary>What is wrong.</summary>
    public static readonly SKColor Bad = new(0xFFFF6B6B);

    /// <summary>Classes of examples, told apart by the colour-blind too (after Okabe and Ito).</summary>
    public static readonly IReadOnlyList<SKColor> Classes =
    [
        new(0xFF56B4E9), new(0xFFE69F00), new(0xFF009E73), new(0xFFCC79A7), new(0xFFF0E442), new(0xFF0072B2),
        new(0xFFD55E00), new(0xFF999999),
    ];

    public float Density { get; } = Math.Clamp(density, 0.5f, 8);

    /// <summary>Text of axes and notes.</summary>
    public float Small => 11 * Density;

    /// <summary>Text of all else.</summary>
    public float Body => 12.5f * Density;

    /// <summary>Numbers that matter most.</summary>
    public float Large => 20 * Density;

    /// <summary>A panel's inner margin.</summary>
    public int Margin => Px(12);

    /// <summary>Between panels.</summary>
    public int Gap => Px(8);

    /// <summary>Pixels of a length.</summary>
    public int Px(float length) => Math.Max(1, (int)MathF.Round(length * Density));

    /// <summary>The colour of a layer among others: from blue at the first to red at the last.</summary>
    public static SKColor OfLayer(int place, int count)
    {
        var share = count < 2 ? 0.15f : (float)place / (count - 1);
        return SKColor.FromHsl(205 + (165 * share), 62, 66);
    }

    /// <summary>A colour as renderers take it: 0xAABBGGRR.</summary>
    public static uint Rgba(SKColor color) =>
        ((uint)color.Alpha << 24) | ((uint)color.Blue << 16) | ((uint)color.Green << 8) | color.Red;
}
