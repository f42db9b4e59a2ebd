using System.Globalization;

namespace KernelEngine;

/// <summary>What a device is made of, in the order in which <see cref="ComputeDevice.Best"/> prefers them.</summary>
public enum DeviceType
{
    /// <summary>A GPU with memory of its own.</summary>
    DiscreteGpu,
    /// <summary>A GPU that shares the host's memory.</summary>
    IntegratedGpu,
    /// <summary>The processor, by the engine's own kernels.</summary>
    Cpu,
    /// <summary>The processor, behind a GPU's programming interface; used only when named.</summary>
    SoftwareGpu,
    /// <summary>No data at all, only shapes and dtypes.</summary>
    Meta,
}

/// <summary>What a device can hold and do at most.</summary>
/// <param name="MemoryBytes">Memory it has, in bytes.</param>
/// <param name="MaxBufferBytes">The largest single buffer, in bytes.</param>
/// <param name="HasFloat64">Whether it computes in float64.</param>
/// <param name="Features">What else it has, in words: instruction sets, subgroup sizes.</param>
public sealed record DeviceLimits(long MemoryBytes, long MaxBufferBytes, bool HasFloat64, string Features)
{
    /// <summary>How many tensors a kernel reads and writes at most; longer chains take more than one launch.</summary>
    public int MaxOperands { get; init; } = int.MaxValue;
}

/// <summary>
/// A device that tensors lie on and operators run on, written as PyTorch writes them: <c>cpu</c>, <c>vulkan:0</c>.
/// </summary>
public sealed class ComputeDevice
{
    private static readonly Lock Gate = new();
    private static readonly List<Backend> Backends = [new MetaBackend()];
    private static ComputeDevice? defaultDevice;

    /// <summary>Makes a device; its backend does so.</summary>
    public ComputeDevice(Backend backend, int index, string name, DeviceType type, DeviceLimits limits, string driver)
    {
        (Backend, Index, Name, Type, Limits, Driver) = (backend, index, name, type, limits, driver);
        IsIndexed = type is not (DeviceType.Cpu or DeviceType.Meta);
        DeferFrom = backend.DeferFrom;
        Pending = new(this);
    }

    /// <summary>The backend that runs it.</summary>
    public Backend Backend { get; }

    /// <summary>Its place among the devices of its backend.</summary>
    public int Index { get; }

    /// <summary>Its name as the driver gives it.</summary>
    public string Name { get; }

    /// <summary>What it is made of.</summary>
    public DeviceType Type { get; }

    /// <summary>What it can hold and do at most.</summary>
    public DeviceLimits Limits { get; }

    /// <summary>The driver and its version.</summary>
    public string Driver { get; }

    /// <summary>From how many elements on a pointwise result may stay pending.</summary>
    internal long DeferFrom { get; }

    /// <summary>The pointwise results that are not computed yet.</summary>
    internal PendingQueue Pending { get; }

    private bool IsIndexed { get; }

    /// <summary>Every device of this machine.</summary>
    public static IReadOnlyList<ComputeDevice> All => [.. KnownBackends().SelectMany(b => b.Devices)];

    /// <summary>
    /// The device of tensors that are created without naming one: the CPU unless set, as
    /// <c>torch.set_default_device</c>.
    /// </summary>
    public static ComputeDevice Default
    {
        get => defaultDevice ??= Parse("cpu");
        set => defaultDevice = value;
    }

    /// <summary>Shapes and dtypes without data.</summary>
    public static ComputeDevice Meta { get; } = Parse("meta");

    /// <summary>Why <see cref="Best"/> chose as it did, in one line.</summary>
    public static string WhyBest => Choose(All).Reason;

    /// <summary>
    /// Makes a backend known; each backend's package has the application call it before <c>Main</c>. A second one of
    /// the same name is ignored.
    /// </summary>
    public static void Register(Backend backend)
    {
        lock (Gate)
        {
            if (Backends.All(b => b.Name != backend.Name))
                Backends.Add(backend);
        }
    }

    /// <summary>Whether a device can be used: <c>IsAvailable("cuda")</c>, <c>IsAvailable("vulkan:1")</c>.</summary>
    public static bool IsAvailable(string device) => TryParse(device, out _, out _);

    /// <summary>Finds a device by its string: <c>cpu</c>, <c>vulkan</c> (the first), <c>vulkan:1</c>.</summary>
    /// <exception cref="TensorRuntimeException">The string is no device, or the machine has no such device.</exception>
    public static ComputeDevice Parse(string device) =>
        TryParse(device, out var found, out var error) ? found! : throw new TensorRuntimeException(error!);

