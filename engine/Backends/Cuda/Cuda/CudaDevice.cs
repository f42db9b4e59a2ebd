using KernelEngine.Cuda;

namespace KernelEngine;

/// <summary>CUDA's devices among the devices, and tensors for those who use CUDA themselves.</summary>
public static class CudaDevice
{
    extension(ComputeDevice)
    {
        /// <summary>A device by its place in the driver's order.</summary>
        /// <exception cref="TensorRuntimeException">There is none at this place.</exception>
        public static ComputeDevice Cuda(int index = 0) => CudaBackend.Instance.At(index);

        /// <summary>The first device whose name, or whose driver's, has a text in it, in any case.</summary>
        /// <exception cref="TensorRuntimeException">There is none.</exception>
        public static ComputeDevice Cuda(string name) => CudaBackend.Instance.Named(name);

        /// <summary>
        /// A device over an application's context, and its stream if it names one; the same for the same host. They
        /// have to live until <c>CloseCuda()</c>.
        /// </summary>
        /// <exception cref="TensorRuntimeException">They do not belong together, or the device cannot be used.
        /// </exception>
        public static ComputeDevice Cuda(CudaHost host) => CudaBackend.Instance.Adopt(host);
    }

    extension(ComputeDevice device)
    {
        /// <summary>
        /// The context and stream that a CUDA device computes with, so that an application may make objects that go
        /// together with its tensors, and enqueue what uses them. Not to be destroyed.
        /// </summary>
        /// <exception cref="TensorRuntimeException">It is no CUDA device.</exception>
        public CudaHost CudaHandles() => CudaBackend.Instance.Opened<CudaDriver>(device).Driver.Handles;

        /// <summary>
        /// Waits for what is running, gives back what the engine made, and lets go of the context. The tensors of the
        /// device are gone then.
        /// </summary>
        /// <exception cref="TensorRuntimeException">It is no CUDA device.</exception>
        public void CloseCuda() => CudaBackend.Instance.Of(device).Close();
    }

    extension(Tensor tensor)
    {
        /// <summary>
        /// A contiguous tensor's memory as CUDA knows it. Hands over to the device all that was recorded; does not wait
        /// for it.
        /// </summary>
        /// <returns>What the memory is, until it is disposed: so long it belongs to this tensor and no other.</returns>
        /// <exception cref="TensorRuntimeException">The tensor is on another device, or not contiguous.</exception>
        public CudaTensor AsCuda() => CudaTensor.Of(tensor);
    }
}
