namespace KernelEngine.Tests;

public class RequiredDeviceTests
{
    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Every_required_device_is_there(string name) => Assert.Equal(name, TestDevices.Get(name).ToString());
}
