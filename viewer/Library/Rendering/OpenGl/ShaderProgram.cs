using Silk.NET.OpenGL;

namespace KernelEngine.Viewing.OpenGl;

/// <summary>A fragment shader that colours every pixel of the scissor's rectangle.</summary>
internal sealed class ShaderProgram : IDisposable
{
    // One triangle that covers everything.
    private const string Everywhere = """
        #version 330 core
        void main() {
            gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0);
        }
        """;

    private readonly GL gl;
    private readonly uint program;
    private readonly Dictionary<string, int> locations = [];

    /// <exception cref="InvalidOperationException">The driver does not take it; the message is the driver's.</exception>
    public ShaderProgram(GL gl, string fragment, params ReadOnlySpan<string> textures)
    {
        this.gl = gl;
        program = gl.CreateProgram();
        var shaders = (Compile(ShaderType.VertexShader, Everywhere), Compile(ShaderType.FragmentShader, fragment));
        gl.AttachShader(program, shaders.Item1);
        gl.AttachShader(program, shaders.Item2);
        gl.LinkProgram(program);
        gl.DeleteShader(shaders.Item1);
        gl.DeleteShader(shaders.Item2);
        if (gl.GetProgram(program, ProgramPropertyARB.LinkStatus) == 0)
            throw new InvalidOperationException("OpenGL: " + gl.GetProgramInfoLog(program));
        gl.UseProgram(program);
        for (var i = 0; i < textures.Length; i++)
            gl.Uniform1(gl.GetUniformLocation(program, textures[i]), i);
    }

    public void Use() => gl.UseProgram(program);

    public int this[string uniform] => locations.TryGetValue(uniform, out var location)
        ? location
        : locations[uniform] = gl.GetUniformLocation(program, uniform);

    public void Dispose() => gl.DeleteProgram(program);

    private uint Compile(ShaderType type, string text)
    {
        var shader = gl.CreateShader(type);
        gl.ShaderSource(shader, text);
        gl.CompileShader(shader);
        return gl.GetShader(shader, ShaderParameterName.CompileStatus) != 0
            ? shader
            : throw new InvalidOperationException("OpenGL: " + gl.GetShaderInfoLog(shader));
    }
}
