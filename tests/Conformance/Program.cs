using System.CommandLine;
using System.Text;
using KernelEngine;
using KernelEngine.Conformance;

// Consoles of Windows have no × and no … unless told.
Console.OutputEncoding = Encoding.UTF8;

var cases = new Option<DirectoryInfo?>("--cases")
{
    Description = "The directory of cases: folders with .jsonl files",
};
var devices = new Option<bool>("--devices") { Description = "Name the devices of this machine, one a line, and end" };
var device = new Option<string?>("--device") { Description = "The device to run on, such as cpu or vulkan:0" };
var group = new Option<string[]>("--group")
{
    Description = "A group (opinfo/unary) or folder of groups (opinfo); may be given several times",
    AllowMultipleArgumentsPerToken = true,
};
var report = new Option<FileInfo?>("--report") { Description = "Write all results to this file, as a JSON array" };
var hashes = new Option<FileInfo?>("--hashes")
{
    Description = "Write a hash of each output and gradient to this file: id, name, SHA-256 of dtype, shape and bytes",
};
var show = new Option<int?>("--show")
{
    Description = "How many failures of a group to name; all where the output is no terminal, else 20",
};
var require = new Option<double?>("--require")
{
    Description = "Exit with 1 where fewer than this many percent of the cases of a group pass",
};
var known = new Option<FileInfo?>("--known")
{
    Description = "A list of known failures; exit with 1 where one of them passes, or another case fails",
};
var sample = new Option<int>("--sample")
{
    Description = "Run one of so many cases, always the same ones",
    DefaultValueFactory = _ => 1,
};
var fusion = new Option<FusionMode>("--fusion")
{
    Description = "When pointwise results are computed: Off, Repeated or Always; else as KERNEL_FUSION says",
    DefaultValueFactory = _ => Fusion.Mode,
};
sample.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int>() < 1)
        result.AddError("--sample takes a whole number from 1 up");
});
var root = new RootCommand(
    "Runs cases made with PyTorch on the engine, and compares. Exits with 0 when the cases have been run, however " +
    "many failed (see --require and --known); with 1 on bad usage or cases that cannot be read.")
{
    cases, device, group, report, hashes, show, require, known, sample, fusion, devices,
};
root.SetAction(parsed =>
{
    try
    {
        return Run(parsed);
    }
    catch (Exception e) when (e is CaseFormatException or IOException or UnauthorizedAccessException
        or TensorException)
    {
        Console.Error.WriteLine(e.Message);
        return 1;
    }
});
return root.Parse(args).Invoke();

int Run(ParseResult parsed)
{
    if (parsed.GetValue(devices))
    {
        foreach (var there in ComputeDevice.All.Where(d => d.Type != DeviceType.Meta))
            Console.WriteLine(there.Describe());
        return 0;
    }

    if (parsed.GetValue(cases) is not { } folder)
        throw new CaseFormatException("--cases DIR is missing");
    var on = parsed.GetValue(device) is { } name ? ComputeDevice.Parse(name) : ComputeDevice.Default;
    var list = parsed.GetValue(known) is { } file ? KnownFailures.Read(file.FullName) : null;
    Fusion.Mode = parsed.GetValue(fusion);
    using var hashFile = parsed.GetValue(hashes)?.CreateText();
    var results = ConformanceRunner.Run(new()
    {
        Cases = folder.FullName,
        Device = on,
        Groups = parsed.GetValue(group) ?? [],
        Hashes = hashFile,
        Sample = parsed.GetValue(sample),
    });
    if (parsed.GetValue(report) is { } target)
        results.Write(target.FullName);
    var news = list?.Unforeseen(results.Results, on, parsed.GetValue(sample) == 1) ?? [];
    foreach (var line in news)
        Console.Error.WriteLine(line);
    var bar = parsed.GetValue(require) ?? 0;
    var below = results.Results.GroupBy(r => r.Group)
        .Where(g => 100.0 * g.Count(r => r.Status == CaseStatus.Passed) / g.Count() < bar).ToArray();
    foreach (var missed in below)
        Console.Error.WriteLine($"{missed.Key}: fewer than {bar} % passed");
    ScreenReport.Show(results, parsed.GetValue(show) ?? (Console.IsOutputRedirected ? int.MaxValue : 20));
    return news.Count == 0 && below.Length == 0 ? 0 : 1;
}
