using System.Text.Json;
using System.Xml.Linq;
using KernelEngine.Bench;

namespace KernelEngine.Tests.Benchmark;

/// <summary>What becomes of figures: medians, files, pages, comparisons with earlier runs.</summary>
public sealed class FigureTests : IDisposable
{
    private readonly Files.TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(new[] { 3.0 }, 3, 0)]
    [InlineData(new[] { 1.0, 3.0 }, 2, 0.5)]
    [InlineData(new[] { 5.0, 1.0, 4.0, 2.0, 3.0 }, 3, 2.0 / 3)]
    [InlineData(new[] { 1.0, 1.0, 1.0, 1.0, 900.0 }, 1, 0)]
    [InlineData(new[] { 0.0, 0.0 }, 0, 0)]
    public void The_middle_of_some_figures_and_how_far_the_middle_half_reaches(
        double[] values, double median, double spread)
    {
        var sample = Sample.Of(values);
        Assert.Equal(median, sample.Median);
        Assert.Equal(spread, sample.Spread, 12);
        Assert.Equal(values.Length, sample.Rounds);
    }

    [Fact]
    public void There_is_no_middle_of_nothing() => Assert.Throws<ArgumentException>(() => Sample.Of([]));

    [Theory]
    [InlineData(100, 0.02, 105, 0.02, nameof(Verdict.Same))]     // within a tenth
    [InlineData(100, 0.02, 130, 0.02, nameof(Verdict.Slower))]
    [InlineData(130, 0.02, 100, 0.02, nameof(Verdict.Faster))]
    [InlineData(100, 0.4, 130, 0.4, nameof(Verdict.Same))]       // either might have been the other
    [InlineData(100, 0.4, 300, 0.4, nameof(Verdict.Slower))]
    [InlineData(100, null, 111, null, nameof(Verdict.Slower))]
    public void A_change_counts_beyond_the_spread(
        double before, double? spreadBefore, double now, double? spreadNow, string verdict)
    {
        var change = Assert.Single(Baseline.Compare(
            [Of("add", before) with { Spread = spreadBefore }], [Of("add", now) with { Spread = spreadNow }]));
        Assert.Equal(verdict, change.Verdict.ToString());
        Assert.Equal(now / before, change.Ratio);
    }

    [Fact]
    public void Only_the_same_figures_are_compared() => Assert.Equal(
        ["add"],
        Baseline.Compare(
            [Of("add", 1), Of("exp", 1), Of("relu", 1), Of("tanh", null)],
            [
                Of("add", 1), Of("exp", 1) with { Threads = 2 }, Of("relu", 1) with { Device = "vulkan:0" },
                Of("tanh", 1), Of("new", 1),
            ]).Select(c => c.Now.Work));

    [Fact]
    public void Files_hold_what_was_written()
    {
        var file = new FileInfo(folder.File("figures.json"));
        Figure[] figures =
        [
            Of("add 10^6", 12.5) with { Gflops = 1, Gbps = 2.25, Launches = 1, Threads = null },
            Of("libraries", null) with { DiskBytes = 3_000_000_000, Note = "\"native\": ×2" },
        ];
        Figure.Write(file, figures);
        Assert.Equal(figures, Figure.Read(file));

        using var document = JsonDocument.Parse(File.ReadAllText(file.FullName));
        foreach (var element in document.RootElement.EnumerateArray())
        {
            string[] names =
                ["suite", "work", "contender", "device", "threads", "median_us", "spread", "gflops", "gbps"];
            Assert.Equal(names, element.EnumerateObject().Select(p => p.Name).Take(names.Length));
        }
    }

    [Fact]
    public void The_page_is_well_formed_and_asks_nobody_for_anything()
    {
        var works = OperatorWorks.All.Where(w => w.Family is "add" or "chain of 7").ToArray();
        Figure[] figures =
        [
            .. works.Select((w, i) => Of(w.Name, i + 1)), .. works.Select((w, i) => Of(w.Name, 100 - i) with
            {
                Contender = "A <peer> & more", Gflops = 3,
            }),
            Of(works[0].Name, null) with { Contender = "Wrong", Note = "computes \"something\" else: 1 < 2" },
            Of("libraries", null) with { Suite = "startup", DiskBytes = 12345 },
        ];
        var report = new Report
        {
            Machine = ["a machine <with> &"],
            Notes = ["a peer is left out"],
            Peaks = new Dictionary<string, Peak> { ["cpu"] = new(100, 20) },
            Works = works,
            Command = "bench --filter \"a & b\"",
        };
        report.Figures.AddRange(figures);
        var text = HtmlPage.Render(report.Finished(TimeSpan.FromMinutes(1)));

        var page = XDocument.Parse(text);
        Assert.DoesNotContain(page.Descendants(), e => e.Name.LocalName is "script" or "link" or "img" or "iframe");
        Assert.DoesNotContain("url(", text, StringComparison.Ordinal);
        Assert.DoesNotContain("http", text, StringComparison.Ordinal);
        Assert.Equal(3, page.Descendants("figure").Count());
        foreach (var work in works)
            Assert.Contains(page.Descendants("td"), e => e.Value == work.Name);

        // A mark for each time or size in a chart, and one for each contender in the legend.
        var marks = page.Descendants().Count(
            e => ((string?)e.Attribute("class"))?.StartsWith("mark", StringComparison.Ordinal) == true);
        Assert.Equal((2 * works.Length) + 1 + 3, marks);

        // Browsers read these as they stand, not as XML.
        Assert.DoesNotContain("&", page.Descendants("style").Single().Value, StringComparison.Ordinal);
        Assert.DoesNotContain(page.Descendants("div"), e => e.IsEmpty);
    }

    [Fact]
    public void Shares_are_of_the_best_matrix_product_on_a_gpu()
    {
        var report = new Report
        {
            Machine = [],
            Notes = [],
            Peaks = new Dictionary<string, Peak> { ["vulkan:0"] = new(50, 20) },
            Works = [],
        };
        report.Figures.Add(Of("matmul", 1) with { Device = "vulkan:0", Gflops = 200, Gbps = 1 });
        report.Figures.Add(Of("exp", 1) with { Device = "vulkan:0", Gbps = 10 });
        report.Figures.Add(Of("add", 1) with { Device = "vulkan:0" });
        var finished = report.Finished(TimeSpan.Zero);
        Assert.Equal([1.0, 0.5, null], finished.Figures.Select(f => f.PeakShare));
    }

    [Fact]
    public void A_run_in_a_document_takes_the_place_of_the_one_before()
    {
        var file = new FileInfo(folder.File("speed.md"));
        File.WriteAllText(file.FullName, $"# Speed\n\nSome words.\n\n{MarkdownPage.Marker}\nan old run\n");
        var report = new Report
        {
            Machine = ["a machine"],
            Notes = [],
            Peaks = new Dictionary<string, Peak>(),
            Works = [],
        };
        report.Figures.Add(Of("matmul", 10));
        report.Figures.Add(Of("matmul", 25) with { Contender = "Peer" });
        MarkdownPage.Write(file, report);
        MarkdownPage.Write(file, report);
        var text = File.ReadAllText(file.FullName);
        Assert.StartsWith($"# Speed\n\nSome words.\n\n{MarkdownPage.Marker}\n\n```sh", text, StringComparison.Ordinal);
        Assert.DoesNotContain("an old run", text, StringComparison.Ordinal);
        Assert.Contains(
            "| work | Kernel cpu | Peer cpu |\n| --- | --- | --- |\n| matmul | **10.0 µs** | 25.0 µs ×2.50 |\n", text,
            StringComparison.Ordinal);
        Assert.Single(text.Split(MarkdownPage.Marker)[1..]);
    }

    [Fact]
    public void Native_libraries_are_those_that_dotnet_itself_has_not() => Assert.Equal(
        ["libtorch_cpu.so", "libvulkan.so.1.3"],
        StartupSuite.Natives(
        [
            "/app/TorchSharp.dll", "/app/libtorch_cpu.so", "/dotnet/shared/10.0/libcoreclr.so",
            "/dotnet/shared/10.0/libSystem.Native.so", "/lib/ld-linux-x86-64.so.2", "/lib/libc.so.6", "/lib/libm.so.6",
            "/lib/libvulkan.so.1.3", "/dev/zero",
        ]));

    [Theory]
    [InlineData(0.0123, "12.3 ns")]
    [InlineData(0.9999, "1.00 µs")]
    [InlineData(999.7, "1.00 ms")]
    [InlineData(45_600, "45.6 ms")]
    [InlineData(2_500_000, "2.50 s")]
    public void Times_have_three_digits(double microseconds, string text) =>
        Assert.Equal(text, Units.Time(microseconds));

    [Theory]
    [InlineData(new[] { 1.0, 10_000_000 })]
    [InlineData(new[] { 0.3, 0.4 })]
    [InlineData(new[] { 8.0, 2048 })]
    [InlineData(new[] { 5.0 })]
    [InlineData(new double[0])]
    public void An_axis_holds_its_values_and_few_marks(double[] values)
    {
        var scale = new LogScale(values, 10, 110);
        Assert.All(values, v => Assert.InRange(scale.At(v), 10 - 1e-9, 110 + 1e-9));
        Assert.InRange(scale.Marks.Count, 1, 9);
        Assert.All(scale.Marks, m => Assert.InRange(scale.At(m), 9.9, 110.1));
        Assert.Equal(scale.Marks.Order(), scale.Marks);
    }

    private static Figure Of(string work, double? microseconds) => new()
    {
        Suite = "operators",
        Work = work,
        Contender = "Kernel",
        Device = "cpu",
        Threads = 1,
        MedianUs = microseconds,
        Spread = microseconds is null ? null : 0.03,
    };
}
