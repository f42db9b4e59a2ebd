using System.Text;

namespace KernelEngine.Nn;

/// <summary>Texts that are to be written: what cannot be read again is refused before.</summary>
internal static class TextOfFile
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Refuses what has no form in UTF-8 or is too long there.</summary>
    /// <exception cref="TensorValueException">It is half of a surrogate pair, or longer than it may be.</exception>
    public static void Check(string text, int mostBytes = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            if (Strict.GetByteCount(text) is var bytes && bytes > mostBytes)
                throw new TensorValueException($"a name has {bytes} bytes; {mostBytes} is the most");
        }
        catch (EncoderFallbackException)
        {
            throw new TensorValueException($"'{text}' cannot be written: it has half of a surrogate pair");
        }
    }
}
