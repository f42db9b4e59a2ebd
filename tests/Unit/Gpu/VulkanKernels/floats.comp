#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require

// Of each triple x, y, z at the source: fma(x, y, z), x / y and the square root of x, to the destination.
layout(local_size_x = 64) in;
layout(set = 0, binding = 0, std140) uniform Params { uvec4 p[1024]; };
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Floats { float v[]; };

void main()
{
    Floats from = Floats(p[1].xy), to = Floats(p[1].zw);
    int n = int(p[2].x);
    for (int i = 3 * int(gl_GlobalInvocationID.x); i < n; i += 3 * int(p[0].x))
    {
        precise float fused = fma(from.v[i], from.v[i + 1], from.v[i + 2]);
        precise float quotient = from.v[i] / from.v[i + 1];
        to.v[i] = fused;
        to.v[i + 1] = quotient;
        to.v[i + 2] = sqrt(from.v[i]);
    }
}
