using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace KernelEngine.Bench;

/// <summary>The step of <see cref="MlpStep"/> by PyTorch (pytorch_step.py), in a process of Python's.</summary>
internal sealed class PyTorchStep : IDisposable
{
    private readonly Process process;

    private PyTorchStep(Process process, string name) => (this.process, Name) = (process, name);

    /// <summary>PyTorch and its version.</summary>
    public string Name { get; }

    /// <summary>Starts it; null where Python, PyTorch or the device is not there.</summary>
    /// <param name="device">The device as PyTorch calls it: cpu, cuda:0.</param>
    /// <param name="threads">How many threads it may have on the processor.</param>
    public static PyTorchStep? Start(string device, int threads)
    {
        using var script = new StreamReader(
            typeof(PyTorchStep).Assembly.GetManifestResourceStream("pytorch_step.py")!);
        var start = new ProcessStartInfo(
            OperatingSystem.IsWindows() ? "python" : "python3",
            ["-c", script.ReadToEnd(), device, threads.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            return null;
        }

        // What it complains of would fill the pipe.
        process.BeginErrorReadLine();
        if (process.StandardOutput.ReadLine() is { } name)
            return new(process, name);
        process.Dispose();
        return null;
    }

    /// <summary>Takes some steps.</summary>
    /// <returns>How many a second has.</returns>
    /// <exception cref="InvalidOperationException">It has ended.</exception>
    public double StepsPerSecond(int steps)
    {
        process.StandardInput.WriteLine(steps.ToString(CultureInfo.InvariantCulture));
        process.StandardInput.Flush();
        return process.StandardOutput.ReadLine() is { } rate
            ? double.Parse(rate, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"{Name} has ended within its steps");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        process.Kill();
        process.Dispose();
    }
}
