namespace KernelEngine.Tests;

/// <summary>
/// The language of kernels of users' own: every text means the same to the compilers of the drivers and to the one that
/// writes PTX.
/// </summary>
public class KernelLanguageTests
{
    private const int Count = 100;

    // For i from 0 on: a text that computes an int from it, and what it computes.
    private static readonly Dictionary<string, (string Text, Func<int, int> Expected)> Whole = new()
    {
        ["loops"] = ("""
            int sum = 0;
            for (int k = 0; k < i; k++)
            {
                if (k % 3 == 0) continue;
                if (k > 40) break;
                int j = k;
                while (j > 0) { sum += j & 1; j >>= 1; }
            }
            dst[i] = sum;
            """, i => Enumerable.Range(0, Math.Min(i, 41)).Where(k => k % 3 != 0)
            .Sum(k => int.PopCount(k))),
        ["do"] = ("""
            int k = 0, s = 0;
            do { k++; if (k == 2) continue; s += k; } while (k < i);
            dst[i] = s;
            """, i => Enumerable.Range(1, Math.Max(1, i)).Sum() - (i >= 2 ? 2 : 0)),
        ["return"] = ("""
            for (int k = 0; k < 1000; k++)
            {
                if (k * k > i) { dst[i] = k; return; }
            }
            dst[i] = -1;
            """, i => (int)Math.Floor(Math.Sqrt(i)) + 1),
        ["unsigned"] = ("""
            uint a = UINT(0) - UINT(i) - 1u;
            uint q = a / 7u, r = a % 10u;
            uint s = a >> 4u;
            dst[i] = INT(q) ^ INT(r) ^ INT(s) ^ (a > 5u ? 1 : 0) ^ (UINT(i) <= 5u ? 2 : 0) ^ INT(min(a, 3u));
            """, i =>
            {
                var a = uint.MaxValue - (uint)i;
                return (int)(a / 7) ^ (int)(a % 10) ^ (int)(a >> 4) ^ (a > 5 ? 1 : 0) ^ (i <= 5 ? 2 : 0) ^ (int)Math.Min(a, 3);
            }
        ),
        ["signed"] = ("""
            int a = 37 - i * 3;
            dst[i] = a / 4 + (a >> 2) * 16 + (a << 3) + abs(a) + (-a) + (~a) + max(a, 5) + clamp(a, -7, 9) + (a % 5 == 0 ? 100 : 0);
            """, i =>
            {
                var a = 37 - (i * 3);
                return (a / 4) + ((a >> 2) * 16) + (a << 3) + Math.Abs(a) - a + ~a + Math.Max(a, 5) +
                    Math.Clamp(a, -7, 9) + (a % 5 == 0 ? 100 : 0);
            }
        ),
        ["guards"] = ("""
            int left = i > 0 ? LOAD(src, i - 1) : -1;
            if (i + 1 < n && LOAD(src, i + 1) > 7 || i == 3) left += 1000;
            dst[i] = left;
            """, i => (i > 0 ? (i - 1) * (i - 1) % 37 : -1) +
            ((i + 1 < Count && (i + 1) * (i + 1) % 37 > 7) || i == 3 ? 1000 : 0)),
        ["steps"] = ("""
            int a = i; int b = a++ + 2; int c = --a; a += b *= 2; b -= 1; c |= 8; c ^= 3; c <<= 1;
            dst[i] = a * 10000 + b * 100 + c;
            """, i =>
            {
                var (a, b, c) = (i + 1, i + 2, 0);
                c = --a;
                b *= 2;
                a += b;
                b -= 1;
                c = ((c | 8) ^ 3) << 1;
                return (a * 10000) + (b * 100) + c;
            }
        ),
        ["scopes"] = ("""
            int a = 1;
            { int a = 2; a += i; dst[i] = a; }
            if (a == 1) { int b = a; dst[i] += b; } else dst[i] = -1;
            """, i => i + 3),
        ["arrays"] = ("""
            int t[5];
            for (int k = 0; k < 5; k++) t[k] = k * k + i;
            t[i % 5] = -1;
            dst[i] = t[0] + 10 * t[1] + 100 * t[2] + 1000 * t[3] + 10000 * t[4];
            """, i => Enumerable.Range(0, 5).Sum(k => (int)Math.Pow(10, k) * (k == i % 5 ? -1 : (k * k) + i))),
        ["words"] = ("""
            float x = FLOAT(i) + 0.5f;
            dst[i] = INT(AS_UINT(x) >> 16u) + INT(AS_FLOAT(AS_UINT(x))) + INT(MUL_HI(0x80000001u, UINT(i)));
            """, i => (int)(BitConverter.SingleToUInt32Bits(i + 0.5f) >> 16) + i + (int)((0x80000001L * i) >> 32)),
        ["every"] = ("""
            FOR_EACH(k, n) { dst[k] = k + THREADS; }
            """, i => i + 64),
        ["names"] = ("""
            #define SIDE 8 // a tile
            #define AREA (SIDE * SIDE)
            const int a = AREA + 1; /* and
            more */ dst[i] = i * a;
            """, i => i * 65),
    };

