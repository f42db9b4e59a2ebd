using System.Diagnostics;

namespace KernelEngine.Bench;

/// <summary>The program of the peers: a project of its own that is built only when somebody asks for a peer.</summary>
internal static class PeerProgram
{
    /// <summary>The peers that it knows.</summary>
    public static readonly string[] Names = ["torchsharp", "onnxruntime", "tensorprimitives", "clblast"];

    /// <summary>Builds it where it is not built.</summary>
    /// <returns>The path of the program.</returns>
    /// <exception cref="InvalidOperationException">It is not there, or cannot be built.</exception>
    public static string Build()
    {
        var project = Find() ?? throw new InvalidOperationException(
            "bench/Peers/Peers.csproj is not above the folder of this program");
        var output = Path.Combine(Path.GetDirectoryName(project)!, "bin", "Release", "net10.0", "Peers.dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { "build", "-c", "Release", project, "-v", "q", "-nologo" },
            RedirectStandardOutput = true,
        };
        using var build = Process.Start(start) ?? throw new InvalidOperationException("dotnet does not start");
        var text = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        return build.ExitCode == 0 ? output : throw new InvalidOperationException(
            $"bench/Peers does not build: {text.Trim().Split('\n')[0].Trim()}");
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var project = Path.Combine(folder.FullName, "Peers", "Peers.csproj");
            if (File.Exists(project))
                return project;
        }

        return null;
    }
}
