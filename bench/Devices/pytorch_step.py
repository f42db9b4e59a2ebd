"""A training step of MLP 784-256-128-10, batch 64, Adam, as PyTorch's users write it; for bench --suite ceilings.

Arguments: the device, and how many threads the processor has for it. Says its version when it is ready, and for each
line with a number of steps how many of them a second has."""
import sys
import time

import torch

device = torch.device(sys.argv[1])
torch.set_num_threads(int(sys.argv[2]))
net = torch.nn.Sequential(
    torch.nn.Linear(784, 256), torch.nn.ReLU(), torch.nn.Linear(256, 128), torch.nn.ReLU(),
    torch.nn.Linear(128, 10)).to(device)
adam = torch.optim.Adam(net.parameters(), lr=1e-3)
criterion = torch.nn.CrossEntropyLoss()
x = torch.randn(64, 784, device=device)
target = torch.randint(0, 10, (64,), device=device)


def run(steps):
    for _ in range(steps):
        adam.zero_grad()
        criterion(net(x), target).backward()
        adam.step()
    if device.type == "cuda":
        torch.cuda.synchronize(device)


run(20)
print("PyTorch", torch.__version__, flush=True)
for line in sys.stdin:
    steps = int(line)
    start = time.perf_counter()
    run(steps)
    print(steps / (time.perf_counter() - start), flush=True)
