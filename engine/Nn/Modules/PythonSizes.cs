namespace KernelEngine.Nn;

/// <summary>Sizes in the printed form of modules.</summary>
internal static class PythonSizes
{
    /// <summary>A number as it is; several as a list.</summary>
    public static string Of(Shape sizes) => sizes.Rank switch
    {
        0 => "None",
        1 => PythonNumber.Of(sizes[0]),
        _ => sizes.ToListText(),
    };

    /// <summary>A tuple of as many numbers as there are dimensions.</summary>
    public static string Tuple(Shape sizes, int count)
    {
        var numbers = sizes.Rank == 1 ? Enumerable.Repeat(sizes[0], count) : sizes.ToArray();
        return $"({string.Join(", ", numbers)}{(count == 1 ? "," : "")})";
    }
}
