using KernelEngine;
using Training;

// Trains a small network on the CPU or another device, and says how well it does on examples it has not seen.
return new TrainCommand("Trains a network and tests it.", () => ComputeDevice.Default, "cpu").Invoke(args);
