namespace KernelEngine.Nn;

/// <summary>
/// The forms of an optimizer's update, one for each combination of some flags, each defined when it is first wanted.
/// </summary>
/// <param name="flags">How many flags there are.</param>
/// <param name="define">Defines the form for the flags' values.</param>
internal sealed class UpdateForms(int flags, Func<bool[], PointwiseUpdate> define)
{
    private readonly PointwiseUpdate?[] forms = new PointwiseUpdate?[1 << flags];

    /// <summary>The form for the flags' values.</summary>
    public PointwiseUpdate this[params ReadOnlySpan<bool> values]
    {
        get
        {
            var place = 0;
            for (var i = 0; i < values.Length; i++)
                place |= values[i] ? 1 << i : 0;
            return forms[place] ??= define(values.ToArray());
        }
    }
}
