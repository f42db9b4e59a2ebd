using System.Runtime.InteropServices;
using KernelEngine.DirectCompute;

namespace KernelEngine.Tests.Gpu;

/// <summary>What an application hands in is looked at first, and let go of where it cannot be used.</summary>
public unsafe class DirectComputeHostTests
{
    private const int Copies = 3;

    [Theory]
    [InlineData(QueueDescription.Direct)]
    [InlineData(QueueDescription.Compute)]
    public void A_queue_that_takes_kernels_is_taken_and_let_go(int type)
    {
        using var host = new Host(type);
        var counts = host.Counts;
        var device = ComputeDevice.DirectCompute(host.Handles);
        Assert.Equal([1, 2, 3], Tensor.FromArray([1, 2, 3]).To(device).ToArray<int>());
        device.CloseDirectCompute();
        Assert.Equal(counts, host.Counts);
    }

    [Fact]
    public void A_queue_for_copies_is_refused()
    {
        using var host = new Host(Copies);
        Refused(host, host.Handles, "must be DIRECT or COMPUTE");
    }

    [Fact]
    public void A_queue_of_another_device_is_refused()
    {
        using var host = new Host(QueueDescription.Compute);
        using var other = new Host(QueueDescription.Compute);
        Refused(host, host.Handles with { Queue = other.Handles.Queue }, "belongs to another ID3D12Device");
        Refused(host, host.Handles with { Queue = 0 }, "is null");
        Refused(host, host.Handles with { Device = 0 }, "is null");
    }

    [Fact]
    public void What_does_not_open_is_let_go()
    {
        using var host = new Host(QueueDescription.Compute);
        var (counts, devices) = (host.Counts, DirectComputeBackend.Instance.Devices.Count);
        using (host.Failing(DeviceSlots.CreateFence))
        {
            var e = Assert.Throws<TensorRuntimeException>(() => ComputeDevice.DirectCompute(host.Handles));
            Assert.Contains("CreateFence answered E_FAIL", e.Message, StringComparison.Ordinal);
        }

        Assert.Equal((counts, devices), (host.Counts, DirectComputeBackend.Instance.Devices.Count));
        using (host.Failing(DeviceSlots.CreateRootSignature))
            Assert.ThrowsAny<TensorRuntimeException>(() => ComputeDevice.DirectCompute(host.Handles));
        Assert.Equal((counts, devices), (host.Counts, DirectComputeBackend.Instance.Devices.Count));
    }

    [Fact]
    public void A_device_that_is_removed_says_why()
    {
        const int FenceMethods = 11;
        using var host = new Host(QueueDescription.Compute);
        var counts = host.Counts;
        var device = ComputeDevice.DirectCompute(host.Handles);
        var x = Tensor.FromArray([1, 2, 3]).To(device);
        Assert.Equal([1, 2, 3], x.ToArray<int>());
        ComObject fence;
        using (var handed = x.AsDirectCompute())
            fence = new(handed.Fence);

        // All fences of a removed device have the largest value; xor eax, eax; dec rax; ret.
        var hung = unchecked((int)0x887a0006);
        string message;
        using (new Patch(fence, FenceSlots.GetCompletedValue, [0x31, 0xc0, 0x48, 0xff, 0xc8, 0xc3], FenceMethods))
        using (new Patch(host.Device, DeviceSlots.GetDeviceRemovedReason, Patch.Answer(hung)))
            message = Assert.Throws<DeviceLostException>(() => x.ToArray<int>()).Message;
        Assert.Contains("found it removed: DXGI_ERROR_DEVICE_HUNG", message, StringComparison.Ordinal);
        Assert.Equal(message, Assert.Throws<DeviceLostException>(() => x.ToArray<int>()).Message);
        device.CloseDirectCompute();
        Assert.Equal(counts, host.Counts);
    }

    [Fact]
    public void The_debug_layer_stays_off_beside_a_device_of_an_application()
    {
        using var host = new Host(QueueDescription.Compute);
        ComputeDevice.DirectCompute(host.Handles).CloseDirectCompute();
        Assert.False(Direct3D.EnableDebugLayer());
    }

    private static void Refused(Host host, DirectComputeHost handles, string why)
    {
        var counts = host.Counts;
        var e = Assert.Throws<ArgumentException>(() => ComputeDevice.DirectCompute(handles));
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.Equal(counts, host.Counts);
    }

    /// <summary>An application's device and queue.</summary>
    private sealed class Host : IDisposable
    {
        private readonly ComObject device, queue;

        public Host(int type)
        {
            DirectComputeBackend.Register();
            _ = TestDevices.Get("directcompute:0");
            Assert.SkipUnless(Direct3D.IsVkd3d, "DXGI has an application choose an adapter");
            Assert.True(Direct3D.CreateDevice(default, out device) >= 0);
            var description = new QueueDescription { Type = type };
            Assert.True(device.Make(
                DeviceSlots.CreateCommandQueue, Interfaces.CommandQueue, out queue, (nint)(&description)) >= 0);
        }

        public ComObject Device => device;

        public DirectComputeHost Handles => new(device.Handle, queue.Handle);

        /// <summary>How often each is held.</summary>
        public (nint Device, nint Queue) Counts => (CountOf(device), CountOf(queue));

        /// <summary>Has a method answer E_FAIL until it is disposed of.</summary>
        public Patch Failing(int slot) => new(device, slot, Patch.Answer(unchecked((int)0x80004005)));

        public void Dispose()
        {
            queue.Release();
            device.Release();
        }

        private static nint CountOf(ComObject x)
        {
            x.Retain();
            return (int)x.Call(2);
        }
    }

    /// <summary>An object with another table of methods.</summary>
    private sealed class Patch : IDisposable
    {
        private const int DeviceMethods = 44;

        private readonly ComObject patched;
        private readonly nint before;
        private readonly nint* table;

        public Patch(ComObject patched, int slot, ReadOnlySpan<byte> code, int methods = DeviceMethods)
        {
            this.patched = patched;
            before = *(nint*)patched.Handle;
            table = (nint*)NativeMemory.Alloc((nuint)methods, (nuint)sizeof(nint));
            new ReadOnlySpan<nint>((void*)before, methods).CopyTo(new(table, methods));
            table[slot] = MicrosoftCall.Place(code);
            *(nint*)patched.Handle = (nint)table;
        }

        /// <summary>mov eax, answer; ret: the same in every convention.</summary>
        public static byte[] Answer(int answer) => [0xb8, .. BitConverter.GetBytes(answer), 0xc3];

        public void Dispose()
        {
            *(nint*)patched.Handle = before;
            NativeMemory.Free(table);
        }
    }
}
