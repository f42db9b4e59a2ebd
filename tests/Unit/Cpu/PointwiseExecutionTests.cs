using KernelEngine.Cpu;

namespace KernelEngine.Tests.Cpu;

/// <summary>What only processors do; the rest is tested for every device.</summary>
public class PointwiseExecutionTests
{
    [Theory]
    [InlineData(ExecutorChoice.Interpreter)]
    [InlineData(ExecutorChoice.Emitted)]
    public void Division_by_zero_throws_and_the_smallest_number_wraps(object choice) =>
        CpuMemory.With((ExecutorChoice)choice, () =>
        {
            Expr a = Expr.Input(0, ValueKind.Int32), b = Expr.Input(1, ValueKind.Int32);
            var program = PointwiseProgram.Of(
                "quotients", [DType.Int32, DType.Int32], [], [DType.Int32, DType.Int32], [a / b, a % b]);
            Operand x = CpuMemory.Operand([int.MinValue, 7, -7]), y = CpuMemory.Operand([-1, 2, 2]);
            Operand q = CpuMemory.Operand(new int[3]), r = CpuMemory.Operand(new int[3]);
            CpuMemory.Backend.Run(new PointwiseLaunch { Program = program, Operands = [x, y, q, r] });
            Assert.Equal([int.MinValue, 3, -3], CpuMemory.Values<int>(q));
            Assert.Equal([0, 1, -1], CpuMemory.Values<int>(r));
            var zero = CpuMemory.Operand([1, 0, 1]);
            Assert.Throws<DivideByZeroException>(() => CpuMemory.Backend.Run(
                new PointwiseLaunch { Program = program, Operands = [x, zero, q, r] }));
        });
}