    /// <summary>
    /// The device to compute on: a discrete GPU, else an integrated one, else the CPU. Software GPUs only when named.
    /// A GPU under several backends is taken under the first of cuda, vulkan, directcompute, opencl.
    /// <see cref="WhyBest"/> says why.
    /// </summary>
    public static ComputeDevice Best() => Choose(All).Device;

    /// <summary>What it has done since the start of the process. Never waits.</summary>
    public DeviceStatistics Statistics => Backend.GetStatistics(this);

    /// <summary>
    /// Waits until all that was launched is done, and throws what went wrong in it, such as an index out of range. As
    /// <c>torch.cuda.synchronize</c>.
    /// </summary>
    /// <exception cref="TensorException">What a launch found in its data.</exception>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    public void Synchronize()
    {
        Pending.Flush();
        Backend.Synchronize(this);
    }

    /// <summary>
    /// Has the device begin with what was launched so far; does not wait. Launches are collected and handed over many
    /// at a time, at the latest when their results are read: so this is for work whose results nobody reads soon.
    /// </summary>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    public void Flush()
    {
        Pending.Flush();
        Backend.Flush(this);
    }

    /// <summary>
    /// Measures each launch from now on, by operator, until the profile is disposed of:
    /// <c>using var profile = device.Profile(); …; Console.WriteLine(profile);</c>
    /// </summary>
    /// <exception cref="InvalidOperationException">It is being profiled already.</exception>
    public DeviceProfile Profile()
    {
        Pending.Flush();
        return Backend.StartProfile(this);
    }

    /// <summary>The device string: <c>cpu</c>, <c>vulkan:0</c>.</summary>
    public override string ToString() => IsIndexed ? $"{Backend.Name}:{Index}" : Backend.Name;

    /// <summary>One line: device string, name, driver, memory, features.</summary>
    public string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"{this}  {Name}, {Driver}, {Limits.MemoryBytes / (1024.0 * 1024 * 1024):0.0} GiB, {Limits.Features}");

    private static Backend[] KnownBackends()
    {
        lock (Gate)
            return [.. Backends];
    }

    /// <summary>The best of some devices, and why.</summary>
    internal static (ComputeDevice Device, string Reason) Choose(IReadOnlyList<ComputeDevice> devices)
    {
        string[] preference = ["cuda", "vulkan", "directcompute", "opencl"];
        var candidates = devices.Where(d => d.Type <= DeviceType.Cpu)
            .OrderBy(d => d.Type)
            .ThenBy(d => Array.IndexOf(preference, d.Backend.Name) is var p && p < 0 ? preference.Length : p)
            .ThenBy(d => d.Index)
            .ToArray();
        if (candidates.Length == 0)
        {
            throw new TensorRuntimeException(
                "no device is known", "reference the package KernelEngine, or call CpuBackend.Register()");
        }

        var best = candidates[0];
        var what = best.Type switch
        {
            DeviceType.DiscreteGpu => "a discrete GPU",
            DeviceType.IntegratedGpu => "an integrated GPU, and there is no discrete one",
            _ => "the CPU, as no GPU was found",
        };
        var software = devices.Where(d => d.Type == DeviceType.SoftwareGpu).ToArray();
        var passed = software.Length == 0
            ? ""
            : $"; {string.Join(", ", software.AsEnumerable())} run in software and are used only when named";
        return (best, $"{best} ({best.Name}): {what}{passed}");
    }

    private static bool TryParse(string text, out ComputeDevice? device, out string? error)
    {
        device = null;
        var colon = text.IndexOf(':');
        var name = colon < 0 ? text : text[..colon];
        var index = 0;
        if (colon >= 0 && !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture,
                out index))
        {
            error = $"Invalid device string: '{text}'";
            return false;
        }

        var backends = KnownBackends();
        var backend = Array.Find(backends, b => b.Name == name);
        if (backend is null)
        {
            error = $"Invalid device string: '{text}' (known here: {string.Join(", ", backends.Select(b => b.Name))}; " +
                "another backend needs its package)";
            return false;
        }

        if (index >= backend.Devices.Count)
        {
            error = backend.Devices.Count == 0
                ? $"{text} is not available: {backend.WhyNone}"
                : $"{text}: there is no such device (found: {string.Join(", ", backend.Devices)})";
            return false;
        }

        device = backend.Devices[index];
        error = null;
        return true;
    }
}
