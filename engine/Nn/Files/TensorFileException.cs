namespace KernelEngine.Nn;

/// <summary>
/// A file that is not what it claims to be: cut short, contradicting itself, or of a kind that cannot be read here.
/// It is what every reader of this library throws for bad contents; files that cannot be opened at all give .NET's
/// <see cref="IOException"/>s.
/// </summary>
/// <param name="file">The file's path.</param>
/// <param name="place">Where in the file.</param>
/// <param name="reason">What is wrong there, and what to do where something can be done.</param>
public sealed class TensorFileException(string file, string place, string reason)
    : TensorValueException($"{file}, {place}: {reason}")
{
    /// <summary>The file's path.</summary>
    public string File { get; } = file;

    /// <summary>Where in the file.</summary>
    public string Place { get; } = place;

    /// <summary>What is wrong there.</summary>
    public string Reason { get; } = reason;
}

/// <summary>A place in a file, for saying what is wrong there.</summary>
/// <param name="File">The file's path.</param>
/// <param name="Place">Where in the file.</param>
internal readonly record struct FilePlace(string File, string Place)
{
    // Names of a file may be as long as the file.
    private const int MostText = 2000;

    /// <summary>The exception that says what is wrong here.</summary>
    public TensorFileException Broken(string reason) => new(File, Shortened(Place), Shortened(reason));

    private static string Shortened(string text) => text.Length <= MostText ? text : text[..MostText] + "…";
}
