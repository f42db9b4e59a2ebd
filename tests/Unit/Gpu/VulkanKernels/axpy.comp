#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require

// y = a x + y, to try the driver with: the parameters as every kernel of the engine has them.
layout(local_size_x = 64) in;
layout(set = 0, binding = 0, std140) uniform Params { uvec4 p[1024]; };
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Floats { float v[]; };

void main()
{
    Floats x = Floats(p[1].xy), y = Floats(p[1].zw);
    int n = int(p[2].x);
    float a = uintBitsToFloat(p[2].y);
    for (int i = int(gl_GlobalInvocationID.x); i < n; i += int(p[0].x))
        y.v[i] = a * x.v[i] + y.v[i];
}
