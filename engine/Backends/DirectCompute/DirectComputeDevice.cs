using KernelEngine.DirectCompute;

namespace KernelEngine;

/// <summary>Direct3D's devices among the devices, and tensors for those who use Direct3D 12 themselves.</summary>
public static class DirectComputeDevice
{
    extension(ComputeDevice)
    {
        /// <summary>An adapter by its place: those of high performance come first, software last.</summary>
        /// <exception cref="TensorRuntimeException">There is none at this place; the message says why.</exception>
        public static ComputeDevice DirectCompute(int index = 0) => DirectComputeBackend.Instance.At(index);

        /// <summary>The first adapter whose name, or whose driver's, has a text in it, in any case.</summary>
        /// <exception cref="TensorRuntimeException">There is none; the message lists those there are.</exception>
        public static ComputeDevice DirectCompute(string name) => DirectComputeBackend.Instance.Named(name);

        /// <summary>
        /// A device over an application's <c>ID3D12Device</c> and queue; the same for the same host. It holds them
        /// until <c>CloseDirectCompute()</c>.
        /// </summary>
        /// <exception cref="ArgumentException">The queue is the other device's, or one for copies.</exception>
        /// <exception cref="TensorRuntimeException">There is no Direct3D 12 here, or it refuses them.</exception>
        public static ComputeDevice DirectCompute(DirectComputeHost host) =>
            DirectComputeBackend.Instance.Adopt(host);
    }

    extension(ComputeDevice device)
    {
        /// <summary>
        /// The device and queue that a DirectCompute device computes with, so that an application may make objects that
        /// go together with its tensors. Not to be released.
        /// </summary>
        /// <exception cref="TensorRuntimeException">It is no DirectCompute device.</exception>
        public DirectComputeHost DirectComputeHandles() =>
            DirectComputeBackend.Instance.Opened<DirectComputeDriver>(device).Driver.Handles;

        /// <summary>
        /// Waits for what is running, gives back what the engine made, and lets go of the application's device and
        /// queue. The tensors of the device are gone then.
        /// </summary>
        /// <exception cref="TensorRuntimeException">It is no DirectCompute device.</exception>
        public void CloseDirectCompute() => DirectComputeBackend.Instance.Of(device).Close();
    }

    extension(Tensor tensor)
    {
        /// <summary>
        /// Where a contiguous tensor lies, for Direct3D commands of somebody else; what was recorded so far is
        /// submitted. Nothing is copied and nothing waits. Writing the tensor while others read it is the caller's to
        /// prevent.
        /// </summary>
        /// <returns>Where it is, until that is disposed: so long the memory belongs to this tensor and no other.
        /// </returns>
        /// <exception cref="TensorRuntimeException">It is not on a DirectCompute device, or not contiguous.</exception>
        public DirectComputeTensor AsDirectCompute() =>
            DirectComputeBackend.Instance.HandOut<DirectComputeDriver, DirectComputeTensor>(
                tensor, place => new(place, (DirectComputeMemory)place.Block.Memory));
    }
}
