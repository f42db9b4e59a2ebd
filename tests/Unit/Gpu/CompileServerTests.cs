using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using KernelEngine.DirectCompute;
using KernelEngine.Gpu;
using KernelEngine.Tests.Files;

namespace KernelEngine.Tests.Gpu;

/// <summary>The server that compiles HLSL, where a script stands in for it that fails in some way.</summary>
public class CompileServerTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2), Long = TimeSpan.FromMinutes(1);

    [Fact]
    public void Questions_go_to_one_process()
    {
        using var fake = new Fake(
            Long, $"while [ $({Fake.Read} | wc -c) = {Fake.QuestionBytes} ]; do {Fake.Module}; done");
        for (var i = 0; i < 5; i++)
            fake.CheckCompiles();
        Assert.Equal(1, fake.Starts);
    }

    [Fact]
    public void What_the_compiler_says_is_given_back()
    {
        using var fake = new Fake(Long, $@"{Fake.Read} >/dev/null; printf '\000\004\000\000\000oops'");
        var (said, isCompiled) = fake.Compile();
        Assert.Equal(("oops", false), (Encoding.UTF8.GetString(said), isCompiled));
    }

    [Fact]
    public void One_that_ends_at_once_says_how()
    {
        using var fake = new Fake(Long, "exit 3");
        var e = Assert.Throws<TensorRuntimeException>(() => fake.Compile());
        Assert.Contains("ended with exit code 3", e.Message, StringComparison.Ordinal);
        Assert.IsType<IOException>(e.InnerException, exactMatch: false);
        Assert.Equal(1, fake.Starts);
    }

    [Fact]
    public void After_one_that_ended_a_new_one_is_asked()
    {
        using var fake = new Fake(Long, $"{Fake.Read} >/dev/null; {Fake.Module}");
        for (var i = 1; i <= 3; i++)
        {
            fake.CheckCompiles();
            Assert.Equal(i, fake.Starts);
        }
    }

    // More than a pipe takes in is not written where nobody reads.
    [Theory, InlineData(false, 4), InlineData(false, 1 << 20), InlineData(true, 4), InlineData(true, 1 << 20)]
    public void One_that_hangs_is_asked_once(bool answersFirst, int sourceBytes)
    {
        var first = answersFirst ? $"{Fake.Read} >/dev/null; {Fake.Module}; " : "";
        using var fake = new Fake(Short, $"{first}sleep 300 & echo $! >> children; wait");
        if (answersFirst)
            fake.CheckCompiles();
        var watch = Stopwatch.StartNew();
        var e = Assert.Throws<TensorRuntimeException>(() => fake.Compile(sourceBytes));
        Assert.InRange(watch.Elapsed, Short / 2, TimeSpan.FromSeconds(30));
        Assert.Contains("no answer within 2 seconds", e.Message, StringComparison.Ordinal);
        Assert.IsType<TimeoutException>(e.InnerException);
        Assert.Equal(1, fake.Starts);
    }

    [Theory]
    [InlineData(@"\001\377\377\377\177", "begins with 1 and 2147483647")]
    [InlineData(@"\001\001\000\000\004", "begins with 1 and 67108865")]
    [InlineData(@"\001\377\377\377\377", "begins with 1 and -1")]
    [InlineData(@"\007\004\000\000\000abcd", "begins with 7 and 4")]
    [InlineData(@"\001\004\000\000\000abcd", "the 4 bytes that it calls compiled are no whole DXBC module")]
    [InlineData(@"\001\000\000\000\000", "the 0 bytes that it calls compiled are no whole DXBC module")]
    public void What_is_no_answer_is_refused(string answer, string why)
    {
        using var fake = new Fake(Long, $"{Fake.Read} >/dev/null; printf '{answer}'; sleep 300");
        var e = Assert.Throws<TensorRuntimeException>(() => fake.Compile());
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidDataException>(e.InnerException);
        Assert.Equal(1, fake.Starts);
    }

    [Theory, InlineData(@"\001\020\000\000\000abc"), InlineData(@"\001\020"), InlineData("")]
    public void An_answer_that_ends_too_early_is_none(string answer)
    {
        using var fake = new Fake(Long, $"{Fake.Read} >/dev/null; printf '{answer}'; exit 7");
        var e = Assert.Throws<TensorRuntimeException>(() => fake.Compile());
        Assert.Contains("ended with exit code 7", e.Message, StringComparison.Ordinal);
        Assert.IsType<EndOfStreamException>(e.InnerException?.InnerException);
        Assert.Equal(1, fake.Starts);
    }

    [Fact]
    public void One_that_does_not_start_says_why()
    {
        using var missing = new CompileServer(() => new("/no/such/program"), Short);
        var e = Assert.Throws<TensorRuntimeException>(() => missing.Compile([], 0));
        Assert.Contains("/no/such/program", e.Message, StringComparison.Ordinal);
        Assert.IsType<Win32Exception>(e.InnerException);
        using var homeless = new CompileServer(() => throw new IOException("no folder for it"), Short);
        e = Assert.Throws<TensorRuntimeException>(() => homeless.Compile([], 0));
        Assert.Contains("no folder for it", e.Message, StringComparison.Ordinal);
    }

    /// <summary>A server that is a script.</summary>
    private sealed class Fake : IDisposable
    {
        public const int QuestionBytes = 12;

        /// <summary>Commands of the script: the question is read; a good answer is given.</summary>
        public const string Read = "head -c 12", Module = "cat answer";

        private readonly TemporaryFolder folder = new();
        private readonly CompileServer server;

        public Fake(TimeSpan patience, string script)
        {
            Assert.SkipUnless(OperatingSystem.IsLinux(), "the servers are scripts for Linux");
            byte[] answer = [1, .. BitConverter.GetBytes(Compiled.Length), .. Compiled];
            File.WriteAllBytes(folder.File("answer"), answer);
            server = new(
                () => new("/bin/sh", ["-c", $"echo $$ >> starts; {script}"]) { WorkingDirectory = folder.Name },
                patience);
        }

        /// <summary>What a good answer brings.</summary>
        public static byte[] Compiled { get; } = MemoryMarshal.AsBytes(
            (from kernel in ShaderCatalog.All
             from variant in kernel.AllVariants.ToArray()
             let words = DirectComputeKernels.Library.Find(variant)
             where words is not null
             select words.Value).First().Span).ToArray();

        /// <summary>How many processes there were.</summary>
        public int Starts => Processes("starts").Length;

        public (byte[] Bytes, bool IsCompiled) Compile(int sourceBytes = QuestionBytes - (2 * sizeof(int))) =>
            server.Compile(new byte[sourceBytes], HlslCompiler.Quick);

        public void CheckCompiles()
        {
            var (bytes, isCompiled) = Compile();
            Assert.True(isCompiled);
            Assert.Equal(Compiled, bytes);
        }

        public void Dispose()
        {
            server.Dispose();
            foreach (var process in (int[])[.. Processes("starts"), .. Processes("children")])
                Assert.True(SpinWait.SpinUntil(() => !Runs(process), Long), "a process was left behind");
            folder.Dispose();
        }

        private static bool Runs(int process)
        {
            try
            {
                // What comes after the name in brackets: the state, where Z has ended.
                var line = File.ReadAllText($"/proc/{process}/stat");
                return line[line.LastIndexOf(')') + 2] != 'Z';
            }
            catch (IOException)
            {
                return false;
            }
        }

        private int[] Processes(string file) => !File.Exists(folder.File(file)) ? []
            : [.. File.ReadLines(folder.File(file)).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];
    }
}
