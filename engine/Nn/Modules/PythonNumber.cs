namespace KernelEngine.Nn;

/// <summary>Numbers and truth values as Python prints them, for the printed form of modules.</summary>
internal static class PythonNumber
{
    /// <summary>A whole number without a point, a real one with it: what was given as an argument.</summary>
    public static string Of(Scalar value) => value.ToString();
}
