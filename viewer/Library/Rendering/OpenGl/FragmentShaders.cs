namespace KernelEngine.Viewing.OpenGl;

/// <summary>What the pixels of a picture are. A picture's first row is the texture's first one: y goes down.</summary>
internal static class FragmentShaders
{
    /// <summary>The canvas, to be laid over what is there.</summary>
    public const string Canvas = """
        #version 330 core
        uniform sampler2D canvas;
        out vec4 color;
        void main() { color = texelFetch(canvas, ivec2(gl_FragCoord.xy), 0); }
        """;

    /// <summary>
    /// A heat map. <c>places</c> holds what <see cref="HeatMap.PlacesTo"/> says, columns in its first row and rows in
    /// the second; the elements lie in rows of 2^rowBits, and 2^layerBits of them in a layer.
    /// </summary>
    public const string Map = """
        #version 330 core
        #extension GL_ARB_gpu_shader5 : enable
        #ifndef GL_ARB_gpu_shader5
        #define precise
        #endif
        uniform sampler2DArray elements;
        uniform isampler2D places;
        uniform sampler2D colors;
        uniform ivec2 origin;
        uniform int tiles, channelStride, rowBits, layerBits;
        uniform bool hasColors;
        uniform float inverseScale;
        uniform vec4 gap, notANumber;
        out vec4 color;

        float element(int i) {
            int within = i & ((1 << layerBits) - 1);
            return texelFetch(elements, ivec3(within & ((1 << rowBits) - 1), within >> rowBits, i >> layerBits), 0).r;
        }

        bool isNumber(float v) { return (floatBitsToUint(v) & 0x7fffffffu) <= 0x7f800000u; }

        int indexOf(float v) {
            precise float scaled = clamp(v * inverseScale, -1.0, 1.0) * 127.5;
            precise float place = scaled + 128.0;
            return min(int(place), 255);
        }

        void main() {
            ivec2 pixel = ivec2(gl_FragCoord.xy) - origin;
            ivec2 column = texelFetch(places, ivec2(pixel.x, 0), 0).rg;
            ivec2 row = texelFetch(places, ivec2(pixel.y, 1), 0).rg;
            if ((column.y | row.y) < 0 || column.x + row.x >= tiles) {
                color = gap;
                return;
            }

            int i = column.y + row.y;
            if (!hasColors) {
                float v = element(i);
                color = isNumber(v) ? texelFetch(colors, ivec2(indexOf(v), 0), 0) : notANumber;
                return;
            }

            vec3 v = vec3(element(i), element(i + channelStride), element(i + 2 * channelStride));
            color = isNumber(v.r) && isNumber(v.g) && isNumber(v.b)
                ? vec4(vec3(indexOf(v.r), indexOf(v.g), indexOf(v.b)) / 255.0, 1.0)
                : notANumber;
        }
        """;

    /// <summary>Bars, of which each column of pixels has its height.</summary>
    public const string Bars = """
        #version 330 core
        uniform isampler2D heights;
        uniform ivec2 origin;
        uniform int height;
        uniform vec4 bar, back;
        out vec4 color;
        void main() {
            ivec2 pixel = ivec2(gl_FragCoord.xy) - origin;
            color = height - pixel.y <= texelFetch(heights, ivec2(pixel.x, 0), 0).r ? bar : back;
        }
        """;
}
