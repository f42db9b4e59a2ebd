using System.Globalization;

namespace KernelEngine.Bench;

/// <summary>Figures as people read them: three digits and a unit.</summary>
internal static class Units
{
    /// <summary>A time.</summary>
    public static string Time(double microseconds) => microseconds switch
    {
        < 0.9995 => $"{Digits(microseconds * 1e3)} ns",
        < 999.5 => $"{Digits(microseconds)} µs",
        < 999.5e3 => $"{Digits(microseconds / 1e3)} ms",
        _ => $"{Digits(microseconds / 1e6)} s",
    };

    /// <summary>A time at an axis: a power of ten, or a few of them.</summary>
    public static string Mark(double microseconds)
    {
        var (value, unit) = microseconds switch
        {
            < 0.999 => (microseconds * 1e3, "ns"),
            < 999 => (microseconds, "µs"),
            < 999e3 => (microseconds / 1e3, "ms"),
            _ => (microseconds / 1e6, "s"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.##} {unit}");
    }

    /// <summary>A count.</summary>
    public static string Count(double count) => count switch
    {
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e6:0.#}M"),
        >= 1e4 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e3:0.#}k"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{count:0}"),
    };

    /// <summary>An amount of memory.</summary>
    public static string Bytes(double bytes) => bytes switch
    {
        < 999.5 => $"{bytes.ToString("0", CultureInfo.InvariantCulture)} B",
        < 999.5e3 => $"{Digits(bytes / 1e3)} kB",
        < 999.5e6 => $"{Digits(bytes / 1e6)} MB",
        _ => $"{Digits(bytes / 1e9)} GB",
    };

    /// <summary>How many kernels a call launches.</summary>
    public static string Launches(double count) => string.Create(
        CultureInfo.InvariantCulture, $"{count:0.#} {(count is > 0.95 and < 1.05 ? "launch" : "launches")}");

    /// <summary>A number by three digits.</summary>
    public static string Digits(double value) => value.ToString(
        Math.Abs(value) switch { >= 99.95 => "0", >= 9.995 => "0.0", _ => "0.00" }, CultureInfo.InvariantCulture);

    /// <summary>A share.</summary>
    public static string Percent(double share) => (share * 100).ToString("0", CultureInfo.InvariantCulture) + " %";
}
