using System.Runtime.InteropServices;
using KernelEngine.Gpu;
using KernelEngine.OpenCl;
using Silk.NET.OpenCL;

namespace KernelEngine.Tests.Gpu;

/// <summary>The OpenCL driver under batches made by hand, with memory shared with the host and without.</summary>
public class OpenClDriverTests
{
    private const string AddOne = """
        __kernel __attribute__((reqd_work_group_size(8, 1, 1)))
        void k_main(__global uchar* b0, __global uchar* b1, __global const uint* params, uint first)
        {
            __global const float* src = (__global const float*)(b0 + params[first]);
            __global float* dst = (__global float*)(b1 + params[first + 1]);
            int n = (int)params[first + 2];
            for (int i = (int)get_global_id(0); i < n; i += (int)get_global_size(0)) dst[i] = src[i] + 1.0f;
        }
        """;

    [Theory]
    [InlineData("error: unable to rename temporary 'kcache/tempfile_zfSlA5.preproc-7c06.cl.tmp' to output file " +
        "'kcache/tempfile_zfSlA5.preproc.cl': 'No such file or directory'", true)]
    [InlineData("error: tempfile_zfSlA5.cl:3:5: use of undeclared identifier 'x'", false)]
    [InlineData("", false)]
    public void Compilers_of_two_processes_in_one_folder_are_known_by_what_they_say(string log, bool isDisturbed) =>
        Assert.Equal(isDisturbed, OpenClKernels.IsDisturbed(log));