    // The same for floats, from x = i / 8 - 5.
    private static readonly Dictionary<string, (string Text, Func<float, double> Expected, double Tolerance)> Reals = new()
    {
        ["arithmetic"] = (
            "y = (x + 1.5f) * x - x / 3.0f + min(x, 0.25f) + max(x, -1.0f);",
            x => ((x + 1.5f) * x) - (x / 3.0f) + Math.Min(x, 0.25f) + Math.Max(x, -1.0f), 0),
        ["functions"] = (
            "y = exp(x) + sin(x) * cos(x) + tanh(x) + log(abs(x) + 1.0f) + sqrt(abs(x)) + pow(abs(x) + 0.5f, 1.5f);",
            x => Math.Exp(x) + (Math.Sin(x) * Math.Cos(x)) + Math.Tanh(x) + Math.Log(Math.Abs(x) + 1) +
                Math.Sqrt(Math.Abs(x)) + Math.Pow(Math.Abs(x) + 0.5, 1.5), 2e-6),
        ["rounding"] = (
            "y = floor(x) + 10.0f * ceil(x) + 100.0f * FLOAT(INT(x)) + lerp(x, 2.0f, 0.25f) + clamp(x, 0.0f, 1.0f);",
            x => Math.Floor(x) + (10 * Math.Ceiling(x)) + (100 * Math.Truncate(x)) + x + ((2 - x) * 0.25f) +
                Math.Clamp(x, 0f, 1f), 0),
        ["vectors"] = (
            "float4 v = FLOAT4(x, x + 1.0f, 2.0f, 3.0f); float4 w = v * 2.0f + v; w.y = 0.0f; v += w; " +
            "y = v.x + v.y + v.z * w.w;",
            x => (4 * x) + (x + 1) + (8 * 9), 0),
        ["conversions"] = ("y = FLOAT(UINT(i) * 3u) + FLOAT(x < 0.0f ? 1 : 2) + FLOAT(INT(x));",
            x => (((x + 5) * 8) * 3) + (x < 0 ? 1 : 2) + Math.Truncate(x), 0),
        ["bools"] = (
            "bool a = x > 0.0f; bool b = !a || x > 1.0f; y = a && b ? 1.0f : (b ? 2.0f : 3.0f);",
            x => x > 0 && x > 1 ? 1 : x <= 0 ? 2 : 3, 0),
    };

    public static TheoryData<string, string> WholeCases => Cases(Whole.Keys);

    public static TheoryData<string, string> RealCases => Cases(Reals.Keys);

    [Theory, MemberData(nameof(WholeCases))]
    public void Whole_numbers(string name, string test)
    {
        var device = TestDevices.Get(name);
        var (text, expected) = Whole[test];
        var kernel = ComputeKernel.Define("whole", threads: 64, body: "int i = id.x; if (i >= n) return;\n" + text)
            .Reads<int>("src").Writes<int>("dst").Param<int>("n");
        var x = Tensor.FromSpan<int>([.. Enumerable.Range(0, Count).Select(i => i * i % 37)], [Count], device);
        Assert.Equal(Enumerable.Range(0, Count).Select(expected), kernel.Apply([x], Count).ToArray<int>());
    }

    [Theory, MemberData(nameof(RealCases))]
    public void Real_numbers(string name, string test)
    {
        var device = TestDevices.Get(name);
        var (text, expected, tolerance) = Reals[test];
        var kernel = ComputeKernel.Define(
            "real", threads: 32,
            body: $"int i = id.x; if (i >= n) return;\nfloat x = src[i], y = 0.0f;\n{text}\ndst[i] = y;")
            .Reads<float>("src").Writes<float>("dst").Param<int>("n");
        var values = Enumerable.Range(0, Count).Select(i => (i / 8f) - 5).ToArray();
        var found = kernel.Apply([Tensor.FromSpan<float>(values, [Count], device)], Count).ToArray<float>();
        for (var i = 0; i < Count; i++)
        {
            var wanted = expected(values[i]);
            Assert.Equal(wanted, found[i], Math.Max(tolerance, 1e-6) * (Math.Abs(wanted) + 1));
        }
    }

