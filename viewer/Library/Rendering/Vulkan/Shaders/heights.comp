// Makes of what a histogram's bars count how many pixels high they are: HistogramBars.HeightOf. One group.
#version 460
#extension GL_EXT_buffer_reference : require

const uint THREADS = 256;

layout(local_size_x = THREADS) in;

layout(buffer_reference, std430, buffer_reference_align = 4) buffer Counts { uint at[]; };

layout(push_constant, std430) uniform Parameters
{
    Counts counts;
    uint bins;
    uint height;
};

shared uint largest;

// count * height / largest, rounded up, with count <= largest < 2^30. Bit by bit: the product takes more than 32 bits,
// and llvmpipe (Mesa 22.3) does not divide 64 bits right.
uint heightOf(uint count, uint divisor)
{
    uint quotient = 0, rest = 0;
    for (int bit = 15; bit >= 0; bit--)
    {
        rest = 2 * rest + (height >> bit & 1u) * count;
        quotient = 2 * quotient + rest / divisor;
        rest %= divisor;
    }

    return quotient + min(rest, 1u);
}

void main()
{
    uint thread = gl_LocalInvocationID.x;
    if (thread == 0)
        largest = 0;
    barrier();
    uint most = 0;
    for (uint bin = thread; bin < bins; bin += THREADS)
        most = max(most, counts.at[bin]);
    atomicMax(largest, most);
    barrier();
    uint divisor = max(largest, 1u);
    for (uint bin = thread; bin < bins; bin += THREADS)
        counts.at[bin] = heightOf(counts.at[bin], divisor);
}
