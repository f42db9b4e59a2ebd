using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace KernelEngine;

/// <summary>The launches of an operator, in a profile.</summary>
/// <param name="Name">The operator's name, or its kernel's.</param>
/// <param name="Launches">How many there were.</param>
/// <param name="Time">How long they took on the device, together.</param>
public readonly record struct ProfiledOperator(string Name, long Launches, TimeSpan Time)
{
    /// <summary>How long one took on average.</summary>
    public TimeSpan TimePerLaunch => Launches == 0 ? default : Time / Launches;
}

/// <summary>
/// How long the launches on a device took, by operator, from <see cref="ComputeDevice.Profile"/> on until it is
/// disposed of: <c>using var profile = device.Profile(); …; Console.WriteLine(profile);</c>
/// </summary>
/// <remarks>
/// Launches of other threads on the device count too. While it is being measured, launches that could overlap may run
/// one after the other, and the host needs more time for each. A chain in one launch has the names of its operators.
/// </remarks>
public abstract class DeviceProfile : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (long Launches, double Nanoseconds)> sums = new(StringComparer.Ordinal);
    private bool hasEnded;

    /// <summary>A profile; a backend derives from it.</summary>
    protected DeviceProfile(ComputeDevice device) => Device = device;

    /// <summary>The device that is measured.</summary>
    public ComputeDevice Device { get; }

    /// <summary>The operators, those that took longest first. Waits for what was launched.</summary>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    public IReadOnlyList<ProfiledOperator> Read()
    {
        if (!hasEnded)
        {
            Device.Pending.Flush();
            Collect();
        }

        lock (gate)
        {
            return
            [
                .. sums.Select(s => new ProfiledOperator(
                        s.Key, s.Value.Launches, TimeSpan.FromMilliseconds(s.Value.Nanoseconds / 1e6)))
                    .OrderByDescending(o => o.Time).ThenBy(o => o.Name, StringComparer.Ordinal),
            ];
        }
    }

    /// <summary>A table: a line for each operator, those that took longest first. Waits for what was launched.
    /// </summary>
    public override string ToString()
    {
        var operators = Read();
        var total = operators.Sum(o => o.Time.TotalMicroseconds);
        var width = Math.Max(8, operators.Select(o => o.Name.Length).DefaultIfEmpty().Max());
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Device}: {operators.Sum(o => o.Launches)} launches, ");
        text.Append(CultureInfo.InvariantCulture, $"{total / 1000:0.000} ms");
        foreach (var o in operators)
        {
            text.Append('\n').Append(o.Name.PadRight(width));
            text.Append(CultureInfo.InvariantCulture, $" {o.Launches,9} x {o.TimePerLaunch.TotalMicroseconds,10:0.0} us");
            text.Append(CultureInfo.InvariantCulture, $" {o.Time.TotalMilliseconds,10:0.000} ms");
            text.Append(CultureInfo.InvariantCulture, $" {(total == 0 ? 0 : o.Time.TotalMicroseconds / total),7:0.0 %}");
        }

        return text.ToString();
    }

    /// <summary>Ends the measuring; what was measured can still be read.</summary>
    public void Dispose()
    {
        if (hasEnded)
            return;
        try
        {
            Device.Pending.Flush();
            Collect();
        }
        finally
        {
            hasEnded = true;
            End();
            GC.SuppressFinalize(this);
        }
    }

    /// <summary>Notes one launch.</summary>
    /// <param name="name">Its operator, or its kernel.</param>
    /// <param name="nanoseconds">How long it took.</param>
    protected void Add(string name, double nanoseconds)
    {
        lock (gate)
        {
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, name, out _);
            sum = (sum.Launches + 1, sum.Nanoseconds + nanoseconds);
        }
    }

    /// <summary>Waits for what was launched, and adds what is not added yet.</summary>
    protected abstract void Collect();

    /// <summary>Stops measuring.</summary>
    protected abstract void End();
}
