using KernelEngine.OpenCl;

namespace KernelEngine;

/// <summary>OpenCL's devices among the devices, and tensors for those who use OpenCL themselves.</summary>
public static class OpenClDevice
{
    extension(ComputeDevice)
    {
        /// <summary>A device by its place among those of all platforms.</summary>
        /// <exception cref="TensorRuntimeException">There is none at this place.</exception>
        public static ComputeDevice OpenCl(int index = 0) => OpenClBackend.Instance.At(index);

        /// <summary>The first device whose name, or whose driver's, has a text in it, in any case.</summary>
        /// <exception cref="TensorRuntimeException">There is none.</exception>
        public static ComputeDevice OpenCl(string name) => OpenClBackend.Instance.Named(name);

        /// <summary>
        /// A device over an application's context and queue; the same for the same host. It retains them until
        /// <c>CloseOpenCl()</c>.
        /// </summary>
        /// <exception cref="TensorRuntimeException">They do not belong together, or the device cannot be used.
        /// </exception>
        public static ComputeDevice OpenCl(OpenClHost host) => OpenClBackend.Instance.Adopt(host);
    }

    extension(ComputeDevice device)
    {
        /// <summary>
        /// The context, device and queue that an OpenCL device computes with, so that an application may make objects
        /// that go together with its tensors. Not to be released.
        /// </summary>
        /// <exception cref="TensorRuntimeException">It is no OpenCL device.</exception>
        public OpenClHost OpenClHandles() => OpenClBackend.Instance.Opened<OpenClDriver>(device).Driver.Handles;

        /// <summary>
        /// Waits for what is running, gives back what the engine made, and lets go of the application's context and
        /// queue. The tensors of the device are gone then.
        /// </summary>
        /// <exception cref="TensorRuntimeException">It is no OpenCL device.</exception>
        public void CloseOpenCl() => OpenClBackend.Instance.Of(device).Close();
    }

    extension(Tensor tensor)
    {
        /// <summary>
        /// A contiguous tensor's memory as OpenCL knows it. Hands over to the device all that was recorded; does not
        /// wait for it.
        /// </summary>
        /// <returns>What the memory is, until it is disposed: so long it belongs to this tensor and no other.</returns>
        /// <exception cref="TensorRuntimeException">The tensor is on another device, or not contiguous.</exception>
        public OpenClTensor AsOpenCl() => OpenClTensor.Of(tensor);
    }
}