    [Theory, MemberData(nameof(TestDevices.Texts), MemberType = typeof(TestDevices))]
    public void Threads_change_what_they_share_at_once(string name)
    {
        var kernel = ComputeKernel.Define("counts", threads: 64, body: """
            int i = id.x;
            if (local_id.x < 4) bins[local_id.x] = 0u;
            if (local_id.x == 0) { least[0] = 1000; }
            BARRIER();
            if (i < n)
            {
                ATOMIC_ADD(bins, src[i] % 4, 1u);
                ATOMIC_MAX(bins, 0, 7u);
                ATOMIC_MIN(least, 0, src[i]);
            }
            BARRIER();
            if (local_id.x < 4) { ATOMIC_ADD(counts, local_id.x, INT(bins[local_id.x])); }
            if (local_id.x == 0)
            {
                ATOMIC_MIN(counts, 4, least[0]);
                ATOMIC_OR(counts, 5, 1 << group_id.x);
            }
            """)
            .Reads<int>("src").Updates<int>("counts").Param<int>("n").Shared<uint>("bins", 4).Shared<int>("least", 1);
        var device = TestDevices.Get(name);
        var values = Enumerable.Range(0, 150).Select(i => (i * 7 % 3) + 5).ToArray();
        var counts = Tensor.FromSpan<int>([0, 0, 0, 0, 9999, 0], [6], device);
        kernel.Run(150, [Tensor.FromSpan<int>(values, [150], device), counts], 150);
        Assert.Equal(
            [21, values.Count(v => v % 4 == 1), values.Count(v => v % 4 == 2), values.Count(v => v % 4 == 3), 5, 7],
            counts.ToArray<int>());
    }

    [Theory, MemberData(nameof(TestDevices.Texts), MemberType = typeof(TestDevices))]
    public void Four_elements_are_one_vector(string name)
    {
        var kernel = ComputeKernel.Define("fours", threads: 16, body: """
            int i = id.x; if (i >= n) return;
            float4 v = LOAD4(src, 4 * i);
            STORE4(dst, 4 * i, v * v.w);
            """).Reads<float>("src").Writes<float>("dst").Param<int>("n");
        var x = Tensor.Arange(32, dtype: DType.Float32).To(TestDevices.Get(name));
        var y = Tensor.Zeros([32], device: x.Device);
        kernel.Run(8, [x, y], 8);
        Assert.Equal(Enumerable.Range(0, 32).Select(i => (float)i * ((i / 4 * 4) + 3)), y.ToArray<float>());
    }

    [Theory]
    [InlineData("dst[id.x] = nothing;", "line 1: 'nothing' is not declared")]
    [InlineData("\n\nint a = 1", "line 3: ';' is missing")]
    [InlineData("int a = 1; int a = 2;", "'a' is declared twice")]
    [InlineData("src[0] = 1.0f;", "'src' is only read")]
    [InlineData("n = 3;", "'n' is a parameter")]
    [InlineData("dst[1.5f] = 1.0f;", "an index is a whole number")]
    [InlineData("dst[0] = wide[0];", "LOAD(wide, i)")]
    [InlineData("dst[0] = erf(1.0f);", "there is no function 'erf'")]
    [InlineData("dst[0] = min(1.0f);", "'min' takes 2 arguments, not 1")]
    [InlineData("break;", "'break' is in no loop")]
    [InlineData("switch (n) { }", "the language has no 'switch'")]
    [InlineData("#include <math.h>", "'#define NAME words' alone")]
    [InlineData("dst[0] = id.y;", "threads have one dimension")]
    [InlineData("float a[100];", "1 to 64 elements")]
    [InlineData("dst[0] = 1.0f @ 2.0f;", "'@' means nothing")]
    [InlineData("if (n) {", "a '}' is missing")]
    [InlineData("float4 v = FLOAT4(1.0f, 2.0f);", "'FLOAT4' takes 4 numbers, not 2")]
    [InlineData("/* never", "a comment does not end")]
    public void What_is_no_text_says_where_and_why(string text, string message)
    {
        var device = TestDevices.Get("cuda:0");
        var kernel = ComputeKernel.Define("wrong", threads: 64, body: text)
            .Reads<float>("src").Reads<long>("wide").Writes<float>("dst").Param<int>("n");
        var (x, wide, y) = (Tensor.Ones([4], device: device), Tensor.Arange(4).To(device), Tensor.Ones([4], device: device));
        var e = Assert.Throws<TensorRuntimeException>(() => kernel.Run(4, [x, wide, y], 4));
        Assert.Contains("wrong: line ", e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_within_itself_too_often_is_refused()
    {
        var device = TestDevices.Get("cuda:0");
        foreach (var text in (string[])
        [
            $"dst[0] = {new string('(', 100_000)}1.0f;", $"dst[0] = {new string('-', 100_000)}1.0f;",
            $"dst[0] = 1.0f{string.Concat(Enumerable.Repeat(" + 1.0f", 100_000))};", new string('{', 100_000),
        ])
        {
            var kernel = ComputeKernel.Define("deep", threads: 64, body: text).Writes<float>("dst");
            Assert.Throws<TensorRuntimeException>(() => kernel.Run(4, [Tensor.Ones([4], device: device)]));
        }
    }

    private static TheoryData<string, string> Cases(IEnumerable<string> names)
    {
        var rows = new TheoryData<string, string>();
        foreach (var device in TestDevices.Texts)
        {
            foreach (var name in names)
                rows.Add(device.Data, name);
        }

        return rows;
    }
}
