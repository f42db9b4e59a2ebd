using KernelEngine.Cpu;

namespace KernelEngine;

/// <summary>The processor among the devices.</summary>
public static class CpuDevice
{
    extension(ComputeDevice)
    {
        /// <summary>The processor.</summary>
        public static ComputeDevice Cpu()
        {
            CpuBackend.Register();
            return ComputeDevice.Parse("cpu");
        }
    }
}
