namespace KernelEngine.Nn;

/// <summary>Saves modules to safetensors files, and loads them: <c>net.Save("net.safetensors");</c>.</summary>
public static class ModuleFiles
{
    extension<TModule>(TModule module) where TModule : Module
    {
        /// <summary>
        /// Writes what <see cref="Module.StateDict"/> gives to a safetensors file, under PyTorch's names. The file
        /// appears under its name, or is replaced, only when all of it is on the disk.
        /// </summary>
        /// <exception cref="IOException">It cannot be written; an old file of this name is still there.</exception>
        public void Save(string path) =>
            // What PyTorch's own loaders ask for.
            SafetensorsFile.Save(path, module.StateDict(), [new("format", "pt")]);

        /// <summary>
        /// Copies the tensors of a safetensors file into parameters and persistent buffers, on whatever device they
        /// lie.
        /// </summary>
        /// <param name="path">The file.</param>
        /// <param name="strict">Whether every name must be there, and no other.</param>
        /// <returns>The module.</returns>
        /// <exception cref="TensorRuntimeException">
        /// Names are missing or unexpected, or a shape differs; the message lists them all, and nothing has been
        /// copied.
        /// </exception>
        /// <exception cref="TensorFileException">The file is broken.</exception>
        /// <exception cref="IOException">The file cannot be opened.</exception>
        public TModule Load(string path, bool strict = true)
        {
            using var file = SafetensorsFile.Open(path);
            module.LoadState(SavedTensors.Of(file), strict);
            return module;
        }
    }
}