    [Fact]
    public void A_source_that_never_compiles_is_refused_after_a_few_times()
    {
        using var bench = new OpenClBench(shares: true);
        var e = Assert.Throws<TensorRuntimeException>(() => bench.Build(
            "disturbed", "#error unable to rename temporary tempfile\n" + AddOne, buffers: 2, threads: 8));
        Assert.Contains("refuses the kernel disturbed", e.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Bytes_go_to_the_device_and_come_back(bool shares)
    {
        using var bench = new OpenClBench(shares);
        var (up, device, other, back) = (
            bench.Driver.Allocate(4096, MemoryKind.Upload), bench.Driver.Allocate(8192, MemoryKind.Device),
            bench.Driver.Allocate(4096, MemoryKind.Device), bench.Driver.Allocate(4096, MemoryKind.Readback));
        var numbers = Enumerable.Range(0, 1024).ToArray();
        Marshal.Copy(numbers, 0, up.HostPointer, 1024);
        bench.Copy(up, 0, device, 4096, 4096);
        bench.Copy(device, 4096, other, 0, 4096);
        bench.Copy(other, 2048, back, 0, 2048);
        bench.Copy(other, 0, back, 2048, 2048);
        bench.Run();
        var read = new int[1024];
        Marshal.Copy(back.HostPointer, read, 0, 1024);
        Assert.Equal(numbers[512..].Concat(numbers[..512]), read);
        Assert.Equal(shares, device.HostPointer != 0);
    }

    [Theory, InlineData(true, false), InlineData(false, false), InlineData(true, true)]
    public void Launches_see_what_the_ones_before_them_wrote(bool shares, bool isTimed)
    {
        using var bench = new OpenClBench(shares);
        var kernel = bench.Build("add_one", AddOne, buffers: 2, threads: 8);
        var (a, b) = (
            bench.Driver.Allocate(4000, MemoryKind.Device), bench.Driver.Allocate(4000, MemoryKind.Device));
        bench.Write(a, new float[1000]);
        for (var i = 0; i < 50; i++)
        {
            bench.Launch(kernel, 4, [0, 0, 1000], a, b);
            bench.Launch(kernel, 4, [0, 400, 900], b, a);
        }

        bench.IsTimed = isTimed;
        var ticket = bench.Run();
        Assert.Equal(ticket, bench.Driver.Completed);
        bench.IsTimed = false;
        var values = bench.Read<float>(a, 1000);
        Assert.All(values[..100], v => Assert.Equal(0, v));
        Assert.Equal(2, values[100]);
        Assert.Equal(4, values[200]);
        if (!isTimed)
            return;
        var times = new double[100];
        bench.Driver.ReadTimes(ticket, times);
        Assert.All(times, t => Assert.InRange(t, 1, 1e9));
    }

    [Fact]
    public void Batches_that_are_timed_and_those_that_are_not_run_in_their_order()
    {
        using var bench = new OpenClBench(shares: true);
        var kernel = bench.Build("add_one", AddOne, buffers: 2, threads: 8);
        var memory = bench.Driver.Allocate(4 * 100_000, MemoryKind.Device);
        bench.Write(memory, new float[100_000]);
        for (var i = 0; i < 20; i++)
        {
            bench.Launch(kernel, 16, [0, 0, 100_000], memory, memory);
            bench.IsTimed = i % 3 == 1;
            bench.Submit();
        }

        Assert.All(bench.Read<float>(memory, 100_000), v => Assert.Equal(20, v));
    }

    [Fact]
    public void An_empty_batch_ends()
    {
        using var bench = new OpenClBench(shares: true);
        Assert.Equal(bench.Run(), bench.Driver.Completed);
    }

    [Fact]
    public void Memory_that_there_is_not_is_refused()
    {
        foreach (var shares in new[] { true, false })
        {
            using var bench = new OpenClBench(shares);
            var e = Assert.Throws<GpuMemoryException>(
                () => bench.Driver.Allocate(bench.Driver.Limits.MaxMemoryBytes + 1, MemoryKind.Device));
            Assert.Contains("at most", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_source_that_the_compiler_refuses_is_shown_where_it_complains()
    {
        using var bench = new OpenClBench(shares: true);
        var source = AddOne.Replace("src[i] + 1.0f", "sorce[i] + 1.0f", StringComparison.Ordinal);
        var e = Assert.Throws<TensorRuntimeException>(() => bench.Build("misspelt", source, buffers: 2, threads: 8));
        Assert.Contains("the kernel misspelt: CL_BUILD_PROGRAM_FAILURE", e.Message, StringComparison.Ordinal);
        Assert.Contains("    7      for (int i", e.Message, StringComparison.Ordinal);
        Assert.Contains("sorce", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_with_too_many_threads_is_refused_by_name()
    {
        using var bench = new OpenClBench(shares: true);
        var source = AddOne.Replace("__attribute__((reqd_work_group_size(8, 1, 1)))", "", StringComparison.Ordinal);
        var e = Assert.Throws<TensorRuntimeException>(
            () => bench.Build("crowd", source, buffers: 2, threads: 1 << 20));
        Assert.Contains("crowd", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hosts_context_and_queue_are_used()
    {
        using var maker = new OpenClBench(shares: true);
        var host = maker.Driver.Handles;
        using (var bench = new OpenClBench(shares: true, host))
        {
            Assert.Equal(host.Queue, bench.Driver.Queue.Handle);
            var kernel = bench.Build("add_one", AddOne, buffers: 2, threads: 8);
            var memory = bench.Driver.Allocate(400, MemoryKind.Device);
            bench.Write(memory, new float[100]);
            bench.Launch(kernel, 1, [0, 0, 100], memory, memory);
            bench.Run();
            Assert.All(bench.Read<float>(memory, 100), v => Assert.Equal(1, v));
        }

        // The engine let go of the host's objects, and they live on.
        using var other = new OpenClBench(shares: true);
        maker.Run();
        Assert.Throws<TensorRuntimeException>(
            () => new OpenClBench(shares: true, host with { Context = other.Driver.Handles.Context }));
    }

    [Theory, InlineData(true), InlineData(false)]
    public unsafe void A_hosts_queue_may_run_out_of_order(bool isTimed)
    {
        using var maker = new OpenClBench(shares: true);
        var (api, host) = (OpenClApi.Current!, maker.Driver.Handles);
        int code;
        var queue = api.CreateCommandQueue(
            host.Context, host.Device, CommandQueueProperties.OutOfOrderExecModeEnable, &code);
        Assert.Equal(0, code);
        using (var bench = new OpenClBench(shares: false, host with { Queue = queue }))
        {
            var kernel = bench.Build("add_one", AddOne, buffers: 2, threads: 8);
            var memory = bench.Driver.Allocate(400_000, MemoryKind.Device);
            bench.Write(memory, new float[100_000]);
            for (var i = 0; i < 40; i++)
            {
                bench.Launch(kernel, 16, [0, 0, 100_000], memory, memory);
                bench.IsTimed = isTimed && i == 20;
                if (i % 4 == 0)
                    bench.Submit();
            }

            bench.IsTimed = false;
            Assert.All(bench.Read<float>(memory, 100_000), v => Assert.Equal(40, v));
        }

        api.ReleaseCommandQueue(queue);
    }

    [Fact]
    public void Error_codes_have_the_names_of_the_headers()
    {
        Assert.Equal("CL_OUT_OF_RESOURCES", OpenClErrors.NameOf(-5));
        Assert.Equal("CL_MEM_OBJECT_ALLOCATION_FAILURE", OpenClErrors.NameOf(-4));
        Assert.Equal("CL_BUILD_PROGRAM_FAILURE", OpenClErrors.NameOf(-11));
        Assert.Equal("CL_PLATFORM_NOT_FOUND_KHR", OpenClErrors.NameOf(-1001));
        Assert.Equal("OpenCL error -123456", OpenClErrors.NameOf(-123456));
    }

    [Fact]
    public void A_machine_without_a_loader_says_so()
    {
        var (api, reason) = OpenClApi.Load(["libNoSuchOpenCL.so.1"]);
        Assert.Null(api);
        Assert.Contains("no OpenCL loader was found (libNoSuchOpenCL.so.1)", reason, StringComparison.Ordinal);
    }
}
