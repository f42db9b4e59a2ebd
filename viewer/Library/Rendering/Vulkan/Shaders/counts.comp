// Counts how many elements lie in each bar of a histogram: HistogramBars.BinOf.
#version 460
#extension GL_EXT_buffer_reference : require

const uint THREADS = 256, SHARED_BINS = 1024;

layout(local_size_x = THREADS) in;

layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Values { float at[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Counts { uint at[]; };

layout(push_constant, std430) uniform Parameters
{
    Values values;
    Counts counts;
    uint count;
    uint bins;
    float inverseScale;
};

shared uint local[SHARED_BINS];

int binOf(float value)
{
    if ((floatBitsToUint(value) & 0x7FFFFFFFu) > 0x7F800000u)
        return -1;
    float scaled = value * inverseScale, middle = float(bins) * 0.5;
    bool isNotANumber = (floatBitsToUint(scaled) & 0x7FFFFFFFu) > 0x7F800000u;
    return isNotANumber ? 0 : min(int(clamp(scaled, -1.0, 1.0) * middle + middle), int(bins) - 1);
}

void main()
{
    bool isShared = bins <= SHARED_BINS;
    uint thread = gl_LocalInvocationID.x;
    for (uint bin = thread; bin < bins && isShared; bin += THREADS)
        local[bin] = 0;
    barrier();

    for (uint i = gl_GlobalInvocationID.x; i < count; i += gl_NumWorkGroups.x * THREADS)
    {
        int bin = binOf(values.at[i]);
        if (bin < 0)
            continue;
        if (isShared)
            atomicAdd(local[bin], 1u);
        else
            atomicAdd(counts.at[bin], 1u);
    }

    barrier();
    for (uint bin = thread; bin < bins && isShared; bin += THREADS)
    {
        if (local[bin] != 0u)
            atomicAdd(counts.at[bin], local[bin]);
    }
}
