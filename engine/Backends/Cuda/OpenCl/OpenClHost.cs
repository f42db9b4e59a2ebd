namespace KernelEngine.OpenCl;

/// <summary>
/// The OpenCL objects of an application that the engine shall run on (<c>ComputeDevice.OpenCl(host)</c>), or those of
/// the engine itself (<c>device.OpenClHandles()</c>).
/// </summary>
/// <param name="Context">The <c>cl_context</c>.</param>
/// <param name="Device">The <c>cl_device_id</c>, one of the context's.</param>
/// <param name="Queue">
/// The <c>cl_command_queue</c> that launches go to, of the same context and device. Where it runs out of order, the
/// engine puts barriers between its own commands.
/// </param>
public sealed record OpenClHost(nint Context, nint Device, nint Queue);
