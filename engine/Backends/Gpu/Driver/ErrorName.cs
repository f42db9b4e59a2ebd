using System.Text;

namespace KernelEngine.Gpu;

/// <summary>The names that an interface's headers give its errors, by which they are searched for.</summary>
internal static class ErrorName
{
    /// <summary>As the headers have it, of a name as bindings for .NET write it: CL and OutOfResources.</summary>
    public static string Of(string prefix, string name)
    {
        var text = new StringBuilder(prefix);
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsUpper(name[i]) && (i == 0 || !char.IsUpper(name[i - 1])))
                text.Append('_');
            text.Append(char.ToUpperInvariant(name[i]));
        }

        return text.ToString();
    }
}
